//! [`TtlogBuilder`]: the settings of a pipeline, as an application says them.

use std::path::PathBuf;
use std::time::Duration;

use crate::assembly;
use crate::callsite;
use crate::clock::Clock;
use crate::dispatch;
use crate::filter::Filter;
use crate::handle::TtlogHandle;
use crate::init_error::InitError;
use crate::level::LogLevel;
use crate::setup::Setup;
use crate::sink::{Console, Overflow, Sink};
use crate::sizes::USUAL_EVENT_BYTES;
use crate::start;

/// Starts the settings of ttlog: `ttlog::init().level(…).init()`.
///
/// Nothing has to be set, nor has this to be called at all: see [`TtlogBuilder`] for the defaults.
pub fn init() -> TtlogBuilder {
    TtlogBuilder::default()
}

/// The settings of a pipeline.
///
/// | setting | default |
/// |---|---|
/// | [`capacity`](Self::capacity) | 4,096 events of 128 bytes |
/// | [`level`](Self::level) | `Info` |
/// | [`filter`](Self::filter) | none; the environment's `RUST_LOG` wins when it has a directive |
/// | [`sink`](Self::sink) | the console: stderr |
/// | [`redact`](Self::redact) | no names |
/// | [`overflow`](Self::overflow) | `Block` with a sink, `OverwriteOldest` without one |
/// | [`clock`](Self::clock) | `Precise` |
/// | [`service`](Self::service) | the name of the executable |
/// | [`snapshot_dir`](Self::snapshot_dir) | the system's directory for temporary files |
/// | [`compress_snapshots`](Self::compress_snapshots) | on |
/// | [`span_bytes`](Self::span_bytes) | a quarter of the capacity |
/// | [`ring_bytes`](Self::ring_bytes) | 128 KiB for each thread that logs |
/// | [`max_event_bytes`](Self::max_event_bytes) | 16 KiB |
/// | [`stall_timeout`](Self::stall_timeout) | 2 s |
/// | [`timer_interval`](Self::timer_interval) | 60 s |
/// | [`panic_snapshot`](Self::panic_snapshot) | on |
/// | `black_box` (feature `black-box`) | none |
/// | `fatal_signals` (feature `signals`) | off |
/// | [`snapshot_on`](Self::snapshot_on) | off |
/// | [`snapshot_min_interval`](Self::snapshot_min_interval) | 10 s |
/// | [`snapshot_every`](Self::snapshot_every) | off |
/// | [`keep_snapshots`](Self::keep_snapshots), [`keep_snapshot_bytes`](Self::keep_snapshot_bytes) | 100 files, 1 GiB |
#[derive(Debug, Default)]
#[must_use = "settings do nothing until `init`, `try_init` or `build` is called"]
pub struct TtlogBuilder {
    pub(crate) setup: Setup,
}

impl TtlogBuilder {
    /// How many of the most recent events the recorder keeps: there is room for that many of 128 bytes.
    pub fn capacity(mut self, events: usize) -> Self {
        self.setup.capacity_bytes = events.checked_mul(USUAL_EVENT_BYTES);
        self
    }

    /// The recorder's size in bytes. It is rounded up, to 64 KiB at least.
    pub fn capacity_bytes(mut self, bytes: usize) -> Self {
        self.setup.capacity_bytes = Some(bytes);
        self
    }

    /// The level of targets that no directive covers.
    pub fn level(mut self, level: LogLevel) -> Self {
        self.setup.level = level;
        self
    }

    /// Directives in the grammar of [`Filter`]. For the global pipeline, `RUST_LOG` wins when it has any.
    ///
    /// A directive that can't be understood is reported on stderr; the others are in force.
    pub fn filter(mut self, directives: &str) -> Self {
        self.setup.filter = Filter::parse(directives);
        self
    }

    /// The names of fields whose values are not recorded, but `[redacted]` in their place: neither in a ring nor in the recorder, a black
    /// box, a sink or a custom logger. Several calls add up.
    ///
    /// A name stands for itself in any case, and for all names that end in it behind a dot: `password` for `user.Password`, too.
    /// It doesn't matter how the field comes by its name: in the call, by an expression, by [`Fields`](crate::Fields), in a span, in an
    /// event made by hand. Where a message shows such a field or variable by its name, as `"{password}"`, its template is recorded in its place.
    /// What a message shows by position (`"{}", password`) has no name, and what is in the text of other values isn't looked at.
    ///
    /// Calls without such names cost what they do without a list. One with such a name takes about 30 times as many instructions, and allocates.
    ///
    /// ```
    /// let memory = ttlog_core::sink::Memory::new();
    /// let handle = ttlog_core::init().redact(["password", "token"]).sink(memory.clone()).build()?;
    /// # Ok::<(), ttlog_core::InitError>(())
    /// ```
    pub fn redact<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        let names = names.into_iter().map(Into::into);
        self.setup.redacted.extend(names);
        self
    }

    /// What snapshots call this service.
    pub fn service(mut self, name: impl Into<String>) -> Self {
        self.setup.service = Some(name.into());
        self
    }

    /// Where snapshots go. The directory is made when the first one is written.
    pub fn snapshot_dir(mut self, directory: impl Into<PathBuf>) -> Self {
        self.setup.snapshot_dir = Some(directory.into());
        self
    }

    /// Whether snapshots are written in a compact form: an event of two integers then takes 7 to 11 bytes in place of 40. With the
    /// feature `compression` they are compressed with LZ4 beyond that, and that feature reads them, too; the command `ttlog` has it.
    /// Turned off, the file is what any reader of the format's version 1.0 reads.
    pub fn compress_snapshots(mut self, enabled: bool) -> Self {
        self.setup.compress_snapshots = enabled;
        self
    }

    /// Puts rings and recorder into a file that is mapped into memory, so that they outlive the process whatever ends it, `kill -9`
    /// included: every event whose call had returned is there, as far as the [capacity](Self::capacity) goes. A call costs what it costs
    /// without.
    ///
    /// The next start with the same path saves what is left of a run that did not end well as a snapshot, in [`snapshot_dir`](Self::snapshot_dir),
    /// and says so in one line on stderr. `ttlog recover` does the same by hand, and `ttlog show` reads the file itself.
    ///
    /// **Where to put it.** On a tmpfs (`/dev/shm`, `/run`) it outlives the process and costs nothing. On a disk it outlives the machine, too,
    /// up to what was written back last; but each time the kernel has written a page back, the first store into it again
    /// takes some microseconds, 80 and more now and then. The file has the size of the recorder, what [`span_bytes`](Self::span_bytes) says for what began long ago, 64 KiB or more for call sites and threads, and
    /// that of a [ring](Self::ring_bytes) for each thread that logs; all of it is taken from the device before it is used.
    ///
    /// A path is one process's at a time, as long as it runs: see [`InitError::BlackBoxInUse`]. Only its owner may read the file.
    #[cfg(feature = "black-box")]
    pub fn black_box(mut self, path: impl Into<PathBuf>) -> Self {
        self.setup.black_box = Some(path.into());
        self
    }

    /// Whether a panic writes a snapshot, before the panic hook that was there is called. Only of the global pipeline. Of panics that come close to
    /// each other the first few write one each; the others are in the next one, at the latest in one at the end of the process.
    /// The panic itself is an event of the level `Critical` and the target `panic`, which is recorded and goes to the sinks whatever the filter says.
    pub fn panic_snapshot(mut self, enabled: bool) -> Self {
        self.setup.panic_snapshot = enabled;
        self
    }

    /// One sink more.
    pub fn sink(mut self, sink: impl Sink) -> Self {
        self.setup.sinks.add(sink);
        self
    }

    /// The console as one sink more: stderr, as text for people, in colour on a terminal only.
    pub fn console(self) -> Self {
        self.sink(Console::stderr())
    }

    /// No sink at all: events are only recorded, for snapshots.
    pub fn recorder_only(mut self) -> Self {
        self.setup.recorder_only = true;
        self
    }

    /// What happens when events come faster than the sinks take them; a sink may have a policy of its own.
    pub fn overflow(mut self, overflow: Overflow) -> Self {
        self.setup.overflow = Some(overflow);
        self
    }

    /// How events get their time.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.setup.clock = clock;
        self
    }

    /// How much memory, in bytes, the beginnings of spans and contexts have beside the events of the recorder, for snapshots of events whose spans began
    /// long before. Half of it is for spans that have not ended: one with a number for its only field takes 56 bytes, so a service with 100,000
    /// requests at once, in three spans or contexts each, needs 32 MiB for a snapshot in which every event has all of them. Beyond that, the
    /// oldest are forgotten by snapshots, and [counted](crate::Stats::forgotten_spans); sinks that keep up know them all the same. Rounded up to
    /// a power of two; from 64 KiB.
    pub fn span_bytes(mut self, bytes: usize) -> Self {
        self.setup.span_bytes = Some(bytes);
        self
    }

    /// The size in bytes of the ring that each logging thread has: how much it can log in one burst
    /// before the overflow policy applies. Rounded up to a power of two; from 8 KiB to 1 GiB.
    pub fn ring_bytes(mut self, bytes: usize) -> Self {
        self.setup.ring_bytes = bytes;
        self
    }

    /// The size in bytes that one event may have; what is over it is cut, and marked as cut. 1 KiB to 512 KiB, and
    /// a quarter of a ring and of the recorder, which grow to hold it.
    pub fn max_event_bytes(mut self, bytes: usize) -> Self {
        self.setup.max_event_bytes = bytes;
        self
    }

    /// For how long a sink with the policy `Block` may do nothing, with callers waiting, before it is overwritten like
    /// the others. It blocks again when it goes on.
    pub fn stall_timeout(mut self, timeout: Duration) -> Self {
        self.setup.stall_timeout = timeout;
        self
    }

    /// How often the histograms of `timer!(histogram, …)` are reported: one event for each that has measured something since its last
    /// report. What is left is reported when the handle is dropped and when the process ends. With `Duration::ZERO` that is all.
    ///
    /// Only for the global pipeline: a histogram is of the whole process.
    pub fn timer_interval(mut self, interval: Duration) -> Self {
        self.setup.timer_interval = interval;
        self
    }

    /// Makes this the global pipeline, where the macros log to.
    ///
    /// # Panics
    /// Where [`TtlogBuilder::try_init`] gives an error.
    pub fn init(self) -> TtlogHandle {
        match self.try_init() {
            Ok(handle) => handle,
            Err(error) => panic!("{error}"),
        }
    }

    /// Makes this the global pipeline, where the macros log to. If a log call has started ttlog before, it goes on with these
    /// settings; rings that threads have already keep their size and clock.
    ///
    /// # Errors
    /// It was called before in this process (a child of `fork` is another one), a setting is out of range, or the system has no memory or no
    /// thread for it.
    pub fn try_init(self) -> Result<TtlogHandle, InitError> {
        start::init(self.setup)
    }

    /// A pipeline beside the global one, that only [`TtlogHandle::scope`] logs to: for tests, and for parts of a program
    /// whose events go elsewhere. Reads nothing from the environment. It ends when the handle is dropped.
    ///
    /// # Errors
    /// A setting is out of range, or the system has no memory or no thread for it.
    pub fn build(mut self) -> Result<TtlogHandle, InitError> {
        self.setup.snapshots.fatal_signals = false;
        let pipeline = assembly::start(self.setup)?;
        dispatch::enter(&pipeline);
        callsite::refresh();
        Ok(TtlogHandle::local(pipeline))
    }
}
