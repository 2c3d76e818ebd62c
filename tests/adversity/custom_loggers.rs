//! A custom logger that comes and goes: what it is asked, what it is told of spans, and that nothing is lost or doubled on the way.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use ttlog::{
    FieldValue, LogEvent, LogLevel, Logger, RecordKind, info, info_span, install_logger, log, span,
    timer, trace, uninstall_logger, with_context,
};

use crate::support::{
    Directory, Kept, child_directory, flush_and_balance, run_child_to_success, tiny,
};

fn run(child: &str) {
    let directory = Directory::new();
    run_child_to_success(&format!("custom_loggers::{child}"), &directory);
}

#[derive(Clone, Default)]
struct Other {
    events: Arc<Mutex<Vec<LogEvent>>>,
    refuses: Arc<AtomicBool>,
    flushes: Arc<AtomicU64>,
}

impl Other {
    fn take(&self) -> Vec<LogEvent> {
        std::mem::take(&mut *self.events.lock().unwrap())
    }
}

impl Logger for Other {
    fn emit(&self, event: LogEvent) {
        self.events.lock().unwrap().push(event);
    }

    fn enabled(&self, level: LogLevel, target: &str, kind: RecordKind) -> bool {
        assert!(matches!(kind, RecordKind::Event | RecordKind::SpanBegin));
        level > LogLevel::Trace && target != "refused" && !self.refuses.load(Ordering::Relaxed)
    }

    fn flush(&self) {
        self.flushes.fetch_add(1, Ordering::Relaxed);
    }

    fn set_level(&self, _: LogLevel) {}
}

#[test]
fn values_are_evaluated_once_where_the_logger_wants_the_event_and_not_at_all_elsewhere() {
    run("child_that_counts_evaluations");
}

#[test]
#[ignore = "the child of another test"]
fn child_that_counts_evaluations() {
    if child_directory().is_none() {
        return;
    }
    let other = Other::default();
    install_logger(Box::new(other.clone()));
    let count = Cell::new(0);
    let next = || {
        count.set(count.get() + 1);
        count.get()
    };
    let all = || {
        info!("fields", a = next(), b = %next(), c = ?next());
        info!("arguments {} {}", next(), next());
        log!(LogLevel::Warn, "of any level", a = next());
        drop(span!("span", a = next()));
        drop(timer!("timer", a = next()));
    };
    all();
    assert_eq!(count.replace(0), 8);
    other.take();
    other.refuses.store(true, Ordering::Relaxed);
    all();
    info!(target: "refused", "never", a = next());
    trace!("less than Info, the logger's least", a = next());
    assert_eq!(count.get(), 0);
    assert!(other.take().is_empty());
}

#[test]
fn events_name_the_spans_and_contexts_that_they_are_in() {
    run("child_with_spans");
}

#[test]
#[ignore = "the child of another test"]
fn child_with_spans() {
    if child_directory().is_none() {
        return;
    }
    let other = Other::default();
    install_logger(Box::new(other.clone()));
    {
        let outer = info_span!("outer", order = 7);
        let _entered = outer.enter();
        outer.record("paid", true);
        with_context("request", 5, || info!("inside"));
    }
    info!("outside");
    let events = other.take();
    let kinds: Vec<_> = events.iter().map(|event| event.kind).collect();
    use RecordKind::{ContextBegin, ContextEnd, Event, SpanBegin, SpanEnd, SpanFields};
    let expected = [
        SpanBegin,
        SpanFields,
        ContextBegin,
        Event,
        ContextEnd,
        SpanEnd,
        Event,
    ];
    assert_eq!(kinds, expected);
    let inside = &events[3];
    let names: Vec<_> = inside.spans.iter().map(|span| &*span.name).collect();
    assert_eq!(names, ["outer", ""]);
    assert_eq!(inside.field_in_chain("order"), Some(&7.into()));
    assert_eq!(inside.field_in_chain("paid"), Some(&true.into()));
    assert_eq!(inside.field_in_chain("request"), Some(&5.into()));
    assert!(events[6].spans.is_empty() && events[6].span_id.is_none());
}

#[test]
fn a_logger_that_comes_and_goes_loses_and_doubles_nothing() {
    run("child_that_changes_its_mind");
}

#[test]
#[ignore = "the child of another test"]
fn child_that_changes_its_mind() {
    const THREADS: u64 = 3;
    const EVENTS: u64 = 3_000;
    if child_directory().is_none() {
        return;
    }
    let kept = Kept::default();
    let handle = ttlog::init().sink(kept.clone()).init();
    info!("first", number = 0_u64);
    assert!(!uninstall_logger());
    let other = Other::default();
    let done = AtomicU64::new(0);
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let done = &done;
            scope.spawn(move || {
                for event in 1..=EVENTS {
                    info!("counted", number = thread * EVENTS + event);
                }
                done.fetch_add(1, Ordering::Relaxed);
            });
        }
        loop {
            install_logger(Box::new(other.clone()));
            assert!(uninstall_logger());
            if done.load(Ordering::Relaxed) == THREADS {
                break;
            }
        }
    });
    info!("last", number = THREADS * EVENTS + 1);
    let stats = flush_and_balance(&handle);
    assert_eq!(stats.dropped, 0);
    assert!(other.flushes.load(Ordering::Relaxed) > 0);
    let mut numbers: Vec<_> = kept.events().into_iter().chain(other.take()).collect();
    let number = |event: &LogEvent| match event.field("number") {
        Some(FieldValue::U64(number)) => *number,
        other => panic!("{other:?}"),
    };
    numbers.sort_by_key(number);
    let numbers: Vec<_> = numbers.iter().map(number).collect();
    assert!(numbers.into_iter().eq(0..=THREADS * EVENTS + 1));
}

#[test]
fn the_settings_hold_for_the_logger_whenever_they_come() {
    run("child_with_settings");
}

#[test]
#[ignore = "the child of another test"]
fn child_with_settings() {
    if child_directory().is_none() {
        return;
    }
    let other = Other::default();
    install_logger(Box::new(other.clone()));
    let handle = tiny()
        .recorder_only()
        .level(LogLevel::Warn)
        .redact(["password"])
        .init();
    info!("not wanted any more");
    handle.set_level(LogLevel::Info);
    let password = "secret".to_owned();
    info!("wanted {password}", password);
    drop(span!("span", password));
    ttlog::emit_fast(
        ttlog::EventBuilder::with_capacity(1)
            .field("password", "secret")
            .build(),
    );
    let events = other.take();
    assert_eq!(events.len(), 4);
    let said = format!("{events:?}");
    assert!(
        said.contains("[redacted]") && !said.contains("secret"),
        "{said}"
    );
    // Scopes are their pipelines', by hand, too.
    let kept = Kept::default();
    let local = tiny().sink(kept.clone()).build().unwrap();
    local.scope(|| ttlog::emit_fast(ttlog::EventBuilder::with_capacity(0).build()));
    flush_and_balance(&local);
    assert_eq!((kept.len(), other.take().len()), (1, 0));
    handle.flush();
    assert_eq!(other.flushes.load(Ordering::Relaxed), 1);
}
