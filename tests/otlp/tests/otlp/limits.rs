//! Sizes: batches, requests that are too large, memory.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use ttlog::info;
use ttlog_test_otlp::{Collector, Reply};

use crate::support::{flushed, number, pipeline, sink};

#[test]
fn a_batch_that_is_full_leaves_without_a_flush() {
    let collector = Collector::http(|_| Reply::Accept);
    let handle = pipeline(sink(collector.url()).batch_bytes(10 << 10));
    handle.scope(|| (0..1000).for_each(|n| info!("event", n)));
    collector.wait_for(2);
    flushed(&handle);
    let largest = collector
        .requests()
        .iter()
        .map(|request| request.bytes)
        .max();
    assert!(largest.unwrap() < 11 << 10, "{largest:?}");
    assert_eq!(collector.log_records().len(), 1000);
}

#[test]
fn what_may_linger_leaves_by_itself() {
    let collector = Collector::http(|_| Reply::Accept);
    let builder = sink(collector.url()).linger(std::time::Duration::from_millis(1));
    let handle = pipeline(builder);
    handle.scope(|| info!("event"));
    collector.wait_for(1);
}

#[test]
fn a_request_that_is_too_large_is_divided_and_only_what_fits_in_none_is_lost() {
    let collector = Collector::http(|received| match received.bytes > 4 << 10 {
        true => Reply::Status(413, Vec::new(), Vec::new()),
        false => Reply::Accept,
    });
    let handle = pipeline(sink(collector.url()));
    let huge = "x".repeat(8 << 10);
    handle.scope(|| {
        for n in 0..100 {
            if n == 50 {
                info!("huge", n, huge);
            } else {
                info!("event", n);
            }
        }
    });
    let sent = flushed(&handle);
    assert_eq!((sent.delivered, sent.dropped, sent.errors), (99, 1, 1));
    let records = collector.log_records();
    let numbers = records.iter().map(|(_, record)| number(record, "n"));
    assert!(numbers.eq((0..100).filter(|n| *n != 50)));
    // What was learnt from the one that is too large doesn't make requests of single events of all that come.
    let before = collector.requests().len();
    handle.scope(|| (0..100).for_each(|n| info!("event", n)));
    assert_eq!(flushed(&handle).delivered, 199);
    let requests = collector.requests().len() - before;
    assert!(requests < 50, "{requests} requests for 100 events");
}

#[test]
fn events_as_large_as_can_be_arrive_whole() {
    let collector = Collector::http(|_| Reply::Accept);
    let sink = sink(collector.url()).batch_bytes(1);
    let handle = ttlog::init()
        .capacity_bytes(16 << 20)
        .ring_bytes(8 << 20)
        .max_event_bytes(512 << 10)
        .stall_timeout(ttlog_test_otlp::PATIENCE)
        .sink(sink.build().unwrap())
        .build()
        .unwrap();
    let huge = "x".repeat(500 << 10);
    handle.scope(|| (0..5).for_each(|n| info!("event", n, huge)));
    assert_eq!(flushed(&handle).delivered, 5);
    let requests = collector.requests();
    assert_eq!(requests.len(), 5);
    assert!(requests.iter().all(|request| request.bytes > 500 << 10));
}

/// Counts the bytes that are allocated now.
struct Counting;

static ALLOCATED: AtomicUsize = AtomicUsize::new(0);

// SAFETY: all is the system allocator's; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATED.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        ALLOCATED.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn a_million_events_for_a_server_that_hangs_take_bounded_memory() {
    crate::support::run_child("limits::child_of_a_million", "go", &[]);
}

#[test]
#[ignore = "the child of another test: what others allocate would count"]
fn child_of_a_million() {
    if crate::support::told_child().is_none() {
        return;
    }
    let collector = Collector::http(|_| Reply::Hang);
    let sink = sink(collector.url());
    let handle = ttlog::init()
        .stall_timeout(std::time::Duration::from_millis(50))
        .sink(sink.build().unwrap())
        .build()
        .unwrap();
    let before = ALLOCATED.load(Ordering::Relaxed);
    let mut most = 0;
    handle.scope(|| {
        for n in 0..1_000_000 {
            info!("event", n, name = "a text of some length");
            if n % 1024 == 0 {
                most = most.max(ALLOCATED.load(Ordering::Relaxed).saturating_sub(before));
            }
        }
    });
    assert!(!handle.flush());
    most = most.max(ALLOCATED.load(Ordering::Relaxed).saturating_sub(before));
    // The batch and its request, with the room of vectors that grow; a ring; what a server of this process keeps of one request.
    assert!(most < 8 << 20, "{most} bytes");
}
