//! An allocator that logs through `log`: no deadlock, no endless recursion, no event corrupted, nothing lost that isn't counted.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use log::LevelFilter;
use ttlog_core::sink::Memory;
use ttlog_integrations::TtlogLogAdapter;

struct Logging;

static ADAPTER: TtlogLogAdapter = TtlogLogAdapter::new();

thread_local! {
    static IS_HEARD: Cell<bool> = const { Cell::new(false) };
}

// SAFETY: hands everything on to the system's allocator.
unsafe impl GlobalAlloc for Logging {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if IS_HEARD.try_with(Cell::get).unwrap_or(false) {
            log::info!(logger: ADAPTER, target: "heap", size = layout.size(); "alloc");
            log::info!(logger: ADAPTER, target: "heap", "alloc {}", layout.size());
        }
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
fn an_allocator_may_log() {
    let memory = Memory::new();
    let handle = ttlog_core::init().sink(memory.clone()).build().unwrap();
    log::set_max_level(LevelFilter::Trace);
    handle.scope(|| {
        IS_HEARD.set(true);
        // The first records of new places allocate what is kept of those.
        for n in 0..100 {
            let target = format!("made-up-{n}");
            log::info!(logger: ADAPTER, target: &target, n; "outer {}", n);
        }
        IS_HEARD.set(false);
    });
    assert!(handle.flush());
    let stats = handle.stats();
    assert_eq!(
        stats.recorded,
        stats.delivered + stats.overwritten + stats.dropped
    );
    let events = memory.take();
    let outer = events
        .iter()
        .filter(|event| event.message.starts_with("outer"));
    let mut number = 0;
    for event in outer {
        assert_eq!(event.message, format!("outer {number}"));
        assert_eq!(event.target, format!("made-up-{number}"));
        assert_eq!(event.field("n").unwrap().to_string(), number.to_string());
        number += 1;
    }
    assert_eq!(number, 100);
    let inner = events.iter().filter(|event| event.target == "heap");
    assert!(inner.clone().count() >= 200, "{}", inner.count());
}
