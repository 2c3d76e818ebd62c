//! An allocator that counts, when asked to.
//!
//! It is the whole program's allocator. While nobody counts it costs one relaxed load per allocation, which is little
//! beside the allocation and is the same for every logger. The counters are statistics only (relaxed, no partner):
//! the caller's own count is exact, and the count of all threads is read after a flush.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

static COUNTING: AtomicBool = AtomicBool::new(false);
static BY_ALL_THREADS: AtomicU64 = AtomicU64::new(0);

thread_local! {
    static BY_THIS_THREAD: Cell<u64> = const { Cell::new(0) };
}

/// The system's allocator, with a count of the calls that ask for memory.
pub(crate) struct CountingAllocator;

impl CountingAllocator {
    #[inline(always)]
    fn count(&self) {
        if COUNTING.load(Relaxed) {
            count_one();
        }
    }
}

#[cold]
fn count_one() {
    BY_ALL_THREADS.fetch_add(1, Relaxed);
    BY_THIS_THREAD.with(|count| count.set(count.get() + 1));
}

// SAFETY: every method hands its arguments to the system's allocator unchanged; the counting allocates nothing and, being
// a constant-initialised thread-local without a destructor, works at any time in a thread's life.
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.count();
        // SAFETY: the caller's promise is the same as the one that is asked for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        self.count();
        // SAFETY: the caller's promise is the same as the one that is asked for.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the pointer came from the system's allocator, through this one.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        self.count();
        // SAFETY: the pointer came from the system's allocator, through this one.
        unsafe { System.realloc(pointer, layout, new_size) }
    }
}

/// How often memory was asked for.
pub(crate) struct Counted {
    /// By the thread that ran the closure.
    pub(crate) by_caller: u64,
    /// By every thread of the process in that time.
    pub(crate) by_all: u64,
}

/// Counts while `calls` runs.
pub(crate) fn count(calls: impl FnOnce()) -> Counted {
    let caller_before = BY_THIS_THREAD.with(Cell::get);
    let all_before = BY_ALL_THREADS.load(Relaxed);
    COUNTING.store(true, Relaxed);
    calls();
    COUNTING.store(false, Relaxed);
    Counted {
        by_caller: BY_THIS_THREAD.with(Cell::get) - caller_before,
        by_all: BY_ALL_THREADS.load(Relaxed) - all_before,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_allocation_is_counted_where_it_happens() {
        let counted = super::count(|| drop(std::hint::black_box(Box::new(1))));
        assert_eq!(counted.by_caller, 1);
        assert!(counted.by_all >= 1);
    }
}
