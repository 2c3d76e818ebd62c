//! The settings of [`TtlogBuilder`] that say when a snapshot is taken, and how many stay.

use std::time::Duration;

use crate::builder::TtlogBuilder;
use crate::level::LogLevel;
use crate::snapshot::Keep;
use crate::triggers::TriggerSettings;

/// When snapshots are taken that nobody asks for, and how many stay; whether a crash leaves one.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct SnapshotSettings {
    pub(crate) triggers: TriggerSettings,
    pub(crate) keep: Keep,
    pub(crate) fatal_signals: bool,
}

impl TtlogBuilder {
    /// Takes a snapshot on every event of this level or a more severe one that is recorded.
    ///
    /// The snapshot has the event in it and names it as its reason: `event at error: Database error`. It is taken at once, within 40 ms; of
    /// the severe events that follow within [`snapshot_min_interval`](Self::snapshot_min_interval), the file that is
    /// written when that is over has all, with what else came after the first. Callers pay nothing for it, and wait for nothing.
    ///
    /// A normal end of the process waits for a snapshot that is being written. Failures are reported on stderr.
    ///
    /// ```
    /// # use ttlog_core::{EventBuilder, LogLevel, SnapshotReader, emit_fast};
    /// # let directory = std::env::temp_dir().join(format!("ttlog-doc-on-{}", std::process::id()));
    /// let handle = ttlog_core::init()
    ///     .recorder_only()
    ///     .snapshot_dir(&directory)
    ///     .snapshot_on(LogLevel::Error)
    ///     .build()?;
    /// # handle.scope(|| emit_fast(EventBuilder::with_capacity(0).level(LogLevel::Error).message("lost it").build()));
    /// # drop(handle);
    /// # let file = std::fs::read_dir(&directory)?.next().unwrap()?;
    /// # let snapshot = SnapshotReader::open(file.path())?;
    /// # assert_eq!(snapshot.facts().text("reason"), Some("event at error: lost it"));
    /// # std::fs::remove_dir_all(directory)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn snapshot_on(mut self, level: LogLevel) -> Self {
        self.setup.snapshots.triggers.level = Some(level);
        self
    }

    /// The least time from a snapshot that an event triggered ([`snapshot_on`](Self::snapshot_on)) to the next of that kind.
    pub fn snapshot_min_interval(mut self, interval: Duration) -> Self {
        self.setup.snapshots.triggers.least_interval = interval;
        self
    }

    /// Takes a snapshot when the last one that was triggered is so long ago, unless nothing was recorded since.
    pub fn snapshot_every(mut self, interval: Duration) -> Self {
        self.setup.snapshots.triggers.every = Some(interval);
        self
    }

    /// How many snapshots of this [`service`](Self::service) stay in its [`snapshot_dir`](Self::snapshot_dir): when one is written, the oldest beyond that
    /// are removed. 100 by default; `usize::MAX` keeps all.
    ///
    /// Only files with the names that ttlog gives are counted and removed, and only those of the same owner; never links, never the file that
    /// was just written. Several processes may share the directory; the number is of all that have the same service name. What a
    /// killed process left half-written goes, too. A failure is reported once on stderr, and does no harm to the snapshot.
    pub fn keep_snapshots(mut self, files: usize) -> Self {
        self.setup.snapshots.keep.files = files;
        self
    }

    /// The same for the bytes of these files together: 1 GiB by default; `u64::MAX` for no limit.
    pub fn keep_snapshot_bytes(mut self, bytes: u64) -> Self {
        self.setup.snapshots.keep.bytes = bytes;
        self
    }

    /// Takes a snapshot on the signal `SIGUSR1`, within 40 ms: `kill -USR1 PID`.
    ///
    /// The handler only counts, and calls the one that was there before. It stays for the whole process, so that the signal
    /// never ends it from then on.
    #[cfg(all(unix, feature = "signals"))]
    pub fn snapshot_on_signal(mut self) -> Self {
        self.setup.snapshots.triggers.signal = true;
        self
    }

    /// Whether what is logged before a fatal signal is kept: `SIGSEGV`, `SIGBUS`, `SIGFPE`, `SIGILL`, `SIGTRAP`, and `SIGABRT`, by which `abort`
    /// ends the process. Only of the global pipeline.
    ///
    /// The process writes a snapshot into [`snapshot_dir`](Self::snapshot_dir), which is made now if it isn't there, and says so in one line on
    /// stderr. The snapshot's reason, and its last event, have the signal, the address, and the thread. With a
    /// [`black_box`](Self::black_box) the events are there anyway: the signal is noted in it, and the next start saves the snapshot.
    ///
    /// ```text
    /// ttlog: crashed: SIGSEGV (11) at 0x10 in thread worker; the last events are in /var/log/app-4711-2026-11-21T00-50-32.123Z-0.ttlog
    /// ```
    ///
    /// Then the signal takes its course: a handler that was installed before is called, the process ends by the
    /// same signal, and its core dump is the one that it would have been. Of a stack overflow, std tells as it does without. Nothing
    /// is installed for `SIGTERM`, `SIGINT` and others, nor where a signal is ignored.
    ///
    /// The handler allocates nothing and takes no lock, so it works wherever the signal came. It waits for nothing but the disk: one that
    /// hangs keeps the process from ending, as it does with a core dump.
    ///
    /// It reports once. A runtime in the same process for which these signals are nothing unusual, a virtual machine's say, is to be started after
    /// ttlog: its handler then hands on what is none of its own.
    #[cfg(feature = "signals")]
    pub fn fatal_signals(mut self, enabled: bool) -> Self {
        self.setup.snapshots.fatal_signals = enabled;
        self
    }
}
