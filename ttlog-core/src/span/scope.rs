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
    /// How many numbers this thread has given.
    static GIVEN: Cell<u64> = const { Cell::new(0) };
}

/// How many of a number's bits are the thread's own count.
const COUNT_BITS: u32 = 40;

/// The innermost span or context of this thread; 0 for none.
#[inline(always)]
pub(crate) fn current_id() -> u64 {
    CURRENT.get()
}

/// The trace that this thread is in; 0 for none.
pub(super) fn current_trace() -> u128 {
    TRACE.get()
}

/// A new number, which no other span of this process has, and hardly one of another process.
#[inline]
pub(super) fn new_id() -> u64 {
    let count = GIVEN.get() + 1;
    GIVEN.set(count);
    let number = u64::from(current::thread_id()) << COUNT_BITS | count & ((1 << COUNT_BITS) - 1);
    // 0 is no span.
    match number ^ process_seed() {
        0 => process_seed(),
        id => id,
    }
}

/// The trace of a span of which only the number is known: this thread's where that is in it, otherwise as if it began with the span.
pub(super) fn trace_with(id: u64) -> u128 {
    match current_trace() {
        trace if trace != 0 && current_id() == id => trace,
        _ => trace_of(id),
    }
}

/// The trace that begins with a span.
#[inline]
fn trace_of(root: u64) -> u128 {
    u128::from(process_seed()) << 64 | u128::from(root)
}

#[inline]
fn process_seed() -> u64 {
    static SEED: OnceLock<u64> = OnceLock::new();
    *SEED.get_or_init(|| RandomState::new().hash_one(std::process::id()))
}

/// Where a thread is: its innermost span or context, and its trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Place {
    pub(super) id: u64,
    pub(super) trace: u128,
}

impl Place {
    /// Where this thread is.
    pub(super) fn here() -> Place {
        Place {
            id: CURRENT.get(),
            trace: TRACE.get(),
        }
    }

    /// A new place in a trace; in one of its own where that is 0.
    #[inline]
    pub(super) fn within(trace: u128) -> Place {
        let id = new_id();
        let trace = if trace == 0 { trace_of(id) } else { trace };
        Place { id, trace }
    }

    /// Goes there; what it gives goes back when it is dropped.
    #[inline]
    pub(super) fn enter(self) -> Restore {
        let restore = Restore {
            place: Place::here(),
            own: self.id,
            of_thread: PhantomData,
        };
        self.set();
        restore
    }

    #[inline]
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
    #[inline]
    fn drop(&mut self) {
        // A guard that is dropped before one that came later leaves the thread where that one is.
        if CURRENT.get() == self.own {
            self.place.set();
        }
    }
}
