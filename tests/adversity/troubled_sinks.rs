//! Sinks that fail, as on a full disk or a closed pipe, and come back.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ttlog::{EventRef, Sink, info};

use crate::support::{
    Directory, Kept, assert_balanced, bounded, child_directory, flush_and_balance, number,
    run_child_to_success, tiny, wait_until,
};

/// A sink that buffers, and can't write its buffer while the disk is full.
struct Disk {
    full: Arc<AtomicBool>,
    buffer: Kept,
}

impl Sink for Disk {
    fn write(&mut self, event: &EventRef<'_>) -> io::Result<()> {
        self.buffer.keep(event);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.full.load(Ordering::Relaxed) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(())
    }

    fn name(&self) -> String {
        "disk".to_owned()
    }
}

/// A sink that refuses some events.
struct Picky(Kept);

impl Sink for Picky {
    fn write(&mut self, event: &EventRef<'_>) -> io::Result<()> {
        let refused = event.to_log_event();
        if refused.field("n").is_some() && (10..20).contains(&number(&refused, "n")) {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        self.0.keep(event);
        Ok(())
    }

    fn name(&self) -> String {
        "picky".to_owned()
    }
}

#[test]
fn a_refused_event_is_counted_and_the_next_ones_are_tried() {
    let (picky, healthy) = (Kept::default(), Kept::default());
    let handle = tiny()
        .sink(Picky(picky.clone()))
        .sink(healthy.clone())
        .build()
        .unwrap();
    handle.scope(|| (0..100_u64).for_each(|n| info!("event", n)));
    let stats = flush_and_balance(&handle);
    assert_eq!(stats.sinks[0].delivered, 90);
    assert_eq!((stats.sinks[0].dropped, stats.sinks[0].errors), (10, 10));
    assert_eq!((picky.len(), healthy.len()), (90, 100));
}

#[test]
fn a_sink_that_can_not_write_for_a_while_loses_nothing_that_the_recorder_holds() {
    let (full, buffer, healthy) = (
        Arc::new(AtomicBool::new(true)),
        Kept::default(),
        Kept::default(),
    );
    let handle = ttlog::init()
        .sink(Disk {
            full: full.clone(),
            buffer: buffer.clone(),
        })
        .sink(healthy.clone())
        .build()
        .unwrap();
    handle.scope(|| info!("event", n = 0_u64));
    wait_until("the sink has failed", || !handle.stats().sinks[0].healthy);
    handle.scope(|| (1..1_000_u64).for_each(|n| info!("event", n)));
    assert!(!handle.flush(), "one sink has not written anything");
    assert_eq!(healthy.len(), 1_000);
    full.store(false, Ordering::Relaxed);
    wait_until("the sink is well again", || handle.stats().sinks[0].healthy);
    let stats = flush_and_balance(&handle);
    assert_eq!(stats.sinks[0].delivered, 1_000);
    assert_eq!(buffer.len(), 1_000);
    let numbers = buffer.events();
    let numbers = numbers.iter().map(|event| number(event, "n"));
    assert!(numbers.eq(0..1_000));
}

#[test]
fn a_sink_that_can_never_write_keeps_nobody_waiting() {
    let healthy = Kept::default();
    let handle = tiny()
        .sink(Disk {
            full: Arc::new(AtomicBool::new(true)),
            buffer: Kept::default(),
        })
        .sink(healthy.clone())
        .build()
        .unwrap();
    bounded("logging, flushing and the end", move || {
        handle.scope(|| (0..20_000_u64).for_each(|n| info!("event", n)));
        assert!(!handle.flush());
        let stats = handle.stats();
        assert_eq!(stats.delivered, 20_000, "{stats:?}");
        assert_eq!(healthy.len(), 20_000);
        drop(handle);
    });
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_on_a_full_disk_keeps_nobody_waiting() {
    let healthy = Kept::default();
    let handle = tiny()
        .sink(ttlog::sink::File::append("/dev/full").unwrap())
        .sink(healthy.clone())
        .build()
        .unwrap();
    bounded("logging, flushing and the end", move || {
        handle.scope(|| (0..10_000_u64).for_each(|n| info!("event", n)));
        assert!(!handle.flush());
        let stats = handle.stats();
        assert!(stats.sinks[0].errors > 0 && !stats.sinks[0].healthy);
        assert_eq!(healthy.len(), 10_000);
        drop(handle);
    });
}

#[test]
fn a_failing_sink_is_reported_once() {
    let directory = Directory::new();
    let stderr = run_child_to_success("troubled_sinks::child_with_failing_sinks", &directory);
    let reports = |sink: &str| {
        let begin = format!("ttlog: sink {sink} ");
        stderr
            .lines()
            .filter(|line| line.starts_with(&begin))
            .count()
    };
    assert_eq!((reports("disk"), reports("picky")), (1, 1), "{stderr}");
}

#[test]
#[ignore = "the child of another test"]
fn child_with_failing_sinks() {
    if child_directory().is_none() {
        return;
    }
    let full = Arc::new(AtomicBool::new(true));
    let handle = tiny()
        .sink(Disk {
            full: full.clone(),
            buffer: Kept::default(),
        })
        .sink(Picky(Kept::default()))
        .build()
        .unwrap();
    handle.scope(|| (0..100_u64).for_each(|n| info!("event", n)));
    wait_until("the sink has failed often", || {
        handle.stats().sinks[0].errors > 3
    });
    full.store(false, Ordering::Relaxed);
    wait_until("the sink is well again", || handle.stats().sinks[0].healthy);
    assert!(handle.flush());
    assert_balanced(&handle.stats());
}

#[test]
fn a_sink_that_fails_to_the_end_is_told_of_at_the_end() {
    let directory = Directory::new();
    let stderr = run_child_to_success("troubled_sinks::child_that_ends_on_a_full_disk", &directory);
    let told = stderr.lines().filter(|line| line.contains("ends without"));
    let told: Vec<_> = told.collect();
    assert_eq!(told, ["ttlog: sink disk ends without its last events"]);
}

#[test]
#[ignore = "the child of another test"]
fn child_that_ends_on_a_full_disk() {
    if child_directory().is_none() {
        return;
    }
    let disk = Disk {
        full: Arc::new(AtomicBool::new(true)),
        buffer: Kept::default(),
    };
    let _handle = ttlog::init().sink(disk).sink(Kept::default()).init();
    info!("event");
}
