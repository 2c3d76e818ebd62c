//! Sinks that keep events until it pays to bring them away, may be full, and may have to give events up.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ttlog::sink::Setback;
use ttlog::snapshot::{Facts, fact};
use ttlog::{EventRef, Sink, SinkOptions, info};

use crate::support::{
    Directory, assert_balanced, child_directory, flush_and_balance, number, run_child_to_success,
    tiny, wait_until,
};

/// What a [`Wagon`] did: the loads it left with, and for what service.
#[derive(Default)]
struct Journal {
    loads: Vec<Vec<u64>>,
    flushes: u32,
    service: Option<String>,
}

/// What happens to a load.
type Fate = fn(load: &[u64], flushes: u32) -> io::Result<()>;

/// A sink that leaves with ten events at most; what has left, has arrived or is lost.
struct Wagon {
    load: Vec<u64>,
    fate: Fate,
    linger: Duration,
    journal: Arc<Mutex<Journal>>,
}

impl Wagon {
    fn new(linger: Duration, fate: Fate) -> (Wagon, Arc<Mutex<Journal>>) {
        let journal = Arc::<Mutex<Journal>>::default();
        let wagon = Wagon {
            load: Vec::new(),
            fate,
            linger,
            journal: journal.clone(),
        };
        (wagon, journal)
    }
}

impl Sink for Wagon {
    fn start(&mut self, process: &Facts) -> io::Result<()> {
        self.journal.lock().unwrap().service = process.text(fact::SERVICE).map(str::to_owned);
        Ok(())
    }

    fn write(&mut self, event: &EventRef<'_>) -> io::Result<()> {
        if self.load.len() == 10 {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        if !event.is_synthetic() {
            self.load.push(number(&event.to_log_event(), "n"));
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        let mut journal = self.journal.lock().unwrap();
        journal.flushes += 1;
        if self.load.is_empty() {
            return Ok(());
        }
        let fate = (self.fate)(&self.load, journal.flushes);
        match &fate {
            Ok(()) => journal.loads.push(std::mem::take(&mut self.load)),
            Err(error) if error.to_string() == "derailed" => self.load.clear(),
            Err(_) => {}
        }
        fate
    }

    fn name(&self) -> String {
        "wagon".to_owned()
    }

    fn options(&self) -> SinkOptions {
        SinkOptions {
            linger: self.linger,
            ..SinkOptions::default()
        }
    }
}

const FOR_EVER: Duration = Duration::from_secs(1 << 30);

#[test]
fn what_may_wait_leaves_when_it_is_asked_for_or_full() {
    let (wagon, journal) = Wagon::new(FOR_EVER, |_, _| Ok(()));
    let handle = ttlog::init().service("mine").sink(wagon).build().unwrap();
    handle.scope(|| (0..25_u64).for_each(|n| info!("event", n)));
    wait_until("everything was taken", || {
        handle.stats().sinks[0].delivered == 25
    });
    assert_eq!(journal.lock().unwrap().loads.len(), 2);
    let stats = flush_and_balance(&handle);
    assert_eq!(
        (stats.sinks[0].delivered, stats.sinks[0].errors),
        (25, 0),
        "being full is no failure"
    );
    handle.scope(|| info!("event", n = 25_u64));
    drop(handle);
    let journal = journal.lock().unwrap();
    let lengths = journal.loads.iter().map(Vec::len);
    assert_eq!(lengths.collect::<Vec<_>>(), [10, 10, 5, 1]);
    assert!(journal.loads.concat().into_iter().eq(0..26));
    assert_eq!(journal.service.as_deref(), Some("mine"));
}

#[test]
fn what_has_waited_long_enough_leaves_by_itself() {
    let (wagon, journal) = Wagon::new(Duration::from_millis(5), |_, _| Ok(()));
    let handle = ttlog::init().sink(wagon).build().unwrap();
    handle.scope(|| info!("event", n = 0_u64));
    wait_until("it has left", || journal.lock().unwrap().loads == [[0]]);
}

#[test]
fn what_a_sink_gives_up_is_dropped_and_told_of_once() {
    let directory = Directory::new();
    let stderr = run_child_to_success("keeping_sinks::child_that_loses", &directory);
    let reports: Vec<&str> = stderr
        .lines()
        .filter(|line| line.contains("wagon"))
        .collect();
    assert_eq!(
        reports,
        [
            "ttlog: sink wagon could not flush, and tries again: fog (reported once)",
            "ttlog: sink wagon has lost 10 events: derailed (reported once)"
        ]
    );
}

#[test]
#[ignore = "the child of another test"]
fn child_that_loses() {
    if child_directory().is_none() {
        return;
    }
    let (wagon, journal) = Wagon::new(FOR_EVER, |load, flushes| match load[0] {
        0 if flushes == 1 => Err(Setback::retry_in(Duration::from_millis(1), "fog")),
        0 | 20 => Err(Setback::lost(10, "derailed")),
        _ => Ok(()),
    });
    let handle = ttlog::init().sink(wagon).build().unwrap();
    handle.scope(|| (0..30_u64).for_each(|n| info!("event", n)));
    wait_until("the third load has come", || {
        let sink = &handle.stats().sinks[0];
        sink.healthy && sink.delivered == 20 && sink.dropped == 10
    });
    let stats = flush_and_balance(&handle);
    assert_eq!((stats.sinks[0].delivered, stats.sinks[0].dropped), (10, 20));
    assert_eq!(stats.sinks[0].errors, 3);
    assert!(stats.sinks[0].healthy);
    assert!(
        journal
            .lock()
            .unwrap()
            .loads
            .concat()
            .into_iter()
            .eq(10..20)
    );
}

#[test]
fn a_pause_that_a_sink_asks_for_ends_with_the_pipeline() {
    let (wagon, _) = Wagon::new(Duration::ZERO, |_, _| {
        Err(Setback::retry_in(FOR_EVER, "night"))
    });
    let handle = tiny().sink(wagon).build().unwrap();
    handle.scope(|| (0..1000_u64).for_each(|n| info!("event", n)));
    wait_until("the sink has failed", || !handle.stats().sinks[0].healthy);
    assert!(!handle.flush());
    assert_eq!(handle.stats().sinks[0].errors, 1, "nobody wakes it early");
    // Hangs if the end doesn't wake it.
    drop(handle);
}

#[test]
fn a_sink_that_is_full_for_ever_takes_what_it_takes() {
    struct Full;
    impl Sink for Full {
        fn write(&mut self, _event: &EventRef<'_>) -> io::Result<()> {
            Err(io::ErrorKind::WouldBlock.into())
        }
    }
    let handle = tiny().sink(Full).build().unwrap();
    handle.scope(|| (0..100_u64).for_each(|n| info!("event", n)));
    assert!(handle.flush());
    let stats = handle.stats();
    assert_balanced(&stats);
    assert_eq!((stats.sinks[0].dropped, stats.sinks[0].errors), (100, 100));
}
