//! [`Pipeline`]: rings, recorder and sinks that belong together, as everybody but the snapshot thread sees them.

mod flush;

use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::sync::{MutexGuard, RwLockWriteGuard};
use std::thread;
use std::time::{Duration, Instant};

use crate::answer::Answer;
use crate::callsite;
use crate::clock::{Calibration, now_nanos};
use crate::filter::{DirectiveError, Filter};
use crate::flow::Flow;
use crate::fork;
use crate::level::LogLevel;
use crate::message::Task;
use crate::parts::{NewSink, Parts};
use crate::process_facts::process_facts;
use crate::recorder::Recorder;
use crate::registry::Registry;
use crate::report::report;
use crate::ring::Cursor;
use crate::sink_thread;
use crate::snapshot::{Keep, Packing};
use crate::stats::{SinkStats, Stats};
use crate::sync::lock;
use crate::thread_ring::ThreadRing;
use crate::triggers::Triggers;

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct Pipeline {
    pub(crate) flow: Arc<Flow>,
    pub(crate) registry: Registry,
    /// Replaced by the snapshot thread alone.
    recorder: Mutex<Arc<Recorder>>,
    /// The snapshot thread's latest; `None` before its first pass.
    pub(crate) calibration: Mutex<Option<Calibration>>,
    /// Held by the snapshot thread while it moves events, so that who reads rings and recorder knows that none came between.
    pub(crate) moving: Mutex<()>,
    /// For how long a sink may do nothing before it holds the callers back no longer.
    pub(crate) stall_timeout: Duration,
    /// When it was started, in nanoseconds since 1970 UTC.
    pub(crate) started_ns: u64,
    settings: Mutex<Arc<Settings>>,
    /// What was accounted for before the present sinks came.
    before_sinks: Mutex<Baseline>,
    /// Events delivered to recorders that were replaced and not taken over by the present one.
    delivered_before: AtomicU64,
    overwritten: AtomicU64,
    snapshots: AtomicU64,
    /// How many threads are about to write a snapshot; relaxed, for what they write is a file.
    writers: AtomicUsize,
    /// Whether a thread is about to report histograms; `Release` when it has, for the `Acquire` of who waits for that.
    is_reporting: AtomicBool,
    /// Whether it was told that old snapshots can't be removed.
    retention_failed: AtomicBool,
    /// Whether there are triggers, for who would wait for them.
    has_triggers: AtomicBool,
    /// How many panics are about to write a snapshot that has what is recorded now.
    pub(crate) panics: AtomicUsize,
}

/// What snapshots say of the process, and where they go.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) service: String,
    pub(crate) snapshot_dir: PathBuf,
    /// In what form snapshots have their events.
    pub(crate) packing: Packing,
    /// How many of them stay.
    pub(crate) keep: Keep,
}

/// What [`Pipeline::hold`] takes, from the first lock to the last.
pub(crate) struct PipelineLocks<'a> {
    _rings: MutexGuard<'a, Vec<Arc<ThreadRing>>>,
    _recorder: MutexGuard<'a, Arc<Recorder>>,
    _calibration: MutexGuard<'a, Option<Calibration>>,
    _settings: MutexGuard<'a, Arc<Settings>>,
    _before_sinks: MutexGuard<'a, Baseline>,
    filter: RwLockWriteGuard<'a, Arc<Filter>>,
}

impl PipelineLocks<'_> {
    pub(crate) fn filter(&self) -> &Arc<Filter> {
        &self.filter
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Baseline {
    delivered: u64,
    overwritten: u64,
    dropped: u64,
}

impl Pipeline {
    pub(crate) fn new(
        flow: Arc<Flow>,
        registry: Registry,
        recorder: Arc<Recorder>,
        settings: Settings,
        stall_timeout: Duration,
    ) -> Self {
        Pipeline {
            flow,
            registry,
            recorder: Mutex::new(recorder),
            calibration: Mutex::new(None),
            moving: Mutex::default(),
            stall_timeout,
            started_ns: now_nanos(),
            settings: Mutex::new(Arc::new(settings)),
            before_sinks: Mutex::default(),
            delivered_before: AtomicU64::new(0),
            overwritten: AtomicU64::new(0),
            snapshots: AtomicU64::new(0),
            writers: AtomicUsize::new(0),
            is_reporting: AtomicBool::new(false),
            retention_failed: AtomicBool::new(false),
            has_triggers: AtomicBool::new(false),
            panics: AtomicUsize::new(0),
        }
    }

    pub(crate) fn recorder(&self) -> Arc<Recorder> {
        lock(&self.recorder).clone()
    }

    pub(crate) fn settings(&self) -> Arc<Settings> {
        lock(&self.settings).clone()
    }

    // ---- Fork ----

    /// Takes the locks that a child of `fork` may need; `None` where one is not free until `until`.
    pub(crate) fn hold(&self, until: Instant) -> Option<PipelineLocks<'_>> {
        Some(PipelineLocks {
            _rings: self.registry.hold(until)?,
            _recorder: fork::hold(&self.recorder, until)?,
            _calibration: fork::hold(&self.calibration, until)?,
            _settings: fork::hold(&self.settings, until)?,
            _before_sinks: fork::hold(&self.before_sinks, until)?,
            filter: fork::hold_whole(&self.flow.filter, until)?,
        })
    }

    // ---- Level and filter ----

    pub(crate) fn set_level(&self, level: LogLevel) {
        let filter = Filter::clone(&self.flow.filter()).with_level(level);
        self.flow.set_filter(filter);
        callsite::refresh();
    }

    /// Puts the directives in force that can be understood; gives the first of the others. Targets that none
    /// covers keep their level.
    pub(crate) fn set_filter(&self, directives: &str) -> Result<(), DirectiveError> {
        let filter = Filter::parse(directives);
        let wrong = filter.errors().first().cloned();
        let filter = filter.or_rest_of(&self.flow.filter());
        self.flow.set_filter(filter);
        callsite::refresh();
        wrong.map_or(Ok(()), Err)
    }

    // ---- Sinks ----

    /// Starts the threads of sinks; they are given what is recorded from now on. On the snapshot thread, or
    /// before it runs.
    pub(crate) fn start_sinks(&self, sinks: Vec<NewSink>) -> io::Result<()> {
        let recorder = self.recorder();
        let cursor = Cursor {
            position: recorder.log.start(),
            count: recorder.log.count(),
        };
        if sinks.is_empty() {
            return Ok(());
        }
        let facts = Arc::new(process_facts(&self.settings().service, self.started_ns));
        for sink in sinks {
            sink.state.has_copied(cursor.position);
            sink_thread::start(sink, recorder.clone(), cursor, facts.clone())?;
        }
        Ok(())
    }

    /// Takes over a new recorder and its sinks; gives back what is the snapshot thread's own. On the snapshot thread.
    pub(crate) fn adopt(&self, parts: Parts) -> Triggers {
        let old = std::mem::replace(&mut *lock(&self.recorder), parts.recorder.clone());
        let delivered = self.delivered_before.load(Ordering::Relaxed) + old.delivered();
        self.delivered_before
            .store(delivered - parts.recorder.delivered(), Ordering::Relaxed);
        *lock(&self.before_sinks) = Baseline {
            delivered,
            overwritten: self.overwritten.load(Ordering::Relaxed),
            dropped: self.dropped(),
        };
        *lock(&self.settings) = Arc::new(parts.settings);
        if let Err(error) = self.start_sinks(parts.sinks) {
            report(&format!("can't start the thread of a sink: {error}"));
        }
        self.set_has_triggers(parts.triggers.are_set());
        parts.triggers
    }

    // ---- Histograms ----

    /// Tells that a thread is about to report histograms, until what this gives is dropped; `None` where another one is.
    pub(crate) fn reporter(self: &Arc<Self>) -> Option<Reporter> {
        let is_other = self.is_reporting.swap(true, Ordering::Relaxed);
        (!is_other).then(|| Reporter(self.clone()))
    }

    /// Waits until no other thread is about to report histograms; no longer than a flush.
    pub(crate) fn wait_for_reporter(&self) {
        let since = Instant::now();
        while self.is_reporting.load(Ordering::Acquire) && since.elapsed() < self.flow.patience() {
            thread::sleep(Duration::from_micros(200));
        }
    }

    // ---- Snapshots ----

    /// Lets the snapshot thread empty the rings once, if it does so in time.
    pub(crate) fn sync(&self, timeout: Duration) {
        let answer = Answer::default();
        if self.flow.ask(Task::Sync(answer.clone())).is_some() {
            answer.wait(timeout);
        }
    }

    /// Has the snapshots written that triggers have put off, and waits for all that are being written; no longer than a flush.
    pub(crate) fn settle(&self) {
        if self.has_triggers.load(Ordering::Relaxed) {
            let answer = Answer::default();
            if self.flow.ask(Task::Settle(answer.clone())).is_some() {
                answer.wait(self.flow.patience());
            }
        }
        self.wait_for_writers();
    }

    fn wait_for_writers(&self) {
        let since = Instant::now();
        while self.is_writing() && since.elapsed() < self.flow.patience() {
            thread::sleep(Duration::from_micros(200));
        }
    }

    /// Whether a snapshot is being written on a thread of its own.
    pub(crate) fn is_writing(&self) -> bool {
        self.writers.load(Ordering::Relaxed) > 0
    }

    /// Tells that a thread is about to write a snapshot, until what this gives is dropped.
    pub(crate) fn writer(self: &Arc<Self>) -> Writer {
        self.writers.fetch_add(1, Ordering::Relaxed);
        Writer(self.clone())
    }

    pub(crate) fn set_has_triggers(&self, has_triggers: bool) {
        self.has_triggers.store(has_triggers, Ordering::Relaxed);
    }

    /// Tells once that old snapshots can't be removed.
    pub(crate) fn report_retention(&self, error: &io::Error) {
        if !self.retention_failed.swap(true, Ordering::Relaxed) {
            report(&format!("old snapshots stay: {error} (reported once)"));
        }
    }

    pub(crate) fn count_snapshot(&self) {
        self.snapshots.fetch_add(1, Ordering::Relaxed);
    }

    // ---- Statistics ----

    /// Counts events that were overwritten in a ring.
    pub(crate) fn overwritten(&self, events: u64) {
        self.overwritten.fetch_add(events, Ordering::Relaxed);
    }

    /// Tells a black box of what a reader of it can't count.
    pub(crate) fn tell_black_box(&self, calibration: Option<&Calibration>) {
        if let Some(black_box) = self.registry.black_box() {
            let overwritten = self.overwritten.load(Ordering::Relaxed);
            black_box.set_losses(overwritten, self.flow.homeless());
            if let Some(calibration) = calibration {
                black_box.set_calibration(calibration);
            }
        }
    }

    fn dropped(&self) -> u64 {
        let rings = self.registry.rings();
        let in_rings: u64 = rings.iter().map(|ring| ring.dropped()).sum();
        in_rings + self.flow.homeless()
    }

    pub(crate) fn stats(&self) -> Stats {
        let rings = self.registry.rings();
        let published: u64 = rings.iter().map(|ring| ring.ring.count()).sum();
        let recorder = self.recorder();
        let delivered = self.delivered_before.load(Ordering::Relaxed) + recorder.delivered();
        let overwritten = self.overwritten.load(Ordering::Relaxed);
        let dropped = self.dropped();
        let before = *lock(&self.before_sinks);
        let lost_before = before.overwritten + before.dropped;
        let sinks = recorder.sinks.iter().map(|sink| SinkStats {
            recorded: published + dropped - before.delivered - lost_before,
            ..sink.stats()
        });
        Stats {
            recorded: published + dropped,
            delivered,
            overwritten,
            dropped,
            sinks: sinks.collect(),
            rings: rings.len(),
            snapshots: self.snapshots.load(Ordering::Relaxed),
            forgotten_spans: recorder.spans.label().dropped.load(Ordering::Relaxed),
        }
    }
}

/// A thread that is about to write a snapshot.
pub(crate) struct Writer(pub(crate) Arc<Pipeline>);

impl Drop for Writer {
    fn drop(&mut self) {
        self.0.writers.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A thread that is about to report histograms.
pub(crate) struct Reporter(Arc<Pipeline>);

impl Reporter {
    pub(crate) fn pipeline(&self) -> &Arc<Pipeline> {
        &self.0
    }
}

impl Drop for Reporter {
    fn drop(&mut self) {
        self.0.is_reporting.store(false, Ordering::Release);
    }
}
