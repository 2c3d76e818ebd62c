//! A sink that does not come back keeps nobody from going on.

use std::io;
use std::time::Duration;

use ttlog::{EventRef, Overflow, Sink, SnapshotReader, TtlogHandle, info};

use crate::support::{
    Directory, Gate, Kept, bounded, child_directory, flush_and_balance, number,
    run_child_to_success, tiny, wait_until,
};

const EVENTS: u64 = 10_000;

/// Hangs in one of its methods while the gate is closed.
struct Hanging {
    gate: Gate,
    place: Place,
    kept: Kept,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Place {
    Write,
    Flush,
    Drop,
}

impl Hanging {
    fn pass(&self, place: Place) {
        if self.place == place {
            self.gate.pass();
        }
    }
}

impl Sink for Hanging {
    fn write(&mut self, event: &EventRef<'_>) -> io::Result<()> {
        self.pass(Place::Write);
        self.kept.keep(event);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.pass(Place::Flush);
        Ok(())
    }
}

impl Drop for Hanging {
    fn drop(&mut self) {
        self.pass(Place::Drop);
    }
}

struct Setting {
    handle: TtlogHandle,
    gate: Gate,
    hanging: Kept,
    healthy: Kept,
}

fn start(place: Place, policy: Overflow, directory: &Directory) -> Setting {
    let (gate, hanging, healthy) = (Gate::closed(), Kept::default(), Kept::default());
    let handle = tiny()
        .overflow(policy)
        .snapshot_dir(directory.path())
        .sink(Hanging {
            gate: gate.clone(),
            place,
            kept: hanging.clone(),
        })
        .sink(healthy.clone().with_overflow(Overflow::OverwriteOldest))
        .build()
        .unwrap();
    Setting {
        handle,
        gate,
        hanging,
        healthy,
    }
}

#[test]
fn callers_flushes_snapshots_and_the_end_wait_for_no_sink_for_ever() {
    for policy in [
        Overflow::Block,
        Overflow::DropNewest,
        Overflow::OverwriteOldest,
    ] {
        for place in [Place::Write, Place::Flush, Place::Drop] {
            bounded("a pipeline with a hanging sink", move || {
                hang(place, policy);
            });
        }
    }
}

fn hang(place: Place, policy: Overflow) {
    let directory = Directory::new();
    let Setting {
        handle, healthy, ..
    } = start(place, policy, &directory);
    handle.scope(|| (0..EVENTS).for_each(|n| info!("event", n)));
    let reached_all = handle.flush();
    assert_eq!(reached_all, place == Place::Drop, "{place:?}, {policy:?}");

    handle.scope(|| info!("the last one", n = EVENTS));
    let path = handle.snapshot("while a sink hangs").unwrap();
    let mut snapshot = SnapshotReader::open(path).unwrap();
    let events = snapshot.log_events().unwrap();
    assert_eq!(number(events.last().unwrap(), "n"), EVENTS);

    wait_until("the other sink has the last event", || {
        let events = healthy.events();
        events
            .last()
            .is_some_and(|event| number(event, "n") == EVENTS)
    });
    drop(handle);
}

#[test]
fn a_sink_that_comes_back_goes_on_and_everything_is_accounted_for() {
    for policy in [
        Overflow::Block,
        Overflow::DropNewest,
        Overflow::OverwriteOldest,
    ] {
        for place in [Place::Write, Place::Flush] {
            let directory = Directory::new();
            let Setting {
                handle,
                gate,
                hanging,
                ..
            } = start(place, policy, &directory);
            handle.scope(|| (0..EVENTS).for_each(|n| info!("event", n)));
            gate.open();
            wait_until("everything has reached the sink", || handle.flush());
            let stats = flush_and_balance(&handle);
            assert!(stats.sinks[0].healthy, "{policy:?}, {place:?}");
            assert_eq!(hanging.len() as u64, stats.sinks[0].delivered);
            handle.scope(|| info!("event", n = EVENTS));
            flush_and_balance(&handle);
            assert_eq!(number(hanging.events().last().unwrap(), "n"), EVENTS);
        }
    }
}

#[test]
fn a_snapshot_has_the_events_that_a_blocking_sink_keeps_in_the_rings() {
    let directory = Directory::new();
    let gate = Gate::closed();
    let handle = tiny()
        .stall_timeout(crate::support::PATIENCE)
        .snapshot_dir(directory.path())
        .sink(Hanging {
            gate: gate.clone(),
            place: Place::Write,
            kept: Kept::default(),
        })
        .build()
        .unwrap();
    // The recorder can't take them all while the sink stands at the first.
    let mut n = 0_u64;
    wait_until_held_back(&handle, &mut n);
    let path = handle.snapshot("while the rings are full").unwrap();
    gate.open();
    let mut snapshot = SnapshotReader::open(path).unwrap();
    let events = snapshot.log_events().unwrap();
    let numbers: Vec<u64> = events.iter().map(|event| number(event, "n")).collect();
    assert_eq!(numbers.last(), Some(&(n - 1)));
    let first = numbers[0];
    assert!(numbers.into_iter().eq(first..n));
    flush_and_balance(&handle);
}

/// Logs until events stay in the rings.
fn wait_until_held_back(handle: &TtlogHandle, n: &mut u64) {
    let mut unmoved = 0;
    handle.scope(|| {
        while unmoved < 50 {
            let before = handle.stats();
            if before.recorded == before.delivered {
                info!("event", n = *n);
                *n += 1;
                unmoved = 0;
            } else {
                std::thread::sleep(Duration::from_millis(1));
                let moved = handle.stats().delivered != before.delivered;
                unmoved = if moved { 0 } else { unmoved + 1 };
            }
        }
    });
    let stats = handle.stats();
    assert!(stats.recorded > stats.delivered, "{stats:?}");
}

#[test]
fn a_process_with_a_hanging_sink_ends() {
    for child in [
        "hanging_sinks::child_that_hangs_in_write",
        "hanging_sinks::child_that_hangs_in_flush",
        "hanging_sinks::child_that_hangs_and_exits",
    ] {
        run_child_to_success(child, &Directory::new());
    }
}

fn child_that_hangs_in(place: Place) -> Option<TtlogHandle> {
    child_directory()?;
    let handle = tiny()
        .sink(Hanging {
            gate: Gate::closed(),
            place,
            kept: Kept::default(),
        })
        .init();
    (0..EVENTS).for_each(|n| info!("event", n));
    Some(handle)
}

#[test]
#[ignore = "the child of another test"]
fn child_that_hangs_in_write() {
    child_that_hangs_in(Place::Write);
}

#[test]
#[ignore = "the child of another test"]
fn child_that_hangs_in_flush() {
    child_that_hangs_in(Place::Flush);
}

#[test]
#[ignore = "the child of another test"]
fn child_that_hangs_and_exits() {
    if child_that_hangs_in(Place::Write).is_some() {
        std::process::exit(0);
    }
}
