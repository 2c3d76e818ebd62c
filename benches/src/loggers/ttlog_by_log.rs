//! ttlog by the macros of `log`.

use ::ttlog::{LogLevel, TtlogHandle};

use super::Logger;
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

    #[inline(always)]
    fn integers(&self, user_id: u64, duration_ms: u64) {
        log::info!(user_id, duration_ms; "User logged in");
    }

    #[inline(always)]
    fn text(&self, action: &str, ratio: f64, user_id: u64) {
        log::info!(action, ratio, user_id; "Authentication failed");
    }

    #[inline(always)]
    fn message(&self, user: &str, action: &str) {
        log::info!("user {} did {}", user, action);
    }

    #[inline(always)]
    fn disabled(&self, user_id: u64, duration_ms: u64) {
        log::debug!(user_id, duration_ms; "User logged in");
    }

    fn flush(&self, _calls: u64) {
        self.0.flush();
    }

    fn arrived(&self) -> u64 {
        deliveries(&self.0)
    }
}
