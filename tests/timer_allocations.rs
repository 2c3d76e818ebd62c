//! A histogram's timer allocates nothing but what its first measurement needs.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use ttlog::{LogLevel, timer};

/// Counts the calls of this thread that ask for memory.
struct Counting;

thread_local! {
    static ASKED: Cell<u64> = const { Cell::new(0) };
}

fn count() {
    // A thread that ends is not asked about.
    let _ = ASKED.try_with(|asked| asked.set(asked.get() + 1));
}

// SAFETY: hands everything on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promises.
        unsafe { System.dealloc(pointer, layout) };
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: the caller's promises.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn a_histograms_timer_allocates_only_at_first() {
    let _handle = ttlog::init().recorder_only().init();
    let measure = || {
        let _wanted = timer!(histogram, "wanted");
        let _not_wanted = timer!(histogram, LogLevel::Trace, "not wanted");
    };
    measure();
    let before = ASKED.get();
    (0..10_000).for_each(|_| measure());
    assert_eq!(ASKED.get() - before, 0);
}
