//! [`Flow`]: what the threads that log and the snapshot thread know of each other beyond the rings.
//!
//! Nothing here publishes data: the rings and the channel do. All is relaxed.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;

use crate::current;
use crate::filter::Filter;
use crate::message::{Internal, Message, Task};
use crate::redaction::Redaction;
use crate::sink::Overflow;

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct Flow {
    control: Sender<Message>,
    overflow: AtomicU8,
    /// The snapshot thread, once it runs.
    thread: OnceLock<Thread>,
    /// A sink keeps the snapshot thread from emptying the rings.
    held_back: AtomicBool,
    /// The snapshot thread runs.
    alive: AtomicBool,
    /// The process that it belongs to is this one's parent; nothing flows any more.
    left_behind: AtomicBool,
    /// It is the global pipeline's.
    global: AtomicBool,
    /// Grows whenever the snapshot thread has taken something out of a ring.
    progress: AtomicU64,
    /// The `progress` at which a caller gave up waiting, plus one; 0 for none.
    given_up_at: AtomicU64,
    /// Events that no ring could be found for.
    homeless: AtomicU64,
    /// How long a wait goes on without any progress.
    patience: Duration,
    /// What must not be recorded; set once at most.
    redaction: OnceLock<&'static Redaction>,
    /// What the pipeline wants.
    pub(crate) filter: RwLock<Arc<Filter>>,
}

impl Flow {
    pub(crate) fn new(
        control: Sender<Message>,
        overflow: Overflow,
        patience: Duration,
        filter: Filter,
    ) -> Flow {
        Flow {
            control,
            overflow: AtomicU8::new(overflow as u8),
            thread: OnceLock::new(),
            held_back: AtomicBool::new(false),
            alive: AtomicBool::new(true),
            left_behind: AtomicBool::new(false),
            global: AtomicBool::new(false),
            progress: AtomicU64::new(0),
            given_up_at: AtomicU64::new(0),
            homeless: AtomicU64::new(0),
            patience,
            redaction: OnceLock::new(),
            filter: RwLock::new(Arc::new(filter)),
        }
    }

    /// What the pipeline wants.
    pub(crate) fn filter(&self) -> Arc<Filter> {
        self.filter
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Changes what the pipeline wants; [`callsite::refresh`](crate::callsite::refresh) makes it known.
    pub(crate) fn set_filter(&self, filter: Filter) {
        let new = Arc::new(filter);
        let mut filter = self.filter.write().unwrap_or_else(PoisonError::into_inner);
        let old = std::mem::replace(&mut *filter, new);
        drop(filter);
        // Only now: an allocator may log, and so look into the filter.
        drop(old);
    }

    /// What must not be recorded.
    pub(crate) fn redaction(&self) -> Option<&'static Redaction> {
        self.redaction.get().copied()
    }

    /// Makes known what must not be recorded, before an event comes that may have it.
    pub(crate) fn set_redaction(&self, redaction: &'static Redaction) {
        let _ = self.redaction.set(redaction);
    }

    /// The way to the snapshot thread.
    pub(crate) fn control(&self) -> &Sender<Message> {
        &self.control
    }

    /// How long a wait goes on without any progress.
    pub(crate) fn patience(&self) -> Duration {
        self.patience
    }

    // ---- In which process ----

    pub(crate) fn set_global(&self) {
        self.global.store(true, Ordering::Relaxed);
    }

    /// Whether it is the flow of the pipeline that is or was the global one.
    pub(crate) fn is_global(&self) -> bool {
        self.global.load(Ordering::Relaxed)
    }

    /// This process is a child of the one that the flow belongs to.
    pub(crate) fn leave_behind(&self) {
        self.left_behind.store(true, Ordering::Relaxed);
        self.set_dead();
    }

    pub(crate) fn is_left_behind(&self) -> bool {
        self.left_behind.load(Ordering::Relaxed)
    }

    // ---- For threads that log ----

    /// Whether a caller may overwrite what is unread, as the policy says; under
    /// [`Overflow::Block`] it waits until `is_read`, while the snapshot thread makes progress.
    pub(crate) fn may_overwrite(&self, is_read: impl Fn() -> bool) -> bool {
        match self.overflow() {
            Overflow::OverwriteOldest => true,
            Overflow::DropNewest => false,
            // The thread that is waited for can't wait for itself.
            Overflow::Block => !current::is_own_thread() && self.wait_until(is_read),
        }
    }

    fn wait_until(&self, is_read: impl Fn() -> bool) -> bool {
        let mut progress = self.progress.load(Ordering::Relaxed);
        if self.given_up_at.load(Ordering::Relaxed) == progress + 1 {
            return is_read();
        }
        let mut since = Instant::now();
        let mut pause = Duration::from_micros(10);
        self.wake();
        loop {
            if is_read() {
                return true;
            }
            if !self.alive.load(Ordering::Relaxed) {
                return false;
            }
            thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(1));
            let now = self.progress.load(Ordering::Relaxed);
            if now != progress {
                (progress, since) = (now, Instant::now());
            } else if since.elapsed() > self.patience {
                self.given_up_at.store(progress + 1, Ordering::Relaxed);
                return is_read();
            }
        }
    }

    /// Wakes the snapshot thread to empty the rings, unless a sink keeps it from that.
    pub(crate) fn wake(&self) {
        if !self.held_back.load(Ordering::Relaxed) {
            self.wake_to_listen();
        }
    }

    /// Wakes the snapshot thread if it sleeps, or keeps it from falling asleep.
    fn wake_to_listen(&self) {
        if let Some(thread) = self.thread.get() {
            thread.unpark();
        }
    }

    /// Asks the snapshot thread for something; `None` where it doesn't take it.
    pub(crate) fn ask(&self, task: Task) -> Option<()> {
        if self.is_left_behind() {
            return None;
        }
        let message = Message::Internal(Internal(task));
        self.control.send_timeout(message, self.patience).ok()?;
        self.wake_to_listen();
        Some(())
    }

    pub(crate) fn count_homeless(&self, events: u64) {
        self.homeless.fetch_add(events, Ordering::Relaxed);
    }

    pub(crate) fn homeless(&self) -> u64 {
        self.homeless.load(Ordering::Relaxed)
    }

    // ---- For the snapshot thread ----

    pub(crate) fn set_overflow(&self, overflow: Overflow) {
        self.overflow.store(overflow as u8, Ordering::Relaxed);
    }

    pub(crate) fn overflow(&self) -> Overflow {
        match self.overflow.load(Ordering::Relaxed) {
            0 => Overflow::Block,
            1 => Overflow::DropNewest,
            _ => Overflow::OverwriteOldest,
        }
    }

    pub(crate) fn set_thread(&self, thread: Thread) {
        let _ = self.thread.set(thread);
    }

    pub(crate) fn set_held_back(&self, held_back: bool) {
        self.held_back.store(held_back, Ordering::Relaxed);
    }

    pub(crate) fn made_progress(&self) {
        self.progress.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn progress(&self) -> u64 {
        self.progress.load(Ordering::Relaxed)
    }

    pub(crate) fn set_dead(&self) {
        self.alive.store(false, Ordering::Relaxed);
    }

    pub(crate) fn is_alive(&self) -> bool {
        self.alive.load(Ordering::Relaxed)
    }
}
