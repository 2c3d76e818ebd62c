//! [`SinkState`]: what a sink's thread, the snapshot thread and those who ask know of a sink.
//!
//! The counters and positions are each written by one thread and read as they are: relaxed, but for
//!
//! - `position`: the sink's thread stores it with `Release` after it copied, the snapshot thread's `Acquire` load pairs
//!   with it before it overwrites;
//! - `done`: `Release` after the counters, so that who sees it (`Acquire`) sees the counts up to it;
//! - `idle`: sequentially consistent on both sides, as in [`Flow`](crate::flow::Flow).

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock};
use std::thread::Thread;

use crate::ring::{Cursor, Ring};
use crate::sink::Overflow;
use crate::stats::SinkStats;
use crate::sync::lock;

/// How a sink is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Health {
    /// It takes what it is given.
    Well = 0,
    /// What it took can't be brought to its place; that is tried again.
    Failing = 1,
    /// It has not come back from a call for too long.
    Stalled = 2,
    /// Its thread has ended.
    Gone = 3,
}

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct SinkState {
    pub(crate) name: String,
    overflow: Overflow,
    health: AtomicU8,
    /// Everything in the recorder before it was copied out.
    position: AtomicU64,
    /// Everything in the recorder before it was delivered and flushed, or counted as lost.
    done: AtomicU64,
    /// Up to where somebody waits for `done`.
    wanted: AtomicU64,
    /// Grows with each event that the sink's thread is through with.
    progress: AtomicU64,
    delivered: AtomicU64,
    filtered: AtomicU64,
    overwritten: AtomicU64,
    dropped: AtomicU64,
    errors: AtomicU64,
    forgotten_spans: AtomicU64,
    idle: AtomicBool,
    stopping: AtomicBool,
    thread: OnceLock<Thread>,
    /// Under [`Overflow::DropNewest`], what was unread when the recorder passed the sink.
    backlog: Mutex<Option<Backlog>>,
}

/// Records that were saved from being overwritten, because the sink wants the oldest.
#[derive(Debug)]
pub(crate) struct Backlog {
    /// Where the first of them was in the recorder.
    pub(crate) start: Cursor,
    /// Where those after the last were.
    pub(crate) end: Cursor,
    pub(crate) words: Vec<u64>,
}

macro_rules! counters {
    ($($name:ident),*) => {$(
        pub(crate) fn $name(&self, events: u64) {
            add(&self.$name, events);
        }
    )*};
}

/// Adds to a counter that only this thread writes.
fn add(counter: &AtomicU64, events: u64) {
    counter.store(counter.load(Ordering::Relaxed) + events, Ordering::Relaxed);
}

impl SinkState {
    pub(crate) fn new(name: String, overflow: Overflow) -> Self {
        SinkState {
            name,
            overflow,
            health: AtomicU8::new(Health::Well as u8),
            position: AtomicU64::new(0),
            done: AtomicU64::new(0),
            wanted: AtomicU64::new(0),
            progress: AtomicU64::new(0),
            delivered: AtomicU64::new(0),
            filtered: AtomicU64::new(0),
            overwritten: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
            errors: AtomicU64::new(0),
            forgotten_spans: AtomicU64::new(0),
            idle: AtomicBool::new(false),
            stopping: AtomicBool::new(false),
            thread: OnceLock::new(),
            backlog: Mutex::new(None),
        }
    }

    pub(crate) fn overflow(&self) -> Overflow {
        self.overflow
    }

    pub(crate) fn health(&self) -> Health {
        match self.health.load(Ordering::Relaxed) {
            0 => Health::Well,
            1 => Health::Failing,
            2 => Health::Stalled,
            _ => Health::Gone,
        }
    }

    pub(crate) fn set_health(&self, health: Health) {
        self.health.store(health as u8, Ordering::Relaxed);
    }

    // ---- For the sink's thread ----

    counters!(delivered, filtered, overwritten, dropped, progress);

    /// Counts failures; whether these are the first.
    pub(crate) fn errors(&self, failures: u64) -> bool {
        let first = self.errors.load(Ordering::Relaxed) == 0;
        add(&self.errors, failures);
        first
    }

    /// Takes back what was counted as delivered and then lost.
    pub(crate) fn delivered_was_dropped(&self, events: u64) {
        let delivered = self.delivered.load(Ordering::Relaxed);
        self.delivered.store(delivered - events, Ordering::Relaxed);
        add(&self.dropped, events);
    }

    /// How many spans the sink's thread has forgotten because there were too many.
    pub(crate) fn set_forgotten_spans(&self, spans: u64) {
        self.forgotten_spans.store(spans, Ordering::Relaxed);
    }

    pub(crate) fn set_thread(&self, thread: Thread) {
        let _ = self.thread.set(thread);
    }

    /// The sink's thread has copied everything before `position`.
    pub(crate) fn has_copied(&self, position: u64) {
        self.position.store(position, Ordering::Release);
    }

    /// The sink's thread is through with everything before `position`.
    pub(crate) fn is_through(&self, position: u64) {
        self.done.store(position, Ordering::Release);
    }

    pub(crate) fn wanted(&self) -> u64 {
        self.wanted.load(Ordering::Relaxed)
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    pub(crate) fn set_idle(&self, idle: bool) {
        self.idle.store(idle, Ordering::SeqCst);
    }

    pub(crate) fn take_backlog(&self) -> Option<Backlog> {
        lock(&self.backlog).take()
    }

    // ---- For the snapshot thread ----

    pub(crate) fn position(&self) -> u64 {
        self.position.load(Ordering::Acquire)
    }

    /// Whether the recorder must not overwrite what this sink has not read.
    pub(crate) fn holds_back(&self) -> bool {
        self.overflow == Overflow::Block && self.health() == Health::Well && !self.is_stopping()
    }

    /// Copies what is unread, if the sink wants the oldest events and has not got a copy yet.
    pub(crate) fn save_backlog(&self, log: &Ring) {
        if self.overflow != Overflow::DropNewest {
            return;
        }
        let mut backlog = lock(&self.backlog);
        let still_needed = |backlog: &Backlog| self.position() < backlog.end.position;
        if backlog.as_ref().is_some_and(still_needed) {
            return;
        }
        let start = Cursor {
            position: self.position(),
            count: 0,
        };
        let end = Cursor {
            position: log.start(),
            count: log.count(),
        };
        let mut words = Vec::new();
        if words
            .try_reserve_exact((end.position - start.position) as usize)
            .is_ok()
        {
            let mut cursor = start;
            log.read(&mut cursor, log.size(), &mut words);
            if cursor == start {
                *backlog = Some(Backlog { start, end, words });
            }
        }
    }

    /// What grows as long as the sink's thread does something.
    pub(crate) fn activity(&self) -> u64 {
        self.progress.load(Ordering::Relaxed)
    }

    pub(crate) fn wake_if_behind(&self, head: u64) {
        if self.position.load(Ordering::Relaxed) != head
            && self.idle.load(Ordering::SeqCst)
            && self.idle.swap(false, Ordering::SeqCst)
        {
            self.wake();
        }
    }

    /// Wakes the sink's thread from any sleep.
    pub(crate) fn wake(&self) {
        if let Some(thread) = self.thread.get() {
            thread.unpark();
        }
    }

    /// Tells the sink's thread to end when it has delivered what is there.
    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
        self.wake();
    }

    // ---- For those who wait and ask ----

    /// Asks the sink's thread to flush at `position` at the latest.
    pub(crate) fn want(&self, position: u64) {
        self.wanted.fetch_max(position, Ordering::Relaxed);
        self.wake();
    }

    pub(crate) fn done(&self) -> u64 {
        self.done.load(Ordering::Acquire)
    }

    /// The sink's counts: of what never reached the recorder, those that it was told of.
    pub(crate) fn stats(&self) -> SinkStats {
        SinkStats {
            name: self.name.clone(),
            delivered: self.delivered.load(Ordering::Relaxed),
            filtered: self.filtered.load(Ordering::Relaxed),
            overwritten: self.overwritten.load(Ordering::Relaxed),
            dropped: self.dropped.load(Ordering::Relaxed),
            errors: self.errors.load(Ordering::Relaxed),
            forgotten_spans: self.forgotten_spans.load(Ordering::Relaxed),
            healthy: self.health() == Health::Well,
            recorded: 0,
        }
    }
}
