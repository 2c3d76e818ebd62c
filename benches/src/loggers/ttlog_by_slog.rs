//! ttlog by the macros of `slog`.

use ::ttlog::{LogLevel, TtlogHandle};

use super::Logger;
use super::calls::slog_calls;
use super::ttlog::deliveries;
use crate::output::Place;
use crate::workloads::Workload;

pub(super) struct TtlogBySlog {
    handle: TtlogHandle,
    logger: ::slog::Logger,
}

impl Logger for TtlogBySlog {
    const NAME: &'static str = "ttlog-by-slog";
    const SETUP: &'static str =
        "the macros of slog, with ttlog as the drain; ttlog with a file sink that blocks when full";
    const PACKAGES: &'static [&'static str] = &["ttlog", "slog"];
    const WORKLOADS: &'static [Workload] = &[
        Workload::Enabled,
        Workload::Text,
        Workload::Message,
        Workload::Disabled,
        Workload::TwoThreads,
        Workload::TextFile,
        Workload::TextFileTwo,
        Workload::Allocations,
    ];
    const MAY_LOSE: bool = false;
    const MAY_ALLOCATE: bool = false;

    fn start(place: &Place) -> Self {
        let file = ::ttlog::sink::File::create(place.path()).expect("the file can be created");
        let handle = ::ttlog::init().level(LogLevel::Info).sink(file).init();
        let drain = ttlog_integrations::TtlogSlogDrain::new();
        let logger = ::slog::Logger::root(drain, ::slog::o!());
        Self { handle, logger }
    }

    slog_calls!();

    fn flush(&self, _calls: u64) {
        self.handle.flush();
    }

    fn arrived(&self) -> u64 {
        deliveries(&self.handle)
    }
}
