//! `ftlog`, which formats the message in the calling thread and the line in its own.

use ::ftlog::LoggerGuard;
use log::LevelFilter;

use super::Logger;
use crate::output::Place;
use crate::workloads::Workload;

/// The queue's default capacity.
const CAPACITY: usize = 100_000;

pub(super) struct Ftlog(LoggerGuard);

impl Logger for Ftlog {
    const NAME: &'static str = "ftlog";
    const SETUP: &'static str =
        "ftlog, blocks when full, UTC; it has no fields, so the integers are part of the message";
    const PACKAGES: &'static [&'static str] = &["ftlog"];
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

    fn start(place: &Place) -> Self {
        let builder = ::ftlog::builder()
            .max_log_level(LevelFilter::Info)
            .bounded(CAPACITY, true)
            .utc();
        Self(
            builder
                .root(place.writer())
                .try_init()
                .expect("nothing else was installed"),
        )
    }

    #[inline(always)]
    fn integers(&self, user_id: u64, duration_ms: u64) {
        log::info!("User logged in user_id={user_id} duration_ms={duration_ms}");
    }

    #[inline(always)]
    fn text(&self, action: &str, ratio: f64, user_id: u64) {
        log::info!("Authentication failed action={action} ratio={ratio} user_id={user_id}");
    }

    #[inline(always)]
    fn message(&self, user: &str, action: &str) {
        log::info!("user {} did {}", user, action);
    }

    #[inline(always)]
    fn disabled(&self, user_id: u64, duration_ms: u64) {
        log::debug!("User logged in user_id={user_id} duration_ms={duration_ms}");
    }

    fn finish(self) {
        log::logger().flush();
        drop(self.0);
    }
}
