//! ttlog by the macros of `log`.

use ::ttlog::{LogLevel, TtlogHandle};

use super::Logger;
use super::calls::log_calls;
use super::ttlog::deliveries;
use crate::output::Place;
use crate::workloads::Workload;

pub(super) struct TtlogByLog(TtlogHandle);

impl Logger for TtlogByLog {
    const NAME: &'static str = "ttlog-by-log";
    const SETUP: &'static str =
        "the macros of log, with ttlog as its logger; ttlog with a file sink that blocks when full";
    const PACKAGES: &'static [&'static str] = &["ttlog", "log"];
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
        ttlog_integrations::enable_log_compatibility();
        Self(handle)
    }

    log_calls!();

    fn flush(&self, _calls: u64) {
        self.0.flush();
    }

    fn arrived(&self) -> u64 {
        deliveries(&self.0)
    }
}
