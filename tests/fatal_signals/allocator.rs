//! The allocator of this program. It ends the process when a signal handler calls it, and crashes or hangs in the middle where a way to die
//! asks for it.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};

use crate::ways;

/// What a process ends with whose signal handler has allocated or freed.
pub(crate) const FORBIDDEN: i32 = 99;

struct Watched;

#[global_allocator]
static ALLOCATOR: Watched = Watched;

/// The system's number of the thread that may not allocate any more; 0 for none.
static DOOMED: AtomicI32 = AtomicI32::new(0);
/// The snapshot thread hangs at its next allocation.
pub(crate) static HOLD_UP: AtomicBool = AtomicBool::new(false);
/// The snapshot thread hangs.
pub(crate) static HELD_UP: AtomicBool = AtomicBool::new(false);
/// The snapshot thread crashes at its next allocation.
pub(crate) static TRIP: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// At which allocation from now on this thread crashes; 0 for none.
    pub(crate) static CRASH_AT: Cell<u32> = const { Cell::new(0) };
}

fn os_thread_id() -> i32 {
    // SAFETY: has no preconditions.
    unsafe { libc::gettid() }
}

/// From now on, this thread must not allocate: it is about to crash.
pub(crate) fn forbid() {
    DOOMED.store(os_thread_id(), Ordering::Relaxed);
}

/// Whether this is ttlog's snapshot thread.
fn is_snapshot_thread() -> bool {
    let mut name = [0_u8; 16];
    // SAFETY: the kernel writes 16 bytes.
    unsafe { libc::prctl(libc::PR_GET_NAME, name.as_mut_ptr()) };
    name.starts_with(b"ttlog-snapshot")
}

fn look() {
    let doomed = DOOMED.load(Ordering::Relaxed);
    if doomed != 0 && doomed == os_thread_id() {
        let text = "the signal handler has allocated or freed\n";
        // SAFETY: writes a text, and ends the process at once.
        unsafe {
            libc::write(2, text.as_ptr().cast(), text.len());
            libc::_exit(FORBIDDEN);
        }
    }
    match CRASH_AT.get() {
        0 => {}
        1 => {
            CRASH_AT.set(0);
            ways::read_null();
        }
        later => CRASH_AT.set(later - 1),
    }
    let tripped = TRIP.load(Ordering::Relaxed);
    if (tripped || HOLD_UP.load(Ordering::Relaxed)) && is_snapshot_thread() {
        if tripped {
            ways::read_null();
        }
        HELD_UP.store(true, Ordering::Relaxed);
        loop {
            std::thread::park();
        }
    }
}

// SAFETY: hands everything on to the system's allocator.
unsafe impl GlobalAlloc for Watched {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        look();
        // SAFETY: by the caller's contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        look();
        // SAFETY: by the caller's contract.
        unsafe { System.dealloc(pointer, layout) }
    }
}
