//! The span that this thread is in, and the numbers of spans.
//!
//! One word a thread, so that an event finds its span by one load. Contexts have numbers of the same kind: the word is that of the innermost
//! of both.

use std::cell::Cell;
use std::hash::{BuildHasher, RandomState};
use std::marker::PhantomData;
use std::sync::OnceLock;

use crate::current;

thread_local! {
    static CURRENT: Cell<u64> = const { Cell::new(0) };
    /// The trace that `CURRENT` belongs to; 0 for none yet.
    static TRACE: Cell<u128> = const { Cell::new(0) };
    /// The last number that this thread has given, before the process's seed is put to it; 0 before the first.
    static LAST: Cell<u64> = const { Cell::new(0) };
    /// What `seed` gives, once there is a last number.
    static SEED: Cell<u64> = const { Cell::new(0) };
}

/// How many of a number's bits are the thread's own count.
const COUNT_BITS: u32 = 40;

/// The innermost span or context of this thread; 0 for none.
#[inline(always)]
pub(crate) fn current_id() -> u64 {
    CURRENT.get()
}

/// The trace that this thread is in; 0 for none.
#[inline(always)]
pub(super) fn current_trace() -> u128 {
    TRACE.get()
}

/// A new number, which no other span of this process has, and hardly one of another process.
#[inline(always)]
fn new_id() -> u64 {
    let last = match LAST.get() {
        0 => first_number(),
        last => last,
    };
    LAST.set(last + 1);
    (last + 1) ^ SEED.get()
}

#[cold]
#[inline(never)]
fn first_number() -> u64 {
    SEED.set(seed());
    u64::from(current::thread_id()) << COUNT_BITS
}

/// The same in all threads of a process, and another one in its children. Its highest bits are such that no number becomes 0: there are not so
/// many threads.
fn seed() -> u64 {
    static RANDOM: OnceLock<RandomState> = OnceLock::new();
    RANDOM
        .get_or_init(RandomState::new)
        .hash_one(std::process::id())
        | 1 << 63
}

/// In a child of `fork`: the numbers of this thread are not those of the parent's from now on.
pub(crate) fn begin_anew() {
    LAST.set(0);
}

/// The trace of a span of which only the number is known: this thread's where that is in it, otherwise as if it began with the span.
pub(super) fn trace_with(id: u64) -> u128 {
    match current_trace() {
        trace if trace != 0 && current_id() == id => trace,
        _ => trace_of(id),
    }
}

/// The trace that begins with a span.
#[inline(always)]
fn trace_of(root: u64) -> u128 {
    let high = match SEED.get() {
        0 => seed(),
        seed => seed,
    };
    u128::from(high) << 64 | u128::from(root)
}

/// Where a thread is: its innermost span or context, and its trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Place {
    pub(super) id: u64,
    pub(super) trace: u128,
}

impl Place {
    /// Where this thread is.
    #[inline(always)]
    pub(super) fn here() -> Place {
        Place {
            id: CURRENT.get(),
            trace: TRACE.get(),
        }
    }

    /// A new place in a trace; in one of its own where that is 0.
    #[inline(always)]
    pub(super) fn within(trace: u128) -> Place {
        let id = new_id();
        let trace = if trace == 0 { trace_of(id) } else { trace };
        Place { id, trace }
    }

    /// Goes there; what it gives goes back when it is dropped.
    #[inline(always)]
    pub(super) fn enter(self) -> Restore {
        let restore = Restore {
            place: Place::here(),
            own: self.id,
            of_thread: PhantomData,
        };
        self.set();
        restore
    }

    #[inline(always)]
    fn set(self) {
        CURRENT.set(self.id);
        TRACE.set(self.trace);
    }
}

/// Goes back to where the thread was.
#[derive(Debug)]
pub(super) struct Restore {
    place: Place,
    own: u64,
    /// It is the thread's that made it.
    of_thread: PhantomData<*const ()>,
}

impl Drop for Restore {
    #[inline(always)]
    fn drop(&mut self) {
        // A guard that is dropped before one that came later leaves the thread where that one is.
        if CURRENT.get() == self.own {
            self.place.set();
        }
    }
}
