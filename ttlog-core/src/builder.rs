//! [`TtlogBuilder`]: the settings of a pipeline, checked and put to work.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, bounded};

use crate::auto_init;
use crate::black_box::{BlackBox, Place};
use crate::callsite;
use crate::clock::{Calibration, Clock, TickSource, now_nanos};
use crate::current;
use crate::dispatch;
use crate::event_builder::EventBuilder;
use crate::exit;
use crate::fatal_signals::FatalSignals;
use crate::filter::Filter;
use crate::flow::Flow;
use crate::fork;
use crate::handle::TtlogHandle;
use crate::heir::Heir;
use crate::histogram::Reports;
use crate::init_error::InitError;
use crate::level::LogLevel;
use crate::logger;
use crate::message::{Message, Task};
use crate::panic_hook;
use crate::pipeline::{NewSink, Parts, Pipeline, Settings};
use crate::process_facts::process_facts;
use crate::recorder::{Recorder, RecorderRings};
use crate::redaction::Redaction;
use crate::registry::Registry;
use crate::report::report;
use crate::ring::Ring;
use crate::sink::{Console, Overflow, Sink, SpanRecords};
use crate::sink_state::SinkState;
use crate::sizes::Sizes;
use crate::snapshot::Packing;
use crate::snapshot_settings::SnapshotSettings;
use crate::snapshot_thread::SnapshotThread;
use crate::sync::lock;
use crate::triggers::Triggers;

/// The size in the recorder that `capacity` reckons with: an event of two integers and a short text has less.
const USUAL_EVENT_BYTES: usize = 128;
/// How many messages to the snapshot thread can wait.
const CONTROL_MESSAGES: usize = 256;

/// How the global pipeline came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    NotStarted,
    /// A log call came first. It is not tried again if there was no thread or memory for it.
    Unasked,
    Initialized,
    /// The parent process has one; the first log call, or `init`, makes this process's own.
    Inherited,
}

/// How the global pipeline came to be, and how that of a child process would.
#[derive(Debug)]
pub(crate) struct Start {
    stage: Stage,
    heir: Option<Heir>,
}

/// Locked while the global pipeline is started or given its settings, so that a log call and `init` on two threads come one
/// after the other.
pub(crate) static START: Mutex<Start> = Mutex::new(Start {
    stage: Stage::NotStarted,
    heir: None,
});

impl Start {
    /// This process is a child of the one that has the global pipeline, where `filter` was in force.
    pub(crate) fn inherit(&mut self, filter: &Arc<Filter>) {
        self.stage = Stage::Inherited;
        if let Some(heir) = &mut self.heir {
            heir.set_filter(filter);
        }
    }
}

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
/// | [`filter`](Self::filter) | none; the environment's `RUST_LOG`, when set, wins |
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
#[derive(Debug)]
#[must_use = "settings do nothing until `init`, `try_init` or `build` is called"]
pub struct TtlogBuilder {
    capacity_bytes: Option<usize>,
    level: LogLevel,
    filter: Filter,
    service: Option<String>,
    snapshot_dir: Option<PathBuf>,
    compress_snapshots: bool,
    sinks: Sinks,
    recorder_only: bool,
    overflow: Option<Overflow>,
    clock: Clock,
    span_bytes: Option<usize>,
    ring_bytes: usize,
    max_event_bytes: usize,
    stall_timeout: Duration,
    timer_interval: Duration,
    panic_snapshot: bool,
    black_box: Option<PathBuf>,
    redacted: Vec<String>,
    pub(crate) snapshots: SnapshotSettings,
}

#[derive(Default)]
struct Sinks(Vec<Box<dyn Sink>>);

impl fmt::Debug for Sinks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|sink| sink.name()))
            .finish()
    }
}

impl Default for TtlogBuilder {
    fn default() -> Self {
        TtlogBuilder {
            capacity_bytes: Some(4096 * USUAL_EVENT_BYTES),
            level: LogLevel::Info,
            filter: Filter::default(),
            redacted: Vec::new(),
            service: None,
            snapshot_dir: None,
            compress_snapshots: true,
            sinks: Sinks::default(),
            recorder_only: false,
            overflow: None,
            clock: Clock::Precise,
            span_bytes: None,
            ring_bytes: 128 << 10,
            max_event_bytes: 16 << 10,
            stall_timeout: Duration::from_secs(2),
            timer_interval: Duration::from_secs(60),
            panic_snapshot: true,
            black_box: None,
            snapshots: SnapshotSettings::default(),
        }
    }
}

impl TtlogBuilder {
    /// How many of the most recent events the recorder keeps: there is room for that many of 128 bytes.
    pub fn capacity(mut self, events: usize) -> Self {
        self.capacity_bytes = events.checked_mul(USUAL_EVENT_BYTES);
        self
    }

    /// The recorder's size in bytes. It is rounded up, to 64 KiB at least.
    pub fn capacity_bytes(mut self, bytes: usize) -> Self {
        self.capacity_bytes = Some(bytes);
        self
    }

    /// The level of targets that no directive covers.
    pub fn level(mut self, level: LogLevel) -> Self {
        self.level = level;
        self
    }

    /// Directives in the grammar of [`Filter`]. For the global pipeline, `RUST_LOG` wins when it is set.
    ///
    /// A directive that can't be understood is reported on stderr; the others are in force.
    pub fn filter(mut self, directives: &str) -> Self {
        self.filter = Filter::parse(directives);
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
        self.redacted.extend(names.into_iter().map(Into::into));
        self
    }

    /// What snapshots call this service.
    pub fn service(mut self, name: impl Into<String>) -> Self {
        self.service = Some(name.into());
        self
    }

    /// Where snapshots go. The directory is made when the first one is written.
    pub fn snapshot_dir(mut self, directory: impl Into<PathBuf>) -> Self {
        self.snapshot_dir = Some(directory.into());
        self
    }

    /// Whether snapshots are written in a compact form: an event of two integers then takes 7 to 11 bytes in place of 40. With the
    /// feature `compression` they are compressed with LZ4 beyond that, and that feature reads them, too; the command `ttlog` has it.
    /// Turned off, the file is what any reader of the format's version 1.0 reads.
    pub fn compress_snapshots(mut self, enabled: bool) -> Self {
        self.compress_snapshots = enabled;
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
        self.black_box = Some(path.into());
        self
    }

    /// Whether a panic writes a snapshot, before the panic hook that was there is called. Only of the global pipeline. Of panics that come close to
    /// each other the first few write one each; the others are in the next one, at the latest in one at the end of the process.
    pub fn panic_snapshot(mut self, enabled: bool) -> Self {
        self.panic_snapshot = enabled;
        self
    }

    /// One sink more.
    pub fn sink(mut self, sink: impl Sink) -> Self {
        self.sinks.0.push(Box::new(sink));
        self
    }

    /// The console as one sink more: stderr, as text for people, in colour on a terminal only.
    pub fn console(self) -> Self {
        self.sink(Console::stderr())
    }

    /// No sink at all: events are only recorded, for snapshots.
    pub fn recorder_only(mut self) -> Self {
        self.recorder_only = true;
        self
    }

    /// What happens when events come faster than the sinks take them; a sink may have a policy of its own.
    pub fn overflow(mut self, overflow: Overflow) -> Self {
        self.overflow = Some(overflow);
        self
    }

    /// How events get their time.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// How much memory, in bytes, the beginnings of spans and contexts have beside the events of the recorder, for snapshots of events whose spans began
    /// long before. Half of it is for spans that have not ended: one with a number for its only field takes 56 bytes, so a service with 100,000
    /// requests at once, in three spans or contexts each, needs 32 MiB for a snapshot in which every event has all of them. Beyond that, the
    /// oldest are forgotten by snapshots, and [counted](crate::Stats::forgotten_spans); sinks that keep up know them all the same. Rounded up to
    /// a power of two; from 64 KiB.
    pub fn span_bytes(mut self, bytes: usize) -> Self {
        self.span_bytes = Some(bytes);
        self
    }

    /// The size in bytes of the ring that each logging thread has: how much it can log in one burst
    /// before the overflow policy applies. Rounded up to a power of two; from 8 KiB to 1 GiB.
    pub fn ring_bytes(mut self, bytes: usize) -> Self {
        self.ring_bytes = bytes;
        self
    }

    /// The size in bytes that one event may have; what is over it is cut, and marked as cut. 1 KiB to 512 KiB, and
    /// a quarter of a ring and of the recorder, which grow to hold it.
    pub fn max_event_bytes(mut self, bytes: usize) -> Self {
        self.max_event_bytes = bytes;
        self
    }

    /// For how long a sink with the policy `Block` may do nothing, with callers waiting, before it is overwritten like
    /// the others. It blocks again when it goes on.
    pub fn stall_timeout(mut self, timeout: Duration) -> Self {
        self.stall_timeout = timeout;
        self
    }

    /// How often the histograms of `timer!(histogram, …)` are reported: one event for each that has measured something since its last
    /// report. What is left is reported when the handle is dropped and when the process ends. With `Duration::ZERO` that is all.
    ///
    /// Only for the global pipeline: a histogram is of the whole process.
    pub fn timer_interval(mut self, interval: Duration) -> Self {
        self.timer_interval = interval;
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
        // What this logs itself, through an allocator say, must not start ttlog in between.
        current::once_at_a_time(|| self.with_environment().init_global()).unwrap_or_else(|| {
            let error = io::Error::other("ttlog is being started by this very thread");
            Err(InitError::Thread(error))
        })
    }

    fn init_global(self) -> Result<TtlogHandle, InitError> {
        if fork::is_silent() {
            let error = io::Error::other("the process was forked while ttlog was busy");
            return Err(InitError::Thread(error));
        }
        // Before what may be asked of sinks while the lock is held.
        fork::watch();
        let mut start = lock(&START);
        if start.stage == Stage::Initialized {
            return Err(InitError::AlreadyInitialized);
        }
        let panic_snapshot = self.panic_snapshot;
        let settings = self.with_defaults();
        let heir = settings.heir();
        let pipeline = match dispatch::global() {
            Some(pipeline) => {
                settings.replace(pipeline)?;
                pipeline.clone()
            }
            None => settings.start_global()?,
        };
        *start = Start {
            stage: Stage::Initialized,
            heir: Some(heir),
        };
        if panic_snapshot {
            panic_hook::install();
        }
        Ok(TtlogHandle::global(pipeline))
    }

    /// Starts the global pipeline because of a log call: with what the parent process left; or with the defaults, and the panics'
    /// snapshots off, for nobody asked for files. To be called through [`current::once_at_a_time`].
    pub(crate) fn start_unasked() {
        if fork::is_silent() {
            return;
        }
        let mut start = lock(&START);
        let (settings, missing) = match (start.stage, start.heir.take()) {
            (Stage::NotStarted, _) => (TtlogBuilder::unasked(), Vec::new()),
            (Stage::Inherited, Some(heir)) => heir.into_settings(),
            (_, heir) => {
                start.heir = heir;
                return;
            }
        };
        start.stage = Stage::Unasked;
        let settings = settings.with_defaults();
        start.heir = Some(settings.heir());
        match settings.start_global() {
            Ok(pipeline) if missing.is_empty() => drop(pipeline),
            Ok(pipeline) => {
                let event = EventBuilder::with_capacity(1)
                    .level(LogLevel::Warn)
                    .target("ttlog")
                    .message("this process was forked, and does without some sinks of its parent")
                    .field("sinks", missing.join(", "));
                logger::emit_to(&pipeline, &event.build());
            }
            Err(error) => report(&error.to_string()),
        }
    }

    /// The defaults, with what the environment says. Where a custom logger takes the events, with what holds for it, in case it goes again; and
    /// without a sink, if the application wants nothing started.
    fn unasked() -> Self {
        let settings = TtlogBuilder::default();
        match dispatch::custom_filter() {
            None => settings.with_environment(),
            Some(filter) if auto_init::is_on() => settings.with_known_filter(&filter),
            Some(filter) => settings.with_known_filter(&filter).recorder_only(),
        }
    }

    /// A pipeline beside the global one, that only [`TtlogHandle::scope`] logs to: for tests, and for parts of a program
    /// whose events go elsewhere. Reads nothing from the environment. It ends when the handle is dropped.
    ///
    /// # Errors
    /// A setting is out of range, or the system has no memory or no thread for it.
    pub fn build(mut self) -> Result<TtlogHandle, InitError> {
        self.snapshots.fatal_signals = false;
        let pipeline = self.start()?;
        dispatch::enter(&pipeline);
        callsite::refresh();
        Ok(TtlogHandle::local(pipeline))
    }

    fn with_environment(mut self) -> Self {
        if std::env::var_os("RUST_LOG").is_some() {
            self.filter = filter_of_environment();
        }
        self
    }

    /// The same settings, with those named that would be found out later.
    fn with_defaults(mut self) -> Self {
        self.service.get_or_insert_with(executable_name);
        self.snapshot_dir.get_or_insert_with(std::env::temp_dir);
        if self.wants_default_console() {
            self = self.console();
        }
        self
    }

    /// What a child of `fork` makes its own pipeline of.
    fn heir(&self) -> Heir {
        let settings = TtlogBuilder {
            capacity_bytes: self.capacity_bytes,
            level: self.level,
            filter: self.filter.clone(),
            service: self.service.clone(),
            snapshot_dir: self.snapshot_dir.clone(),
            // The file is the parent's.
            black_box: None,
            compress_snapshots: self.compress_snapshots,
            sinks: Sinks::default(),
            recorder_only: true,
            overflow: self.overflow,
            clock: self.clock,
            span_bytes: self.span_bytes,
            ring_bytes: self.ring_bytes,
            max_event_bytes: self.max_event_bytes,
            stall_timeout: self.stall_timeout,
            timer_interval: self.timer_interval,
            panic_snapshot: self.panic_snapshot,
            redacted: self.redacted.clone(),
            snapshots: self.snapshots,
        };
        Heir::new(settings, &self.sinks.0)
    }

    /// The same settings with a filter whose errors were told of.
    pub(crate) fn with_known_filter(mut self, filter: &Filter) -> Self {
        self.filter = filter.without_errors();
        self
    }

    /// With `START` locked: nobody else makes a global pipeline.
    fn start_global(self) -> Result<Arc<Pipeline>, InitError> {
        let fatal_signals = self.prepare_fatal_signals()?;
        let pipeline = self.start()?;
        dispatch::enter(&pipeline);
        dispatch::set_global(pipeline.clone());
        callsite::refresh();
        exit::flush_at_exit();
        if let Some(fatal_signals) = fatal_signals {
            fatal_signals.arm(&pipeline);
        }
        Ok(pipeline)
    }

    /// Gives these settings to a pipeline that runs.
    fn replace(self, pipeline: &Arc<Pipeline>) -> Result<(), InitError> {
        let filter = self.whole_filter();
        let overflow = self.ring_overflow();
        self.enforce_redaction(&pipeline.flow);
        let fatal_signals = self.prepare_fatal_signals()?;
        let parts = self.into_parts()?;
        pipeline.flow.set_filter(filter);
        pipeline.flow.set_overflow(overflow);
        callsite::refresh();
        if let Some(black_box) = &parts.black_box {
            pipeline.registry.move_to(black_box.clone());
            current::give_up_retired();
        }
        let sent = pipeline.flow.ask(Task::Replace(Box::new(parts)));
        if sent.is_none() {
            let error = io::Error::other("the snapshot thread does not answer");
            return Err(InitError::Thread(error));
        }
        pipeline.sync(pipeline.flow.patience());
        if let Some(fatal_signals) = fatal_signals {
            fatal_signals.arm(pipeline);
        }
        Ok(())
    }

    fn start(self) -> Result<Arc<Pipeline>, InitError> {
        fork::watch();
        let (control, messages) = bounded(CONTROL_MESSAGES);
        let sizes = self.sizes()?;
        let flow = Arc::new(Flow::new(
            control,
            self.ring_overflow(),
            // The snapshot thread gives up on a sink first.
            self.stall_timeout * 2 + Duration::from_millis(500),
            self.whole_filter(),
        ));
        self.enforce_redaction(&flow);
        let ticks = TickSource::of(self.clock);
        let registry = Registry::new(sizes.ring_words, sizes.longest_record, ticks, flow.clone());
        let stall_timeout = self.stall_timeout;
        let Parts {
            recorder,
            black_box,
            sinks,
            clock,
            settings,
            triggers,
            reports,
        } = self.into_parts()?;
        if let Some(black_box) = black_box {
            registry.move_to(black_box);
        }
        let pipeline = Arc::new(Pipeline::new(
            flow,
            registry,
            recorder,
            settings,
            stall_timeout,
        ));
        pipeline.start_sinks(sinks).map_err(InitError::Thread)?;
        pipeline.set_has_triggers(triggers.are_set());
        start_snapshot_thread(pipeline.clone(), messages, clock, (triggers, reports))
            .map_err(InitError::Thread)?;
        Ok(pipeline)
    }

    /// Makes known what must not be recorded, before a black box is told of any call site.
    fn enforce_redaction(&self, flow: &Flow) {
        if !self.redacted.is_empty() {
            flow.set_redaction(Redaction::enforce(&self.redacted));
            callsite::refresh();
        }
    }

    fn whole_filter(&self) -> Filter {
        for error in self.filter.errors() {
            report(&error.to_string());
        }
        self.filter.clone().or_level(self.level)
    }

    /// The policy of the threads' rings: they wait if any sink makes them.
    fn ring_overflow(&self) -> Overflow {
        let of_sinks = self.sinks.0.iter().map(|sink| sink.options().overflow);
        let of_console = self.wants_default_console().then_some(None);
        let default = self.sink_overflow();
        let blocks = |own: Option<Overflow>| own.unwrap_or(default) == Overflow::Block;
        if of_sinks.chain(of_console).any(blocks) {
            Overflow::Block
        } else {
            self.overflow.unwrap_or(Overflow::OverwriteOldest)
        }
    }

    fn sink_overflow(&self) -> Overflow {
        self.overflow.unwrap_or(Overflow::Block)
    }

    fn wants_default_console(&self) -> bool {
        self.sinks.0.is_empty() && !self.recorder_only
    }

    fn sizes(&self) -> Result<Sizes, InitError> {
        Sizes::new(
            self.capacity_bytes,
            self.span_bytes,
            self.ring_bytes,
            self.max_event_bytes,
        )
    }

    /// What is made ready for fatal signals before there is a pipeline; `None` where they are not asked for.
    fn prepare_fatal_signals(&self) -> Result<Option<FatalSignals>, InitError> {
        self.snapshots
            .fatal_signals
            .then(|| FatalSignals::prepare(&self.settings(), self.black_box.as_deref()))
            .transpose()
    }

    fn settings(&self) -> Settings {
        Settings {
            service: self.service.clone().unwrap_or_else(executable_name),
            snapshot_dir: self.snapshot_dir.clone().unwrap_or_else(std::env::temp_dir),
            packing: match self.compress_snapshots {
                true => Packing::SHORTEST,
                false => Packing::Plain,
            },
            keep: self.snapshots.keep,
        }
    }

    fn into_parts(mut self) -> Result<Parts, InitError> {
        #[cfg(all(unix, feature = "signals"))]
        if self.snapshots.triggers.signal {
            crate::snapshot_signal::install().map_err(InitError::Signal)?;
        }
        let sizes = self.sizes()?;
        if self.wants_default_console() {
            self = self.console();
        }
        let default = self.sink_overflow();
        let sinks: Vec<NewSink> = std::mem::take(&mut self.sinks.0)
            .into_iter()
            .map(|sink| {
                let options = sink.options();
                let overflow = options.overflow.unwrap_or(default);
                let name = sink.name();
                for error in options.filter.iter().flat_map(Filter::errors) {
                    report(&format!("sink {name}: {error}"));
                }
                let state = Arc::new(SinkState::new(name, overflow));
                NewSink {
                    sink,
                    filter: options.filter,
                    spans: options.spans.unwrap_or_else(SpanRecords::from_env),
                    linger: options.linger,
                    state,
                }
            })
            .collect();
        let states = sinks.iter().map(|sink| sink.state.clone()).collect();
        let settings = self.settings();
        let image = match &self.black_box {
            Some(path) => Some(new_black_box(path, &settings, sizes)?),
            None if self.snapshots.fatal_signals => {
                let facts = process_facts(&settings.service, now_nanos());
                let created = FatalSignals::new_image(&facts, sizes.of_rings())?;
                Some(begun(created))
            }
            None => None,
        };
        let (black_box, rings) = match image {
            Some((black_box, rings)) => (Some(black_box), rings),
            None => (None, new_rings(sizes)?),
        };
        Ok(Parts {
            recorder: Arc::new(Recorder::new(rings, states)),
            black_box,
            sinks,
            clock: self.clock,
            triggers: Triggers::new(self.snapshots.triggers),
            reports: Reports::new(self.timer_interval),
            settings,
        })
    }
}

fn new_rings(sizes: Sizes) -> Result<RecorderRings, InitError> {
    let ring = |words| {
        Ring::new(words).map_err(|_| InitError::OutOfMemory {
            bytes: words * size_of::<u64>(),
        })
    };
    Ok(RecorderRings {
        log: ring(sizes.recorder_words)?,
        spans: ring(sizes.span_words)?,
    })
}

/// Saves what the run before has left at `path`, and begins anew there.
fn new_black_box(
    path: &Path,
    settings: &Settings,
    sizes: Sizes,
) -> Result<(Arc<BlackBox>, RecorderRings), InitError> {
    let place = Place::take(path)?;
    place.save_previous(settings)?;
    let facts = process_facts(&settings.service, now_nanos());
    let created = place.create(&facts, sizes.of_rings())?;
    Ok(begun(created))
}

/// Enters into an image what has to be there before there are events.
fn begun((black_box, rings): (Arc<BlackBox>, RecorderRings)) -> (Arc<BlackBox>, RecorderRings) {
    // So that their ticks can be read.
    black_box.set_calibration(&Calibration::new());
    callsite::describe_to(&black_box);
    (black_box, rings)
}

fn executable_name() -> String {
    std::env::current_exe()
        .ok()
        .and_then(|path| Some(path.file_stem()?.to_string_lossy().into_owned()))
        .unwrap_or_else(|| "unknown".to_owned())
}

/// The directives of `RUST_LOG`; none where it is not set.
pub(crate) fn filter_of_environment() -> Filter {
    let text = std::env::var_os("RUST_LOG").unwrap_or_default();
    Filter::parse(&text.to_string_lossy())
}

fn start_snapshot_thread(
    pipeline: Arc<Pipeline>,
    messages: Receiver<Message>,
    clock: Clock,
    (triggers, reports): (Triggers, Reports),
) -> io::Result<()> {
    /// Tells that the thread has ended, however it did.
    struct Dead(Arc<Flow>);

    impl Drop for Dead {
        fn drop(&mut self) {
            self.0.set_dead();
            if thread::panicking() {
                report("its snapshot thread has panicked: what is logged from now on is dropped");
            }
        }
    }

    let dead = Dead(pipeline.flow.clone());
    thread::Builder::new()
        .name("ttlog-snapshot".to_owned())
        .spawn(move || {
            current::become_own_thread();
            pipeline.flow.set_thread(thread::current());
            let _dead = dead;
            SnapshotThread::new(pipeline, messages, clock, (triggers, reports)).run();
        })
        .map(drop)
}
