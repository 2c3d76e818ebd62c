//! The loggers under measure, each in a file of its own, and the table of them.

mod floor;
mod floor_drained;
mod ttlog;

#[cfg(feature = "peers")]
mod calls;
#[cfg(feature = "peers")]
mod emit;
#[cfg(feature = "peers")]
mod env_logger;
#[cfg(feature = "peers")]
mod fastrace;
#[cfg(feature = "peers")]
mod ftlog;
#[cfg(feature = "peers")]
mod slog;
#[cfg(feature = "peers")]
mod spdlog;
#[cfg(feature = "peers")]
mod tracing;
#[cfg(feature = "peers")]
mod tracing_nothing;
#[cfg(feature = "peers")]
mod ttlog_by_log;
#[cfg(feature = "peers")]
mod ttlog_by_slog;
#[cfg(feature = "peers")]
mod ttlog_by_tracing;

use crate::figures::Figures;
use crate::output::{self, Place};
use crate::scale::Scale;
use crate::workloads::{self, Workload};

/// One logger, set up in the way its own documentation shows, with the level at Info.
pub(crate) trait Logger: Sync + Sized {
    /// The name in the tables and on the command line.
    const NAME: &'static str;
    /// What has to be known to read its figures: the setup where there is a choice, and what is left out.
    const SETUP: &'static str;
    /// The packages whose versions belong into the record.
    const PACKAGES: &'static [&'static str];
    /// What it can be put through.
    const WORKLOADS: &'static [Workload];
    /// Whether it may lose events in this setup; one that may not fails its bench when it does.
    const MAY_LOSE: bool;
    /// Whether its hot path may allocate; one that may not fails its bench when it does.
    const MAY_ALLOCATE: bool = true;

    /// Sets it up for the whole process.
    fn start(place: &Place) -> Self;

    /// Logs two integers.
    fn integers(&self, user_id: u64, duration_ms: u64);

    /// Logs a text, a float and an integer.
    fn text(&self, action: &str, ratio: f64, user_id: u64);

    /// Logs a formatted message.
    fn message(&self, user: &str, action: &str);

    /// Logs two integers at a level that is turned off.
    fn disabled(&self, user_id: u64, duration_ms: u64);

    /// Runs calls in a span with one field; only for those that have the workloads of spans.
    #[inline(always)]
    fn span(&self, _user_id: u64, _calls: impl FnOnce()) {
        unreachable!("{} is not measured with spans", Self::NAME)
    }

    /// Runs calls in what has to surround them (a span, for example). It is outside of what is timed.
    #[inline(always)]
    fn around<R>(&self, calls: impl FnOnce() -> R) -> R {
        calls()
    }

    /// Is called by each thread after its last call.
    fn leave(&self) {}

    /// Returns when all of the `calls` so far have been written, or when it is clear that some never will be.
    fn flush(&self, calls: u64) {
        output::wait_for(calls, || self.arrived());
    }

    /// How many events have been written.
    fn arrived(&self) -> u64 {
        output::lines()
    }

    /// Ends the logger; returns when everything is written.
    fn finish(self) {}
}

/// A row of the table of loggers.
pub(crate) struct Entry {
    /// See [`Logger::NAME`].
    pub(crate) name: &'static str,
    /// See [`Logger::SETUP`].
    pub(crate) setup: &'static str,
    /// See [`Logger::PACKAGES`].
    pub(crate) packages: &'static [&'static str],
    /// See [`Logger::WORKLOADS`].
    pub(crate) workloads: &'static [Workload],
    /// Measures it in one of its workloads.
    pub(crate) measure: fn(Workload, Scale) -> Figures,
}

const fn entry<L: Logger>() -> Entry {
    Entry {
        name: L::NAME,
        setup: L::SETUP,
        packages: L::PACKAGES,
        workloads: L::WORKLOADS,
        measure: workloads::measure::<L>,
    }
}

/// All loggers, the floor first.
pub(crate) const TABLE: &[Entry] = &[
    entry::<floor::Floor<true>>(),
    entry::<floor::Floor<false>>(),
    entry::<floor_drained::FloorDrained>(),
    ttlog::ttlog_entry::<ttlog::Precise>(),
    ttlog::ttlog_entry::<ttlog::Coarse>(),
    ttlog::ttlog_entry::<ttlog::RecorderOnly>(),
    ttlog::ttlog_entry::<ttlog::BlackBox>(),
    ttlog::ttlog_entry::<ttlog::BlackBoxOnDisk>(),
    ttlog::ttlog_entry::<ttlog::RecorderBlocking>(),
    ttlog::ttlog_entry::<ttlog::LargeRecorder>(),
    #[cfg(feature = "peers")]
    entry::<ttlog_by_log::TtlogByLog>(),
    #[cfg(feature = "peers")]
    entry::<ttlog_by_slog::TtlogBySlog>(),
    #[cfg(feature = "peers")]
    entry::<ttlog_by_tracing::TtlogByTracing<ttlog_by_tracing::BySubscriber>>(),
    #[cfg(feature = "peers")]
    entry::<ttlog_by_tracing::TtlogByTracing<ttlog_by_tracing::ByLayer>>(),
    #[cfg(feature = "peers")]
    entry::<tracing_nothing::TracingNothing>(),
    #[cfg(feature = "peers")]
    entry::<tracing::Tracing<tracing::Text>>(),
    #[cfg(feature = "peers")]
    entry::<tracing::Tracing<tracing::Json>>(),
    #[cfg(feature = "peers")]
    entry::<env_logger::EnvLogger>(),
    #[cfg(feature = "peers")]
    entry::<slog::SlogAsync>(),
    #[cfg(feature = "peers")]
    entry::<spdlog::Spdlog>(),
    #[cfg(feature = "peers")]
    entry::<ftlog::Ftlog>(),
    #[cfg(feature = "peers")]
    entry::<fastrace::Fastrace>(),
    #[cfg(feature = "peers")]
    entry::<emit::Emit>(),
];
