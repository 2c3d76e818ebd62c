//! [`SnapshotThread`]: empties the rings of all threads, in the order of time, into the recorder.
//!
//! It runs nothing of the user's: sinks have threads of their own. So nothing but the scheduler can keep it from
//! its work. It never waits for a sink either: where one holds the recorder back, the pass ends, and the next one
//! goes on.
//!
//! A pass takes only what was logged before it began, so the order of time holds across rings, up to a thread that
//! was interrupted between reading the clock and publishing.

mod requests;
mod source;
#[cfg(all(test, not(loom)))]
mod tests;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crossbeam_channel::Receiver;

use self::requests::Drain;
use self::source::Source;
use crate::clock::{self, Calibration, Clock, TickSource};
use crate::histogram::Reports;
use crate::loss::{self, Loss};
use crate::message::Message;
use crate::pipeline::Pipeline;
use crate::record::{Header, LOG_PREFIX_WORDS, RING_PREFIX_WORDS};
use crate::recorder::{HeldBack, Recorder};
use crate::report::report;
use crate::sink_state::Health;
use crate::span::LiveSpans;
use crate::sync::lock;
use crate::triggers::Triggers;

/// The pauses between passes double from the first to the last while nothing is logged.
const FIRST_PAUSE: Duration = Duration::from_micros(100);
const LAST_PAUSE: Duration = Duration::from_millis(40);
const LAST_PAUSE_COARSE: Duration = Duration::from_millis(10);
/// The pause while a sink holds the recorder back.
const HELD_BACK_PAUSE: Duration = Duration::from_micros(200);

/// Losses that are yet to be told of in the recorder.
#[derive(Debug, Default)]
struct Losses {
    overwritten: u64,
    dropped: u64,
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
            if let Some(ticks) = source.next_ticks(&mut self.losses.overwritten)
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
            let Some(ticks) = source.next_ticks(&mut self.losses.overwritten) else {
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
            .extend(rings.into_iter().skip(known).map(Source::new));
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
