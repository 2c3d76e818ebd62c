//! [`TtlogHandle`]: what an application does with its pipeline.

use std::path::PathBuf;
use std::sync::Arc;

use crossbeam_channel::Sender;

use crate::callsite;
use crate::current;
use crate::dispatch;
use crate::filter::DirectiveError;
use crate::histogram;
use crate::level::LogLevel;
use crate::logger::RingLogger;
use crate::message::Message;
use crate::pipeline::Pipeline;
use crate::snapshot::SnapshotError;
use crate::stats::Stats;

/// A pipeline that runs.
///
/// Dropping it reports what the histograms of `timer!(histogram, …)` have measured, and flushes. The global pipeline goes on after that, and is flushed again when the process ends; one
/// that [`build`](crate::TtlogBuilder::build) made ends.
///
/// In a child of `fork` the handle of the global pipeline is that of the child's own global pipeline. One of `build` is of no use there: what is
/// logged to its pipeline is dropped, and counted.
#[derive(Debug)]
pub struct TtlogHandle {
    pipeline: Arc<Pipeline>,
    is_global: bool,
}

impl TtlogHandle {
    pub(crate) fn global(pipeline: Arc<Pipeline>) -> Self {
        TtlogHandle {
            pipeline,
            is_global: true,
        }
    }

    pub(crate) fn local(pipeline: Arc<Pipeline>) -> Self {
        TtlogHandle {
            pipeline,
            is_global: false,
        }
    }

    /// Writes the most recent events to a file, with `reason` in it, and gives the file's path. The events stay
    /// where they are, and nobody who logs is kept waiting.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn snapshot(&self, reason: &str) -> Result<PathBuf, SnapshotError> {
        self.here().snapshot(reason)
    }

    /// Returns when all that was logged before it has reached every sink; a [custom logger](crate::install_logger) is told to flush, too.
    ///
    /// `false` where a sink, or ttlog itself, is failing, or makes no progress for twice the
    /// [stall timeout](crate::TtlogBuilder::stall_timeout); and at once when a sink calls it, or a child of `fork` for a pipeline
    /// that it has not got.
    pub fn flush(&self) -> bool {
        if self.is_global
            && let Some(logger) = dispatch::custom()
        {
            logger.flush();
        }
        dispatch::if_started(&self.pipeline).is_none_or(|pipeline| pipeline.flush())
    }

    /// Changes the level of the targets that no directive covers.
    pub fn set_level(&self, level: LogLevel) {
        self.here().set_level(level);
    }

    /// Changes the directives; see [`Filter`](crate::Filter). Targets that none of the new ones covers keep the level that
    /// such targets had.
    ///
    /// # Errors
    /// A directive can't be understood; the others are in force.
    pub fn set_filter(&self, directives: &str) -> Result<(), DirectiveError> {
        self.here().set_filter(directives)
    }

    /// What has become of the events so far.
    pub fn stats(&self) -> Stats {
        dispatch::if_started(&self.pipeline)
            .map_or_else(Stats::default, |pipeline| pipeline.stats())
    }

    /// The way to ask the snapshot thread for something from anywhere, without waiting for it. It leads to a thread of this process: a child
    /// of `fork` has to ask for another.
    pub fn sender(&self) -> Sender<Message> {
        self.here().flow.control().clone()
    }

    /// This pipeline as a [`Logger`](crate::Logger).
    pub fn logger(&self) -> RingLogger {
        RingLogger {
            pipeline: self.here().clone(),
        }
    }

    #[cfg(test)]
    pub(crate) fn pipeline(&self) -> &Arc<Pipeline> {
        &self.pipeline
    }

    fn here(&self) -> &Arc<Pipeline> {
        dispatch::started(&self.pipeline)
    }

    /// Runs `work` with the log calls of this thread going to this pipeline, in place of the global one.
    ///
    /// Threads that `work` starts don't inherit it: they have a scope of their own, or log to the global pipeline.
    ///
    /// ```
    /// use ttlog_core::{EventBuilder, emit_fast, sink::Memory};
    ///
    /// let memory = Memory::new();
    /// let handle = ttlog_core::init().sink(memory.clone()).build()?;
    /// handle.scope(|| emit_fast(EventBuilder::with_capacity(0).message("hello").build()));
    /// handle.flush();
    /// assert_eq!(memory.events()[0].message, "hello");
    /// # Ok::<(), ttlog_core::InitError>(())
    /// ```
    pub fn scope<R>(&self, work: impl FnOnce() -> R) -> R {
        current::with_pipeline(self.here(), work)
    }
}

impl Drop for TtlogHandle {
    fn drop(&mut self) {
        if self.is_global {
            if let Some(pipeline) = dispatch::if_started(&self.pipeline) {
                histogram::report_rest(pipeline);
            }
            self.flush();
        } else {
            self.pipeline.stop();
            dispatch::leave(&self.pipeline);
            callsite::refresh();
        }
    }
}
