//! `log` with `env_logger`: it formats and writes in the calling thread.

use ::env_logger::{Builder, Target};
use log::LevelFilter;

use super::Logger;
use super::calls::log_calls;
use crate::output::{Place, Unflushed};
use crate::workloads::Workload;

pub(super) struct EnvLogger(Unflushed);

impl Logger for EnvLogger {
    const NAME: &'static str = "env_logger";
    const SETUP: &'static str =
        "log + env_logger (key-values), which writes in the calling thread; buffered into the file";
    const PACKAGES: &'static [&'static str] = &["log", "env_logger"];
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
        let output = place.unflushed_writer();
        let target = Target::Pipe(Box::new(output.clone()));
        Builder::new()
            .filter_level(LevelFilter::Info)
            .target(target)
            .init();
        Self(output)
    }

    log_calls!();

    fn finish(self) {
        self.0.finish();
    }
}
