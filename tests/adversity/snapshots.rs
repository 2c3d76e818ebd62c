//! Snapshots of pipelines that are busy.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use ttlog::{LogEvent, SnapshotReader, TtlogHandle, info};

use crate::support::{Directory, is_loss, number};

fn events_of_snapshot(handle: &TtlogHandle) -> Vec<LogEvent> {
    let path = handle.snapshot("test").unwrap();
    let mut snapshot = SnapshotReader::open(path).unwrap();
    let events = snapshot.log_events().unwrap();
    assert!(snapshot.is_complete(), "{:?}", snapshot.flaws());
    events
}

#[test]
fn two_snapshots_in_a_row_both_have_the_context() {
    let directory = Directory::new();
    let handle = ttlog::init()
        .recorder_only()
        .snapshot_dir(directory.path())
        .build()
        .unwrap();
    handle.scope(|| (0..100_u64).for_each(|n| info!("event", n)));
    let first = events_of_snapshot(&handle);
    let second = events_of_snapshot(&handle);
    assert_eq!(first.len(), 100);
    assert_eq!(first, second);
    assert_eq!(handle.stats().snapshots, 2);
}

#[test]
fn a_snapshot_under_full_load_has_each_event_once_whole_and_in_order() {
    let directory = Directory::new();
    // The smallest, and one that takes longer to copy than to be written.
    for capacity in [1, 20_000] {
        let handle = ttlog::init()
            .recorder_only()
            .capacity(capacity)
            .snapshot_dir(directory.path())
            .build()
            .unwrap();
        let done = AtomicBool::new(false);
        thread::scope(|threads| {
            for thread in 0..3_u64 {
                let (handle, done) = (&handle, &done);
                threads.spawn(move || {
                    handle.scope(|| {
                        for n in 0_u64.. {
                            let text = "x".repeat((n % 50) as usize);
                            info!("event {n}", thread, n, text, again = n);
                            if done.load(Ordering::Relaxed) {
                                break;
                            }
                        }
                    });
                });
            }
            for _ in 0..10 {
                assert_whole_and_in_order(&events_of_snapshot(&handle));
            }
            done.store(true, Ordering::Relaxed);
        });
        let last = events_of_snapshot(&handle);
        assert!(!last.is_empty());
        assert_whole_and_in_order(&last);
    }
}

fn assert_whole_and_in_order(events: &[LogEvent]) {
    let mut last: HashMap<u64, u64> = HashMap::new();
    for event in events.iter().filter(|event| !is_loss(event)) {
        let (thread, n) = (number(event, "thread"), number(event, "n"));
        assert_eq!(event.message, format!("event {n}"));
        assert_eq!(number(event, "again"), n);
        assert_eq!(
            event.field("text").unwrap().as_str().unwrap().len() as u64,
            n % 50
        );
        let before = last.insert(thread, n);
        assert!(
            before.is_none_or(|before| before < n),
            "{before:?}, {event:?}"
        );
    }
}

#[test]
fn a_snapshot_under_load_has_no_gap_where_nothing_was_lost() {
    let directory = Directory::new();
    let handle = ttlog::init()
        .recorder_only()
        .overflow(ttlog::Overflow::Block)
        .capacity(20_000)
        .snapshot_dir(directory.path())
        .build()
        .unwrap();
    let done = AtomicBool::new(false);
    thread::scope(|threads| {
        for thread in 0..2_u64 {
            let (handle, done) = (&handle, &done);
            threads.spawn(move || {
                handle.scope(|| {
                    // As many as the recorder has room for.
                    for n in 0_u64..10_000 {
                        info!("event", thread, n);
                        if done.load(Ordering::Relaxed) {
                            break;
                        }
                    }
                });
            });
        }
        for _ in 0..10 {
            let mut next: HashMap<u64, u64> = HashMap::new();
            for event in events_of_snapshot(&handle) {
                let next = next.entry(number(&event, "thread")).or_default();
                assert_eq!(number(&event, "n"), *next);
                *next += 1;
            }
        }
        done.store(true, Ordering::Relaxed);
    });
}

#[test]
fn a_directory_keeps_the_newest_snapshots_of_a_service() {
    let directory = Directory::new();
    let service = |name: &str| {
        ttlog::init()
            .recorder_only()
            .snapshot_dir(directory.path())
            .service(name)
            .keep_snapshots(2)
            .build()
            .unwrap()
    };
    let (shop, other) = (service("shop"), service("shop-2"));
    let first = other.snapshot("other").unwrap();
    let paths: Vec<_> = (0..4)
        .map(|n| shop.snapshot(&n.to_string()).unwrap())
        .collect();
    let mut left = directory.snapshots();
    left.sort();
    let mut expected = vec![first, paths[2].clone(), paths[3].clone()];
    expected.sort();
    assert_eq!(left, expected);
}
