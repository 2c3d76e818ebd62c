//! A panic in what a user gave to ttlog: a value, a sink.

use std::error::Error;
use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use ttlog::{EventRef, FieldValue, Recorded, Sink, Slot, Value, info};

use crate::support::{Kept, bounded, flush_and_balance, number, tiny, wait_until};

/// Panics after it has written something.
struct Bomb;

impl fmt::Display for Bomb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("tick tick")?;
        panic!("boom");
    }
}

impl fmt::Debug for Bomb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Panics with something that panics when it is dropped.
struct DoubleBomb;

struct Payload;

impl Drop for Payload {
    fn drop(&mut self) {
        panic!("boom again");
    }
}

impl fmt::Display for DoubleBomb {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        std::panic::panic_any(Payload);
    }
}

#[derive(Debug)]
struct BadError;

impl fmt::Display for BadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bad error")
    }
}

impl Error for BadError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        panic!("boom");
    }
}

#[test]
fn a_panic_in_a_value_marks_its_event_and_nothing_else() {
    let kept = Kept::default();
    let handle = tiny().sink(kept.clone()).build().unwrap();
    handle.scope(|| {
        info!("before", n = 0_u64);
        info!("display", bad = %Bomb, n = 1_u64);
        info!("debug", bad = ?Bomb, n = 2_u64);
        info!("message {Bomb} goes on", n = 3_u64);
        info!("payload", bad = %DoubleBomb, n = 4_u64);
        info!("after", n = 5_u64);
    });
    let stats = flush_and_balance(&handle);
    assert_eq!((stats.recorded, stats.delivered), (6, 6));
    let events = kept.events();
    for (n, event) in events.iter().enumerate() {
        assert_eq!(number(event, "n"), n as u64);
        assert_eq!(event.panicked, (1..=4).contains(&n), "{event:?}");
    }
    assert_eq!(
        events[1].field("bad"),
        Some(&FieldValue::Display("tick tick".into()))
    );
    assert_eq!(
        events[2].field("bad"),
        Some(&FieldValue::Debug("tick tick".into()))
    );
    assert_eq!(events[3].message, "message tick tick");
}

#[test]
fn a_panic_in_an_errors_source_ends_the_chain() {
    let kept = Kept::default();
    let handle = tiny().sink(kept.clone()).build().unwrap();
    handle.scope(|| info!("failed", error = BadError, n = 1_u64));
    flush_and_balance(&handle);
    let event = &kept.events()[0];
    assert_eq!(
        event.field("error"),
        Some(&FieldValue::Error(vec!["bad error".into()]))
    );
    assert!(event.panicked);
    assert_eq!(number(event, "n"), 1);
}

#[test]
fn a_panic_in_a_value_of_ones_own_is_the_callers_and_the_event_is_counted() {
    struct Refusal;

    impl Value for Refusal {
        fn record(&self, _: Slot<'_>) -> Recorded {
            panic!("boom");
        }
    }

    let kept = Kept::default();
    let handle = tiny().sink(kept.clone()).build().unwrap();
    handle.scope(|| {
        info!("before");
        catch_unwind(AssertUnwindSafe(|| info!("never", value = Refusal))).unwrap_err();
        info!("after");
    });
    let stats = flush_and_balance(&handle);
    assert_eq!((stats.recorded, stats.dropped), (3, 1));
    assert_eq!(kept.messages(), ["before", "after"]);
    assert_eq!(kept.told_lost("dropped"), 1);
}

#[test]
fn a_panic_in_an_argument_comes_before_the_event() {
    fn panicking() -> u64 {
        panic!("boom")
    }

    let kept = Kept::default();
    let handle = tiny().sink(kept.clone()).build().unwrap();
    handle.scope(|| {
        catch_unwind(|| info!("never", value = panicking())).unwrap_err();
        info!("after");
    });
    let stats = flush_and_balance(&handle);
    assert_eq!((stats.recorded, stats.dropped), (1, 0));
    assert_eq!(kept.messages(), ["after"]);
}

/// Panics in one of its methods.
struct Troubled {
    kept: Kept,
    /// Panics in `write` at every event whose number this divides.
    in_write: u64,
    /// Panics in `flush` so many times.
    in_flush: Arc<AtomicU32>,
    in_drop: bool,
}

impl Troubled {
    fn new(kept: &Kept) -> Troubled {
        Troubled {
            kept: kept.clone(),
            in_write: u64::MAX,
            in_flush: Arc::default(),
            in_drop: false,
        }
    }
}

impl Sink for Troubled {
    fn write(&mut self, event: &EventRef<'_>) -> io::Result<()> {
        if number(&event.to_log_event(), "n") % self.in_write == 1 {
            panic!("boom in write");
        }
        self.kept.keep(event);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        let left = self.in_flush.load(Ordering::Relaxed);
        if left > 0 {
            self.in_flush.store(left - 1, Ordering::Relaxed);
            panic!("boom in flush");
        }
        Ok(())
    }
}

impl Drop for Troubled {
    fn drop(&mut self) {
        if self.in_drop {
            panic!("boom in drop");
        }
    }
}

#[test]
fn a_sink_that_panics_in_write_loses_those_events_alone() {
    let (troubled, healthy) = (Kept::default(), Kept::default());
    let mut sink = Troubled::new(&troubled);
    sink.in_write = 10;
    let handle = ttlog::init()
        .sink(sink)
        .sink(healthy.clone())
        .build()
        .unwrap();
    handle.scope(|| (0..100_u64).for_each(|n| info!("event", n)));
    let stats = flush_and_balance(&handle);
    assert_eq!(stats.sinks[0].delivered, 90);
    assert_eq!(stats.sinks[0].dropped, 10);
    assert_eq!(stats.sinks[0].errors, 10);
    assert_eq!(troubled.len(), 90);
    assert_eq!(stats.sinks[1].delivered, 100);
    assert_eq!(healthy.len(), 100);
}

#[test]
fn a_sink_that_panics_in_flush_is_flushed_again() {
    let kept = Kept::default();
    let sink = Troubled::new(&kept);
    let left = sink.in_flush.clone();
    left.store(3, Ordering::Relaxed);
    let handle = ttlog::init().sink(sink).build().unwrap();
    handle.scope(|| info!("event", n = 0_u64));
    wait_until("the sink was flushed", || left.load(Ordering::Relaxed) == 0);
    wait_until("the sink is well", || handle.stats().sinks[0].healthy);
    let stats = flush_and_balance(&handle);
    assert_eq!((stats.sinks[0].delivered, stats.sinks[0].errors), (1, 3));
    assert_eq!(kept.len(), 1);
}

#[test]
fn a_sink_that_panics_in_drop_ends_nothing_but_itself() {
    let (troubled, healthy) = (Kept::default(), Kept::default());
    let mut sink = Troubled::new(&troubled);
    sink.in_drop = true;
    let handle = ttlog::init()
        .sink(sink)
        .sink(healthy.clone())
        .build()
        .unwrap();
    handle.scope(|| info!("event", n = 0_u64));
    bounded("the drop of the handle", move || drop(handle));
    assert_eq!((troubled.len(), healthy.len()), (1, 1));
}

/// Fails on one number, after it has written something.
struct Picky;

impl ttlog::Format for Picky {
    fn format(&self, event: &EventRef<'_>, out: &mut String) {
        out.push_str(event.message());
        assert!(event.message() != "two", "boom");
        out.push('\n');
    }
}

#[test]
fn a_format_that_panics_is_replaced_for_that_event_alone() {
    let path = std::env::temp_dir().join(format!("ttlog-picky-{}.log", std::process::id()));
    let file = ttlog::sink::File::create(&path).unwrap().format(Picky);
    let handle = tiny().sink(file).build().unwrap();
    handle.scope(|| ["one", "two", "three"].map(|text| info!(message = %text)));
    flush_and_balance(&handle);
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!((lines.len(), lines[0], lines[2]), (3, "one", "three"));
    assert!(lines[1].contains("[format panicked]") && lines[1].contains("two"));
}
