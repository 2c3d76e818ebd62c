//! Every event is accounted for, under each overflow policy, and each loss is told of where it happened.

use std::collections::HashMap;
use std::thread;

use ttlog::{LogEvent, Overflow, Sink, TtlogHandle, debug, info};

use crate::support::{
    Gate, Gated, Kept, Slow, assert_balanced, flush_and_balance, number, tiny, wait_until,
};

const THREADS: u64 = 3;
const EVENTS: u64 = 3_000;
const ALL: u64 = THREADS * EVENTS;
const POLICIES: [Overflow; 3] = [
    Overflow::Block,
    Overflow::DropNewest,
    Overflow::OverwriteOldest,
];

/// Several threads log numbered events as fast as they can.
fn log_from_threads(handle: &TtlogHandle, events: u64) {
    thread::scope(|threads| {
        for thread in 0..THREADS {
            threads.spawn(move || {
                handle.scope(|| (0..events).for_each(|n| info!("event", thread, n)));
            });
        }
    });
}

/// Asserts that each thread's events are in order, without one twice; gives the numbers of each.
fn numbers_in_order(events: &[LogEvent]) -> HashMap<u64, Vec<u64>> {
    let mut numbers: HashMap<u64, Vec<u64>> = HashMap::new();
    for event in events {
        let of_thread = numbers.entry(number(event, "thread")).or_default();
        let n = number(event, "n");
        assert!(of_thread.last().is_none_or(|last| *last < n), "{event:?}");
        of_thread.push(n);
    }
    numbers
}

#[track_caller]
fn assert_losses_are_told(kept: &Kept, stats: &ttlog::SinkStats) {
    assert_eq!(kept.len() as u64, stats.delivered, "{stats:?}");
    assert_eq!(
        kept.told_lost("overwritten"),
        stats.overwritten,
        "{stats:?}"
    );
    assert_eq!(kept.told_lost("dropped"), stats.dropped, "{stats:?}");
}

#[test]
fn every_event_is_accounted_for_under_each_policy() {
    for policy in POLICIES {
        let kept = Kept::default();
        let handle = tiny()
            .overflow(policy)
            .sink(Slow(kept.clone()))
            .build()
            .unwrap();
        for round in 1..=3 {
            log_from_threads(&handle, EVENTS);
            let stats = flush_and_balance(&handle);
            assert_eq!(stats.recorded, round * ALL, "{policy:?}");
            assert_eq!(stats.sinks[0].recorded, round * ALL, "{policy:?}");
            assert_losses_are_told(&kept, &stats.sinks[0]);
        }
    }
}

#[test]
fn block_loses_nothing() {
    let kept = Kept::default();
    // A stall timeout that no scheduler exceeds: what is shown here is that callers wait.
    let handle = tiny()
        .stall_timeout(crate::support::PATIENCE)
        .overflow(Overflow::Block)
        .sink(Slow(kept.clone()))
        .build()
        .unwrap();
    log_from_threads(&handle, EVENTS);
    let stats = flush_and_balance(&handle);
    assert_eq!((stats.recorded, stats.delivered), (ALL, ALL));
    assert_eq!(stats.sinks[0].delivered, ALL);
    let numbers = numbers_in_order(&kept.events());
    for thread in 0..THREADS {
        assert!(numbers[&thread].iter().copied().eq(0..EVENTS));
    }
}

#[test]
fn one_sink_that_blocks_makes_the_callers_wait_whatever_the_pipeline_says() {
    for policy in [Overflow::DropNewest, Overflow::OverwriteOldest] {
        let kept = Kept::default();
        let handle = tiny()
            .stall_timeout(crate::support::PATIENCE)
            .overflow(policy)
            .sink(Slow(kept.clone()).with_overflow(Overflow::Block))
            .sink(Kept::default())
            .build()
            .unwrap();
        log_from_threads(&handle, EVENTS);
        let stats = flush_and_balance(&handle);
        assert_eq!(stats.sinks[0].delivered, ALL, "{policy:?}: {stats:?}");
        assert_eq!(kept.len() as u64, ALL);
    }
}

#[test]
fn drop_newest_keeps_the_oldest_events() {
    let (gate, kept) = (Gate::closed(), Kept::default());
    let sink = Gated {
        gate: gate.clone(),
        kept: kept.clone(),
    };
    let handle = tiny()
        .overflow(Overflow::DropNewest)
        .sink(sink)
        .build()
        .unwrap();
    for burst in 0..200 {
        // As many as a ring takes at once.
        let numbers = burst * 100..burst * 100 + 100;
        handle.scope(|| numbers.for_each(|n: u64| info!("event", thread = 0_u64, n)));
        wait_until("the rings are empty", || {
            let stats = handle.stats();
            stats.recorded == stats.delivered
        });
    }
    gate.open();
    let stats = flush_and_balance(&handle);
    assert_losses_are_told(&kept, &stats.sinks[0]);
    let numbers = &numbers_in_order(&kept.events())[&0];
    // What fits into the smallest recorder came first, and without a gap.
    assert!(numbers[..2_000].iter().copied().eq(0..2_000));
    assert!(stats.sinks[0].dropped > 0);
    assert_eq!(stats.sinks[0].overwritten, 0, "{stats:?}");
}

#[test]
fn overwrite_oldest_keeps_the_newest_events() {
    let (gate, kept) = (Gate::closed(), Kept::default());
    let sink = Gated {
        gate: gate.clone(),
        kept: kept.clone(),
    };
    let handle = tiny()
        .overflow(Overflow::OverwriteOldest)
        .sink(sink)
        .build()
        .unwrap();
    handle.scope(|| (0..20_000_u64).for_each(|n| info!("event", thread = 0_u64, n)));
    wait_until("the recorder has everything", || {
        let stats = handle.stats();
        stats.recorded == stats.delivered + stats.overwritten
    });
    gate.open();
    let stats = flush_and_balance(&handle);
    assert_losses_are_told(&kept, &stats.sinks[0]);
    let numbers = &numbers_in_order(&kept.events())[&0];
    assert_eq!(numbers.last(), Some(&19_999));
    assert!(stats.sinks[0].overwritten > 0);
    assert_eq!(stats.sinks[0].dropped, 0);
}

#[test]
fn sinks_with_policies_and_filters_of_their_own_are_each_accounted_for() {
    let kept: Vec<Kept> = (0..5).map(|_| Kept::default()).collect();
    let handle = tiny()
        .filter("debug")
        .sink(Slow(kept[0].clone()).with_overflow(Overflow::DropNewest))
        .sink(Slow(kept[1].clone()).with_overflow(Overflow::OverwriteOldest))
        .sink(Slow(kept[2].clone()).with_filter("info"))
        .sink(kept[3].clone().with_filter("off"))
        .sink(kept[4].clone())
        .stall_timeout(crate::support::PATIENCE)
        .build()
        .unwrap();
    thread::scope(|threads| {
        for thread in 0..THREADS {
            let handle = &handle;
            threads.spawn(move || {
                handle.scope(|| {
                    for n in 0..EVENTS {
                        info!("event", thread, n = 2 * n);
                        debug!("event", thread, n = 2 * n + 1);
                    }
                });
            });
        }
    });
    let stats = flush_and_balance(&handle);
    assert_eq!((stats.recorded, stats.delivered), (2 * ALL, 2 * ALL));
    for (kept, stats) in kept.iter().zip(&stats.sinks) {
        assert_losses_are_told(kept, stats);
        numbers_in_order(&kept.events());
    }
    assert_eq!(stats.sinks[0].overwritten, 0);
    assert_eq!(stats.sinks[1].dropped, 0);
    assert_eq!(
        (stats.sinks[2].delivered, stats.sinks[2].filtered),
        (ALL, ALL)
    );
    assert_eq!(stats.sinks[3].filtered, 2 * ALL);
    assert_eq!(stats.sinks[4].delivered, 2 * ALL);
}

#[test]
fn a_pipeline_without_a_sink_is_accounted_for() {
    for policy in POLICIES {
        let handle = tiny().recorder_only().overflow(policy).build().unwrap();
        log_from_threads(&handle, EVENTS);
        let stats = flush_and_balance(&handle);
        assert_eq!(stats.recorded, ALL);
        assert!(stats.sinks.is_empty());
        if policy == Overflow::Block {
            assert_eq!(stats.delivered, ALL);
        }
    }
}

#[test]
fn the_accounts_of_what_was_lost_in_the_rings_reach_a_sink_that_was_itself_too_slow() {
    let (gate, kept) = (Gate::closed(), Kept::default());
    let sink = Gated {
        gate: gate.clone(),
        kept: kept.clone(),
    };
    let handle = tiny()
        .overflow(Overflow::OverwriteOldest)
        .sink(sink)
        .build()
        .unwrap();
    // Long bursts into small rings: losses there, and again in the recorder.
    for _ in 0..20 {
        log_from_threads(&handle, EVENTS);
    }
    gate.open();
    let stats = flush_and_balance(&handle);
    assert_losses_are_told(&kept, &stats.sinks[0]);
    assert_balanced(&stats);
}
