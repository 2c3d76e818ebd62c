//! `spdlog-rs` with its asynchronous pool.

use std::sync::Arc;

use ::spdlog::sink::{AsyncPoolSink, FileSink, Sink, WriteSink};
use ::spdlog::{LevelFilter, ThreadPool};

use super::Logger;
use crate::output::Place;
use crate::workloads::Workload;

pub(super) struct Spdlog {
    logger: ::spdlog::Logger,
    sink: Arc<dyn Sink>,
}

impl Logger for Spdlog {
    const NAME: &'static str = "spdlog-rs";
    const SETUP: &'static str = "spdlog-rs, AsyncPoolSink with a pool of its own, blocks when full";
    const PACKAGES: &'static [&'static str] = &["spdlog-rs"];
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
        let output: Arc<dyn Sink> = match place {
            Place::Null => WriteSink::builder()
                .target(place.writer())
                .build_arc()
                .expect("a target is given"),
            Place::File(path) => FileSink::builder()
                .path(path)
                .build_arc()
                .expect("the file can be created"),
        };
        let pool = ThreadPool::builder()
            .build_arc()
            .expect("a thread can be started");
        let sink = AsyncPoolSink::builder()
            .sink(output)
            .thread_pool(pool)
            .build_arc()
            .expect("a sink is given");
        let sink: Arc<dyn Sink> = sink;
        let logger = ::spdlog::Logger::builder()
            .sink(Arc::clone(&sink))
            .level_filter(LevelFilter::MoreSevereEqual(::spdlog::Level::Info))
            .build()
            .expect("the logger has no name that could be wrong");
        Self { logger, sink }
    }

    #[inline(always)]
    fn integers(&self, user_id: u64, duration_ms: u64) {
        ::spdlog::info!(logger: self.logger, "User logged in", kv: { user_id, duration_ms });
    }

    #[inline(always)]
    fn text(&self, action: &str, ratio: f64, user_id: u64) {
        ::spdlog::info!(logger: self.logger, "Authentication failed", kv: { action, ratio, user_id });
    }

    #[inline(always)]
    fn message(&self, user: &str, action: &str) {
        ::spdlog::info!(logger: self.logger, "user {} did {}", user, action);
    }

    #[inline(always)]
    fn disabled(&self, user_id: u64, duration_ms: u64) {
        ::spdlog::debug!(logger: self.logger, "User logged in", kv: { user_id, duration_ms });
    }

    fn finish(self) {
        self.sink
            .flush_on_exit()
            .expect("what is queued can be written");
    }
}
