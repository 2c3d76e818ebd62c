//! Of a [`Pipeline`], what waits until its events have reached every sink, and its end, which is a flush, too.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::Pipeline;
use crate::answer::Answer;
use crate::current;
use crate::message::Task;
use crate::own_thread;
use crate::report::report;
use crate::sink_state::{Health, SinkState};

impl Pipeline {
    /// [`flush`](Self::flush) at the end of the process. What is in a black box then need not be saved; what a sink could not write is lost,
    /// and that is told.
    pub(crate) fn flush_at_exit(&self) {
        if let Some(position) = self.flush_at_end() {
            self.report_unwritten(position);
        }
    }

    /// The same for any pipeline, without a word; gives the position behind what sinks should have written.
    fn flush_at_end(&self) -> Option<u64> {
        let position = self.ask_for_flush();
        let flushed = position.is_some_and(|position| self.wait_for_sinks(position));
        if let Some(black_box) = self.registry.black_box() {
            black_box.set_ended(flushed);
        }
        position
    }

    /// Tells of each sink that is not through with what was recorded before `position`: there is nobody to look at counters any more.
    fn report_unwritten(&self, position: u64) {
        for sink in &self.recorder().sinks {
            if sink.done() < position {
                let name = &sink.name;
                report(&format!("sink {name} ends without its last events"));
            }
        }
    }

    /// Returns when everything logged before has reached every sink; `false` where a sink or the snapshot
    /// thread is gone, failing or stuck.
    pub(crate) fn flush(&self) -> bool {
        if current::is_own_thread() {
            // It would wait for itself.
            return false;
        }
        self.ask_for_flush()
            .is_some_and(|position| self.wait_for_sinks(position))
    }

    /// Has each sink write everything logged before; gives the position behind it.
    fn ask_for_flush(&self) -> Option<u64> {
        let position = self.drain_rings()?;
        let recorder = self.recorder();
        let position = position.min(recorder.log.published());
        for sink in &recorder.sinks {
            sink.want(position);
        }
        Some(position)
    }

    fn wait_for_sinks(&self, position: u64) -> bool {
        let mut all_reached = true;
        for sink in &self.recorder().sinks {
            all_reached &= self.wait_for_sink(sink, position);
        }
        all_reached
    }

    /// Waits until what is in the rings now has reached the recorder; gives the position behind it.
    fn drain_rings(&self) -> Option<u64> {
        let answer = Answer::default();
        self.flow.ask(Task::Drain(answer.clone()))?;
        let mut patience = Patience::new(self.flow.patience());
        loop {
            if let Some(position) = answer.wait(Duration::from_millis(20)) {
                return Some(position);
            }
            if !self.flow.is_alive() || patience.is_over(self.flow.progress()) {
                return None;
            }
        }
    }

    fn wait_for_sink(&self, sink: &SinkState, position: u64) -> bool {
        let mut patience = Patience::new(self.flow.patience());
        let mut pause = Duration::from_micros(20);
        while sink.done() < position {
            if sink.health() != Health::Well || patience.is_over(sink.activity()) {
                return sink.done() >= position;
            }
            thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(1));
        }
        true
    }

    /// Flushes on a thread of its own: for the snapshot thread, which can't wait.
    pub(crate) fn flush_aside(self: &Arc<Self>) {
        let pipeline = self.clone();
        let work = move || {
            pipeline.flush();
        };
        if let Err(error) = own_thread::start("ttlog-flush", Box::new(work)) {
            report(&format!("can't start a thread to flush: {error}"));
        }
    }

    /// Ends the threads, after everything was delivered; waits no longer than a flush.
    pub(crate) fn stop(&self) {
        if self.flow.is_left_behind() {
            // The threads are in another process.
            return;
        }
        self.flush_at_end();
        let _ = self.flow.ask(Task::Stop);
        let recorder = self.recorder();
        for sink in &recorder.sinks {
            sink.stop();
        }
        let ended = || {
            let sinks_ended = recorder
                .sinks
                .iter()
                .all(|sink| sink.health() == Health::Gone);
            sinks_ended && !self.flow.is_alive()
        };
        let since = Instant::now();
        while !ended() && since.elapsed() < self.flow.patience() {
            thread::sleep(Duration::from_micros(200));
        }
        self.wait_for_writers();
        if let Some(black_box) = self.registry.black_box() {
            // Threads keep their rings, and with those the memory, until they end.
            black_box.abandon();
        }
    }
}

/// Notices that something that is waited for makes no progress.
struct Patience {
    limit: Duration,
    seen: Option<u64>,
    since: Instant,
}

impl Patience {
    fn new(limit: Duration) -> Self {
        Patience {
            limit,
            seen: None,
            since: Instant::now(),
        }
    }

    /// Whether `progress` has been the same for too long.
    fn is_over(&mut self, progress: u64) -> bool {
        if self.seen != Some(progress) {
            self.seen = Some(progress);
            self.since = Instant::now();
        }
        self.since.elapsed() > self.limit
    }
}
