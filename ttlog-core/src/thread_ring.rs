//! [`ThreadRing`]: the ring that one thread logs into, and whose turn it is.
//!
//! A ring is *claimed* by a thread, *released* when the thread ends or has done with it, and *free* for the
//! next thread once the snapshot thread has emptied it. `owner` says which:
//!
//! - claimed → released: the owning thread, `Release`, after its last event;
//! - released → free: the snapshot thread; its `Acquire` load of `released` makes it see that last event, so a ring
//!   that is then empty stays so. `Release` again;
//! - free → claimed: a thread that holds the registry's lock, `Acquire`: the emptied ring is its.

use std::sync::Arc;

use crate::clock::TickSource;
use crate::flow::Flow;
use crate::ring::Ring;
use crate::ring_memory::CHUNKS;
use crate::sync::{AtomicBool, AtomicU64, Ordering};

/// How a thread came to its ring, and so what is to be done when an event in it is finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// The thread's own.
    Home = 0,
    /// For events that happen while one of this thread is being encoded.
    Nested,
    /// For one event of a thread whose thread-local data are gone.
    Loan,
    /// For one event that a custom [`Logger`](crate::Logger) is given.
    Scratch,
    /// For the event that is being encoded in it, and no more: its thread claims another ring for the next one.
    Retired,
    /// The parent process's: an event that is being encoded in it is the parent's, too.
    LeftBehind,
}

/// What comes of asking for more room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Room {
    /// The record may be written up to this position.
    UpTo(u64),
    /// No record may be so long.
    TooLong,
    /// The ring is full, and nothing may be overwritten.
    Full,
}

/// What comes of asking for room for a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TextRoom {
    /// Up to where the record may be written.
    pub(crate) limit: u64,
    /// How many bytes of the text may be written.
    pub(crate) length: usize,
    /// The ring is full, and nothing may be overwritten.
    pub(crate) full: bool,
}

/// Of the number that the recorder gives an event, so many bits are the position in the ring; above is the ring's number.
pub(crate) const RING_POSITION_BITS: u32 = 24;
pub(crate) const RING_POSITION_MASK: u64 = (1 << RING_POSITION_BITS) - 1;

const FREE: u64 = 0;
const CLAIMED: u64 = 1;
const RELEASED: u64 = 2;

/// Of `role`, the number of the [`TickSource`] is below; the [`Use`] is from here on.
const USE_SHIFT: u32 = 8;

/// See the [module](self).
///
/// What every event looks at comes first, so that it is on one line of the cache.
#[derive(Debug)]
#[repr(C, align(64))]
pub(crate) struct ThreadRing {
    pub(crate) ring: Ring,
    /// The [`Use`] that it was claimed for, and how it is told the time: what a finished event looks at, at once.
    role: AtomicU64,
    /// The length in words that no record of this ring may exceed.
    pub(crate) longest_record: u64,
    pub(crate) ticks: TickSource,
    /// What this ring's events flow into.
    pub(crate) flow: Arc<Flow>,
    owner: AtomicU64,
    /// For a nested ring: whether an event is being encoded in it.
    busy: AtomicBool,
    /// What the owning thread last saw of the ring's tail.
    known_tail: AtomicU64,
}

fn role(what: Use, ticks: TickSource) -> u64 {
    ticks as u64 | (what as u64) << USE_SHIFT
}

impl ThreadRing {
    pub(crate) fn new(ring: Ring, ticks: TickSource, longest_record: u64, flow: Arc<Flow>) -> Self {
        ThreadRing {
            longest_record: longest_record.min(ring.longest_record()),
            ring,
            ticks,
            flow,
            role: AtomicU64::new(role(Use::Scratch, ticks)),
            owner: AtomicU64::new(FREE),
            busy: AtomicBool::new(false),
            known_tail: AtomicU64::new(0),
        }
    }

    /// A ring that nothing is written into, for threads whose events go nowhere; `None` where there is no memory.
    pub(crate) fn of_nobody(flow: &Arc<Flow>) -> Option<Self> {
        let ring = Ring::new(4 * CHUNKS as usize).ok()?;
        let ring = ThreadRing::new(ring, TickSource::precise(), 0, flow.clone());
        ring.leave_behind();
        Some(ring)
    }

    // ---- For the thread that logs into it ----

    /// Whether the next record can have `words` words at once.
    #[inline(always)]
    pub(crate) fn has_room(&self, words: u64) -> bool {
        self.ring.start() + words <= self.ring.reserved()
    }

    /// Where the next record begins, if it can have `words` words at once, and up to where it may be written for now.
    #[inline(always)]
    pub(crate) fn room(&self, words: u64) -> Option<(u64, u64)> {
        let (start, reserved) = (self.ring.start(), self.ring.reserved());
        (start + words <= reserved).then(|| (start, self.limit_within(start, reserved)))
    }

    /// Where the next record begins, if it can have `words` words at once and is to have no more.
    #[inline(always)]
    pub(crate) fn room_at_once(&self, words: u64) -> Option<u64> {
        let start = self.ring.start();
        (start + words <= self.ring.reserved()).then_some(start)
    }

    /// Up to where a record that begins at `start` may be written for now, but for its last word, which there is always room for.
    #[inline(always)]
    pub(crate) fn limit(&self, start: u64) -> u64 {
        self.limit_within(start, self.ring.reserved())
    }

    #[inline(always)]
    fn limit_within(&self, start: u64, reserved: u64) -> u64 {
        reserved.min(start + self.longest_record) - 1
    }

    /// Lets the thread write up to `end`, waiting as the overflow policy says; `false` if it may not.
    #[cold]
    #[inline(never)]
    pub(crate) fn make_room(&self, end: u64) -> bool {
        if self.flow.is_left_behind() {
            return false;
        }
        while self.ring.reserved() < end {
            let overwritten = self.ring.next_overwritten();
            let half_full = self.ring.start().saturating_sub(self.ring.size() / 2);
            // The consumer's own word is on a line that it writes: looked at only when what is known of it won't do.
            if self.known_tail() < overwritten.max(half_full) {
                self.known_tail.store(self.ring.tail(), Ordering::Relaxed);
                if self.known_tail() < half_full {
                    self.flow.wake();
                }
                let is_read = || self.ring.tail() >= overwritten;
                if self.known_tail() < overwritten && !self.flow.may_overwrite(is_read) {
                    return false;
                }
            }
            self.ring.reserve_chunk();
        }
        true
    }

    fn known_tail(&self) -> u64 {
        self.known_tail.load(Ordering::Relaxed)
    }

    /// More room for a record that begins at `start` and is to reach up to `needed`.
    #[cold]
    #[inline(never)]
    pub(crate) fn more_room(&self, start: u64, needed: u64) -> Room {
        if needed + 1 - start > self.longest_record {
            Room::TooLong
        } else if self.make_room(needed + 1) {
            Room::UpTo(self.limit(start))
        } else {
            Room::Full
        }
    }

    /// Room for as much as there may be of a text of `length` bytes, behind `base` of a record that begins at `start`.
    #[cold]
    #[inline(never)]
    pub(crate) fn room_for_text(&self, start: u64, base: u64, length: usize) -> TextRoom {
        let longest = (start + self.longest_record - 1).saturating_sub(base);
        let words = (length.div_ceil(8) as u64).min(longest);
        match self.more_room(start, base + words) {
            Room::UpTo(limit) => TextRoom {
                limit,
                length: length.min(words as usize * 8),
                full: false,
            },
            Room::TooLong | Room::Full => TextRoom {
                limit: self.limit(start),
                length: 0,
                full: true,
            },
        }
    }

    pub(crate) fn count_dropped(&self) {
        let dropped = self.ring.label().dropped.load(Ordering::Relaxed);
        self.ring
            .label()
            .dropped
            .store(dropped + 1, Ordering::Relaxed);
    }

    /// The present tick where nothing is to be called for it, nor at the end of an event: in the thread's own ring.
    #[inline(always)]
    pub(crate) fn ticks_at_home(&self) -> Option<u64> {
        // At home, the number of the clock is all there is.
        TickSource::at_once_by(self.role.load(Ordering::Relaxed))
    }

    fn is_used_as(&self, what: Use) -> bool {
        self.role.load(Ordering::Relaxed) >> USE_SHIFT == what as u64
    }

    /// Whether this is the thread's own ring.
    pub(crate) fn is_home(&self) -> bool {
        self.is_used_as(Use::Home)
    }

    pub(crate) fn is_scratch(&self) -> bool {
        self.is_used_as(Use::Scratch)
    }

    pub(crate) fn is_loan(&self) -> bool {
        self.is_used_as(Use::Loan)
    }

    pub(crate) fn is_retired(&self) -> bool {
        self.is_used_as(Use::Retired)
    }

    fn use_as(&self, what: Use) {
        self.role.store(role(what, self.ticks), Ordering::Relaxed);
    }

    /// Makes its thread give it up after its next event. It is never handed on.
    pub(crate) fn retire(&self) {
        self.use_as(Use::Retired);
    }

    /// Takes a nested ring for an event; `false` if it has one already.
    pub(crate) fn try_occupy(&self) -> bool {
        !self.busy.swap(true, Ordering::Relaxed)
    }

    pub(crate) fn vacate(&self) {
        self.busy.store(false, Ordering::Relaxed);
    }

    /// Gives the ring up; the thread logs into it no more.
    pub(crate) fn release(&self) {
        self.owner.store(RELEASED, Ordering::Release);
    }

    /// Makes the end of an event that is being encoded in it do nothing more. In a child of `fork`.
    pub(crate) fn leave_behind(&self) {
        self.use_as(Use::LeftBehind);
    }

    // ---- For the registry ----

    /// Takes the ring for a thread if it is free. Only under the registry's lock.
    pub(crate) fn try_claim(&self, what: Use, thread_id: u32) -> bool {
        if self.is_retired() || self.owner.load(Ordering::Acquire) != FREE {
            return false;
        }
        self.use_as(what);
        self.ring
            .label()
            .thread_id
            .store(u64::from(thread_id), Ordering::Relaxed);
        self.busy.store(false, Ordering::Relaxed);
        self.owner.store(CLAIMED, Ordering::Relaxed);
        true
    }

    // ---- For the snapshot thread ----

    /// Frees the ring if its thread has released it and everything was read.
    pub(crate) fn free_if_empty(&self) -> bool {
        if self.owner.load(Ordering::Acquire) == RELEASED
            && self.ring.published() == self.ring.tail()
        {
            self.owner.store(FREE, Ordering::Release);
            return true;
        }
        false
    }

    /// What tells the record at `position` from the others of this thread that were recorded shortly before and after it.
    pub(crate) fn origin(&self, position: u64) -> u32 {
        let number = self.ring.label().number.load(Ordering::Relaxed);
        (number << RING_POSITION_BITS | position & RING_POSITION_MASK) as u32
    }

    pub(crate) fn is_released(&self) -> bool {
        self.owner.load(Ordering::Relaxed) == RELEASED
    }

    /// The thread of the events that are in the ring now.
    pub(crate) fn thread_id(&self) -> u32 {
        self.ring.label().thread_id.load(Ordering::Relaxed) as u32
    }

    /// How many events of this ring were dropped.
    pub(crate) fn dropped(&self) -> u64 {
        self.ring.label().dropped.load(Ordering::Relaxed)
    }
}
