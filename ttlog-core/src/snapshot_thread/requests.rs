//! What the snapshot thread is asked for while it runs, and how it answers.

use std::thread;
use std::time::Duration;

use super::SnapshotThread;
use crate::answer::Answer;
use crate::fatal_signals;
use crate::message::{Internal, Message, Task};
use crate::parts::Parts;
use crate::record::next_record;
use crate::report::report;

/// What waits until everything that was in the rings when it came has reached the recorder.
pub(super) struct Drain {
    /// For each source, up to where it must have been read.
    targets: Vec<(usize, u64)>,
    answer: Answer,
}

impl SnapshotThread {
    /// Sleeps, unless somebody wakes it, and does what it was asked for.
    pub(super) fn receive(&mut self, pause: Duration) {
        thread::park_timeout(pause);
        while let Ok(message) = self.control.try_recv() {
            self.handle(message);
        }
    }

    fn handle(&mut self, message: Message) {
        match message {
            Message::Snapshot(reason) => self.pipeline.snapshot_aside(reason),
            Message::Flush => self.pipeline.flush_aside(),
            Message::SetLevel(level) => self.pipeline.set_level(level),
            Message::SetFilter(directives) => {
                if let Err(error) = self.pipeline.set_filter(&directives) {
                    report(&error.to_string());
                }
            }
            Message::Internal(Internal(task)) => self.handle_task(task),
        }
    }

    fn handle_task(&mut self, task: Task) {
        match task {
            Task::Sync(answer) => {
                // What holds the pass back is none of the asker's business.
                let _ = self.pass();
                // Before a panic goes on to write its snapshot, and is over.
                self.leave_to_panics();
                answer.give(self.recorder.log.start());
            }
            Task::Drain(answer) => {
                self.find_new_rings();
                let heads = self
                    .sources
                    .iter()
                    .map(|source| source.ring.ring.published());
                self.drains.push(Drain {
                    targets: heads.enumerate().collect(),
                    answer,
                });
            }
            Task::Settle(answer) => {
                self.settle_triggers();
                answer.give(0);
            }
            Task::Replace(parts) => self.replace(*parts),
            Task::Stop => self.stopping = true,
            #[cfg(test)]
            Task::Panic => panic!("a mistake of ttlog's"),
        }
    }

    /// Answers those who wait for what has reached the recorder.
    pub(super) fn answer_drains(&mut self) {
        let (sources, recorder) = (&self.sources, &self.recorder);
        self.drains.retain(|drain| {
            let reached =
                |(index, position): &(usize, u64)| sources[*index].cursor.position >= *position;
            let all = drain.targets.iter().all(reached);
            if all {
                drain.answer.give(recorder.log.start());
            }
            !all
        });
    }

    /// Goes on with another recorder and other sinks; the recorder's events are taken over.
    fn replace(&mut self, parts: Parts) {
        let _ = self.pass();
        let old = std::mem::replace(&mut self.recorder, parts.recorder.clone());
        let mut cursor = old.log.oldest();
        let mut words = Vec::new();
        old.log.read(&mut cursor, old.log.size(), &mut words);
        let mut rest = &words[..];
        // The new sinks begin behind them.
        for sink in &self.recorder.sinks {
            sink.has_copied(u64::MAX);
        }
        while let Some((_, record)) = next_record(&mut rest) {
            if self.recorder.append_whole(record).is_err() {
                break;
            }
        }
        self.spans.move_to(&old, &self.recorder);
        for sink in &old.sinks {
            sink.stop();
        }
        self.clock = parts.clock;
        self.reports = parts.reports;
        self.triggers = self.pipeline.adopt(parts);
        self.pipeline.tell_black_box(Some(&self.calibration));
        // `init` may have asked for it since.
        fatal_signals::enter_thread(0);
    }
}
