//! An allocator that logs what it does through `tracing`: no deadlock, no endless recursion, no event lost.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};

use tracing::{debug, field, info, info_span};
use ttlog::LogLevel;
use ttlog::sink::Memory;

struct Logging;

static IS_ON: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// Whether this thread logs its allocations: ttlog's own threads would have no end of work.
    static IS_HEARD: Cell<bool> = const { Cell::new(false) };
}

fn log(size: usize) {
    if IS_ON.load(Ordering::Relaxed) && IS_HEARD.try_with(Cell::get).unwrap_or(false) {
        debug!(target: "heap", size, "heap");
    }
}

// SAFETY: hands everything on to the system's allocator.
unsafe impl GlobalAlloc for Logging {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        log(layout.size());
        // SAFETY: the caller's promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promises.
        unsafe { System.dealloc(pointer, layout) };
    }
}

#[global_allocator]
static ALLOCATOR: Logging = Logging;

#[test]
fn all_events_of_a_program_whose_allocator_logs_arrive() {
    ttlog_integrations::enable_tracing_compatibility();
    IS_ON.store(true, Ordering::Relaxed);
    IS_HEARD.set(true);
    // The global pipeline starts inside the first of these calls.
    info!(n = 0, "first");
    let memory = Memory::new();
    let handle = ttlog::init()
        .level(LogLevel::Trace)
        .sink(memory.clone())
        .init();
    for n in 0..100 {
        let span = info_span!("span", text = ?vec![n, n], later = field::Empty);
        let _entered = span.enter();
        span.record("later", format!("{n}"));
        info!(n, missing = None::<u32>, list = ?vec![n], "event");
        if n == 50 {
            handle.set_level(LogLevel::Info);
        }
    }
    IS_HEARD.set(false);
    assert!(handle.flush());
    let events = memory.take();
    let own: Vec<_> = events
        .iter()
        .filter(|event| event.message == "event")
        .collect();
    assert_eq!(own.len(), 100);
    for (n, event) in (0..).zip(own) {
        assert_eq!(event["n"], n);
        assert_eq!(event.spans.len(), 1);
    }
    assert!(events.iter().any(|event| event.message == "heap"));
}
