//! `slog` with `slog-async`, which formats in a thread of its own.

use ::slog::{Drain, Level, o};
use slog_async::{Async, AsyncGuard, OverflowStrategy};
use slog_term::{FullFormat, PlainDecorator};

use super::Logger;
use super::calls::slog_calls;
use crate::output::{Place, Unflushed};
use crate::workloads::Workload;

pub(super) struct SlogAsync {
    logger: ::slog::Logger,
    worker: AsyncGuard,
    output: Unflushed,
}

impl Logger for SlogAsync {
    const NAME: &'static str = "slog-async";
    const SETUP: &'static str = "slog + slog-async (blocks when full, as it says of files) + slog-term's full format, buffered into the file; \
        levels are off at run time, while slog by default compiles them out";
    const PACKAGES: &'static [&'static str] = &["slog", "slog-async", "slog-term"];
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
        let format = FullFormat::new(PlainDecorator::new(output.clone()))
            .build()
            .fuse();
        let (drain, worker) = Async::new(format)
            .overflow_strategy(OverflowStrategy::Block)
            .build_with_guard();
        let logger = ::slog::Logger::root(drain.filter_level(Level::Info).fuse(), o!());
        Self {
            logger,
            worker,
            output,
        }
    }

    slog_calls!();

    fn finish(self) {
        drop(self.logger);
        drop(self.worker);
        self.output.finish();
    }
}
