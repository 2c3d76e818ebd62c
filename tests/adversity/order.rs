//! Threads: their events' order, and what becomes of the rings of those that end.

use std::thread;

use ttlog::info;

use crate::support::{Kept, flush_and_balance, number};

/// By how much the clocks of two cores, or an interrupted thread, may disturb the order of time.
const TOLERANCE_NS: u64 = 50_000_000;

#[test]
fn ten_thousand_threads_that_log_once_share_a_few_rings() {
    const THREADS: u64 = 10_000;
    const AT_ONCE: u64 = 20;
    let kept = Kept::default();
    let handle = ttlog::init().sink(kept.clone()).build().unwrap();
    for first in (0..THREADS).step_by(AT_ONCE as usize) {
        thread::scope(|threads| {
            for n in first..first + AT_ONCE {
                let handle = &handle;
                threads.spawn(move || handle.scope(|| info!("hello", n)));
            }
        });
    }
    let stats = flush_and_balance(&handle);
    assert_eq!((stats.recorded, stats.delivered), (THREADS, THREADS));
    assert!(stats.rings < 100, "{} rings", stats.rings);
    let mut numbers: Vec<u64> = kept
        .events()
        .iter()
        .map(|event| number(event, "n"))
        .collect();
    numbers.sort_unstable();
    assert!(numbers.into_iter().eq(0..THREADS));
}

#[test]
fn events_of_several_threads_come_in_the_order_of_time_and_those_of_one_in_its_own() {
    const THREADS: u64 = 4;
    const EVENTS: u64 = 5_000;
    let kept = Kept::default();
    let handle = ttlog::init().sink(kept.clone()).build().unwrap();
    thread::scope(|threads| {
        for thread in 0..THREADS {
            let handle = &handle;
            threads.spawn(move || {
                handle.scope(|| (0..EVENTS).for_each(|n| info!("event", thread, n)));
            });
        }
    });
    flush_and_balance(&handle);
    let events = kept.events();
    assert_eq!(events.len() as u64, THREADS * EVENTS);
    let mut next = [0; THREADS as usize];
    let mut latest = 0;
    for event in &events {
        let thread = number(event, "thread") as usize;
        assert_eq!(number(event, "n"), next[thread]);
        next[thread] += 1;
        assert!(event.timestamp_nanos + TOLERANCE_NS >= latest, "{event:?}");
        latest = latest.max(event.timestamp_nanos);
    }
}

#[test]
fn a_thread_is_named_in_its_events_even_after_it_has_ended() {
    let kept = Kept::default();
    let handle = ttlog::init().sink(kept.clone()).build().unwrap();
    thread::scope(|threads| {
        thread::Builder::new()
            .name("worker".into())
            .spawn_scoped(threads, || handle.scope(|| info!("hello")))
            .unwrap();
    });
    flush_and_balance(&handle);
    let event = &kept.events()[0];
    assert_eq!(event.thread_name.as_deref(), Some("worker"));
    assert!(event.thread_id > 0);
}
