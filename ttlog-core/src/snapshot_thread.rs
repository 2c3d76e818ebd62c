//! The snapshot thread: empties the rings of all threads, in the order of time, into the recorder.
//!
//! It runs nothing of the user's: sinks have threads of their own. So nothing but the scheduler can keep it from
//! its work. It never waits for a sink either: where one holds the recorder back, the pass ends, and the next one
//! goes on.
//!
//! A pass takes only what was logged before it began, so the order of time holds across rings, up to a thread that
//! was interrupted between reading the clock and publishing.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::Receiver;

use crate::answer::Answer;
use crate::clock::{self, Calibration, Clock, TickSource};
use crate::fatal_signals;
use crate::histogram::Reports;
use crate::loss::{self, Loss};
use crate::message::{Internal, Message, Task};
use crate::parts::Parts;
use crate::pipeline::Pipeline;
use crate::record::{Header, LOG_PREFIX_WORDS, RING_PREFIX_WORDS, next_record};
use crate::recorder::{HeldBack, Recorder};
use crate::report::report;
use crate::ring::Cursor;
use crate::sink_state::Health;
use crate::span::LiveSpans;
use crate::sync::lock;
use crate::thread_ring::ThreadRing;
use crate::triggers::Triggers;

/// How many words are taken from a ring at once.
const STAGE_WORDS: u64 = 1 << 12;
/// The pauses between passes double from the first to the last while nothing is logged.
const FIRST_PAUSE: Duration = Duration::from_micros(100);
const LAST_PAUSE: Duration = Duration::from_millis(40);
const LAST_PAUSE_COARSE: Duration = Duration::from_millis(10);
/// The pause while a sink holds the recorder back.
const HELD_BACK_PAUSE: Duration = Duration::from_micros(200);

/// A ring, and what was taken out of it and not yet appended to the recorder.
struct Source {
    ring: Arc<ThreadRing>,
    /// Behind everything that was appended; `staged[next..]` begins here.
    cursor: Cursor,
    staged: Vec<u64>,
    next: usize,
    /// How many of the ring's dropped events were told of.
    told_dropped: u64,
}

impl Source {
    /// The ticks of the next record; takes more out of the ring where nothing whole is staged.
    fn next_ticks(&mut self, losses: &mut Losses) -> Option<u64> {
        if self.record().is_none() {
            self.staged.clear();
            self.next = 0;
            let limit = self.stage_words();
            let ring = &self.ring.ring;
            losses.overwritten += ring.read(&mut self.cursor, limit, &mut self.staged);
        }
        self.record().map(|record| u64::from_le(record[1]))
    }

    /// At least the longest record, so that one is always whole.
    fn stage_words(&self) -> u64 {
        STAGE_WORDS.max(self.ring.longest_record)
    }

    /// The next record, if it is staged whole.
    fn record(&self) -> Option<&[u64]> {
        let rest = &self.staged[self.next..];
        let length = Header(u64::from_le(*rest.first()?)).length();
        rest.get(..length).filter(|record| record.len() >= 2)
    }

    fn advance(&mut self, length: usize) {
        self.next += length;
        self.cursor.position += length as u64;
        self.cursor.count += 1;
        // At once: whoever reads the memory of a process that was killed finds no more than this one event in both places.
        self.ring.ring.release(self.cursor.position);
    }
}

/// Losses that are yet to be told of in the recorder.
#[derive(Debug, Default)]
struct Losses {
    overwritten: u64,
    dropped: u64,
}

/// What waits until everything that was in the rings when it came has reached the recorder.
struct Drain {
    /// For each source, up to where it must have been read.
    targets: Vec<(usize, u64)>,
    answer: Answer,
}

pub(crate) struct SnapshotThread {
    pipeline: Arc<Pipeline>,
    recorder: Arc<Recorder>,
    control: Receiver<Message>,
    calibration: Calibration,
    clock: Clock,
    /// Up to here the last pass has taken what there was, in ticks.
    horizon: u64,
    sources: Vec<Source>,
    version: u64,
    losses: Losses,
    /// How many homeless events were told of.
    told_homeless: u64,
    drains: Vec<Drain>,
    /// For each sink that holds back, since when it has done nothing, and what it had done then.
    held_back_since: Option<(Instant, Vec<u64>)>,
    triggers: Triggers,
    reports: Reports,
    spans: LiveSpans,
    stopping: bool,
}

impl SnapshotThread {
    pub(crate) fn new(
        pipeline: Arc<Pipeline>,
        control: Receiver<Message>,
        clock: Clock,
        (triggers, reports): (Triggers, Reports),
    ) -> Self {
        let calibration = Calibration::new();
        *lock(&pipeline.calibration) = Some(calibration.clone());
        pipeline.tell_black_box(Some(&calibration));
        SnapshotThread {
            recorder: pipeline.recorder(),
            pipeline,
            control,
            calibration,
            clock,
            horizon: TickSource::precise().now(),
            sources: Vec::new(),
            version: 0,
            losses: Losses::default(),
            told_homeless: 0,
            drains: Vec::new(),
            held_back_since: None,
            triggers,
            reports,
            spans: LiveSpans::default(),
            stopping: false,
        }
    }

    pub(crate) fn run(&mut self) {
        let mut pause = FIRST_PAUSE;
        loop {
            let before = self.recorder.log.start();
            let held_back = self.pass().is_err();
            self.pipeline.flow.set_held_back(held_back);
            let mut moved = self.recorder.log.start() != before;
            self.recorder.wake_sinks();
            // Before the answers: who waits for one may end the process then.
            self.look_after_triggers();
            self.answer_drains();
            if held_back {
                self.look_after_sinks();
            } else {
                self.held_back_since = None;
                moved |= self.reports.look_after(&self.pipeline, Instant::now());
            }
            if self.stopping && !held_back && !moved {
                self.settle_triggers();
                return;
            }
            pause = match () {
                () if held_back => HELD_BACK_PAUSE,
                () if moved || !self.drains.is_empty() => FIRST_PAUSE,
                () => (pause * 2).min(self.longest_pause()),
            };
            self.receive(if self.stopping { FIRST_PAUSE } else { pause });
        }
    }

    fn longest_pause(&self) -> Duration {
        match self.clock {
            Clock::Precise => LAST_PAUSE,
            Clock::Coarse => LAST_PAUSE_COARSE,
        }
    }

    // ---- Moving events ----

    /// Moves everything that was logged before now into the recorder.
    fn pass(&mut self) -> Result<(), HeldBack> {
        let pipeline = self.pipeline.clone();
        let _moving = lock(&pipeline.moving);
        let result = self.merge();
        self.spans.settle(&self.recorder);
        for source in &self.sources {
            source.ring.ring.release(source.cursor.position);
            source.ring.free_if_empty();
        }
        result
    }

    fn merge(&mut self) -> Result<(), HeldBack> {
        // First of all: what is published later than this, or in a ring that isn't known yet, is later in time, too.
        let settled = std::mem::replace(&mut self.horizon, TickSource::precise().now());
        let horizon = self.horizon;
        self.find_new_rings();
        if self.clock == Clock::Coarse {
            clock::renew_coarse();
        }
        self.renew_calibration(settled);
        self.count_drops();
        let mut next: Vec<(u64, usize)> = Vec::with_capacity(self.sources.len());
        for (index, source) in self.sources.iter_mut().enumerate() {
            if let Some(ticks) = source.next_ticks(&mut self.losses)
                && ticks <= horizon
            {
                next.push((ticks, index));
            }
        }
        self.tell_of_losses()?;
        if next.is_empty() {
            return Ok(());
        }
        self.pipeline.flow.made_progress();
        while let Some((place, until)) = earliest(&next, horizon) {
            let index = next[place].1;
            match self.append_until(index, until)? {
                Some(ticks) if ticks <= horizon => next[place].0 = ticks,
                _ => {
                    next.swap_remove(place);
                }
            }
            self.tell_of_losses()?;
        }
        Ok(())
    }

    /// Appends the records of one source up to the time `until`; gives the time of the next one after.
    fn append_until(&mut self, index: usize, until: u64) -> Result<Option<u64>, HeldBack> {
        let source = &mut self.sources[index];
        let thread_id = source.ring.thread_id();
        loop {
            let Some(ticks) = source.next_ticks(&mut self.losses) else {
                return Ok(None);
            };
            if ticks > until || self.losses.overwritten > 0 {
                return Ok(Some(ticks));
            }
            let Some(record) = source.record() else {
                return Ok(None);
            };
            let length = record.len();
            let wall_ns = self.calibration.wall_ns(ticks);
            let number = source.ring.origin(source.cursor.position);
            self.recorder.append(record, wall_ns, thread_id, number)?;
            self.triggers.see(record);
            let header = Header(u64::from_le(record[0]));
            if self.spans.concern(header.site()) {
                let record = whole(record, wall_ns, thread_id, number);
                self.spans.see(&self.recorder, &record);
            }
            source.advance(length);
        }
    }

    fn find_new_rings(&mut self) {
        let version = self.pipeline.registry.version();
        if version == self.version {
            return;
        }
        self.version = version;
        let rings = self.pipeline.registry.rings();
        let known = self.sources.len();
        self.sources
            .extend(rings.into_iter().skip(known).map(|ring| Source {
                ring,
                cursor: Cursor::default(),
                staged: Vec::new(),
                next: 0,
                told_dropped: 0,
            }));
    }

    fn renew_calibration(&mut self, settled: u64) {
        let renewed = self.calibration.renew(settled);
        if renewed {
            *lock(&self.pipeline.calibration) = Some(self.calibration.clone());
        }
        self.pipeline
            .tell_black_box(renewed.then_some(&self.calibration));
    }

    // ---- Losses ----

    fn count_drops(&mut self) {
        for source in &mut self.sources {
            let dropped = source.ring.dropped();
            self.losses.dropped += dropped - source.told_dropped;
            source.told_dropped = dropped;
        }
        let homeless = self.pipeline.flow.homeless();
        self.losses.dropped += homeless - self.told_homeless;
        self.told_homeless = homeless;
    }

    fn tell_of_losses(&mut self) -> Result<(), HeldBack> {
        let Losses {
            overwritten,
            dropped,
        } = &mut self.losses;
        for (count, loss) in [(overwritten, Loss::Overwritten), (dropped, Loss::Dropped)] {
            if *count > 0 {
                self.recorder
                    .append_whole(&loss::record(*count, loss, clock::now_nanos()))?;
                if loss == Loss::Overwritten {
                    self.pipeline.overwritten(*count);
                }
                *count = 0;
            }
        }
        Ok(())
    }

    // ---- Sinks that hold back ----

    /// Gives up on a sink that holds the recorder back and has done nothing for too long.
    fn look_after_sinks(&mut self) {
        let activity: Vec<u64> = self
            .recorder
            .sinks
            .iter()
            .map(|sink| sink.activity())
            .collect();
        match &self.held_back_since {
            Some((since, then)) if *then == activity => {
                if since.elapsed() < self.pipeline.stall_timeout {
                    return;
                }
            }
            _ => {
                self.held_back_since = Some((Instant::now(), activity));
                return;
            }
        }
        let head = self.recorder.log.start();
        for sink in &self.recorder.sinks {
            if sink.holds_back() && sink.position() < head {
                sink.set_health(Health::Stalled);
                report(&format!(
                    "sink {} has done nothing for {:?}: it may lose events from now on",
                    sink.name, self.pipeline.stall_timeout
                ));
            }
        }
        self.held_back_since = None;
    }

    // ---- Triggers ----

    /// Has a snapshot written where one is due.
    fn look_after_triggers(&mut self) {
        if !self.triggers.are_set() {
            return;
        }
        self.leave_to_panics();
        // While one is written, the others wait.
        if !self.pipeline.is_writing()
            && let Some(reason) = self.triggers.due(Instant::now(), self.recorder.log.count())
        {
            self.pipeline.snapshot_aside(reason);
        }
    }

    /// What is in the snapshot of a panic needs none of its own.
    fn leave_to_panics(&mut self) {
        if self.pipeline.panics.load(Ordering::Relaxed) > 0 {
            self.triggers.forget_events();
        }
    }

    /// Has a snapshot written of what still waits for its time.
    fn settle_triggers(&mut self) {
        if let Some(reason) = self.triggers.rest() {
            self.pipeline.snapshot_aside(reason);
        }
    }

    // ---- Messages ----

    /// Sleeps, unless somebody wakes it, and does what it was asked for.
    fn receive(&mut self, pause: Duration) {
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
    fn answer_drains(&mut self) {
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

/// A record of a thread's ring in the recorder's layout.
#[cold]
fn whole(record: &[u64], wall_ns: u64, thread_id: u32, number: u32) -> Vec<u64> {
    let longer = record.len() + LOG_PREFIX_WORDS - RING_PREFIX_WORDS as usize;
    let header = Header(u64::from_le(record[0])).with_length(longer);
    let origin = u64::from(thread_id) << 32 | u64::from(number);
    let mut words = Vec::with_capacity(longer);
    words.extend([header.0.to_le(), wall_ns.to_le(), origin.to_le()]);
    words.extend_from_slice(&record[RING_PREFIX_WORDS as usize..]);
    words
}

/// Of the sources, the one with the earliest record, and up to what time its records come first.
fn earliest(next: &[(u64, usize)], horizon: u64) -> Option<(usize, u64)> {
    let (place, _) = next.iter().enumerate().min_by_key(|(_, next)| **next)?;
    let others = next.iter().enumerate().filter(|(other, _)| *other != place);
    let until = others.map(|(_, (ticks, _))| *ticks).min();
    Some((place, until.unwrap_or(horizon).min(horizon)))
}

#[cfg(all(test, not(loom)))]
mod tests {
    use crate::event_builder::EventBuilder;
    use crate::message::Task;
    use crate::sink::Memory;
    use crate::sink::testing::TempDir;
    use crate::{LogLevel, SnapshotReader, emit_fast, init};

    fn log(message: &str) {
        let event = EventBuilder::with_capacity(0).level(LogLevel::Info);
        emit_fast(event.message(message.to_owned()).build());
    }

    #[test]
    fn a_mistake_on_this_thread_keeps_no_caller_waiting_and_what_it_loses_is_counted() {
        let directory = TempDir::new();
        let memory = Memory::new();
        let handle = init()
            .ring_bytes(8 << 10)
            .max_event_bytes(1 << 10)
            .sink(memory.clone())
            .snapshot_dir(directory.path(""))
            .build()
            .unwrap();
        handle.scope(|| log("before"));
        assert!(handle.flush());
        handle.pipeline().flow.ask(Task::Panic).unwrap();
        while handle.pipeline().flow.is_alive() {
            std::thread::yield_now();
        }
        // More than a ring holds, with the policy that waits.
        handle.scope(|| (0..10_000).for_each(|_| log("after")));
        assert!(!handle.flush());
        let stats = handle.stats();
        assert_eq!(stats.recorded, 10_001);
        assert!(stats.dropped > 9_000, "{stats}");
        let path = handle.snapshot("after the mistake").unwrap();
        let events = SnapshotReader::open(path).unwrap().log_events().unwrap();
        assert_eq!(events[0].message, "before");
        // What is in the ring is there as well.
        assert_eq!(events.len() as u64, stats.recorded - stats.dropped);
        assert_eq!(memory.len(), 1);
    }
}
