//! What needs the global subscriber and the global pipeline; each in a process of its own.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::io;
use std::sync::Barrier;
use std::thread;

use tracing::level_filters::LevelFilter;
use tracing::{Dispatch, Event, Subscriber, debug, info, info_span, trace, warn};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::prelude::*;
use ttlog::sink::Memory;
use ttlog::{EventRef, LogLevel, RecordKind, Sink, TtlogHandle};
use ttlog_integrations::{
    Backend, InstallError, TtlogSubscriber, TtlogTracingLayer, enable_tracing_compatibility,
    set_backend, try_enable_tracing_compatibility,
};

use crate::allocations;
use crate::support::{Way, chain, event, run_child};

fn start(level: LogLevel) -> (Memory, TtlogHandle) {
    let memory = Memory::new();
    let handle = ttlog::init().level(level).sink(memory.clone()).init();
    (memory, handle)
}

fn set_global(way: Way) {
    tracing::dispatcher::set_global_default(way.dispatch()).unwrap();
}

/// Which way a child is to take.
fn way_of_child() -> Way {
    match std::env::var("TRACING_IN_WAY").as_deref() {
        Ok("Layer") => Way::Layer,
        _ => Way::Subscriber,
    }
}

fn run_both_ways(test: &str) {
    for way in Way::ALL {
        run_child(test, &[("TRACING_IN_WAY", &format!("{way:?}"))]);
    }
}

fn messages(memory: &Memory, handle: &TtlogHandle) -> Vec<String> {
    assert!(handle.flush());
    let events = memory.take().into_iter();
    events
        .filter(|event| event.kind == RecordKind::Event)
        .map(|event| event.message)
        .collect()
}

// ---- Filters ----

#[test]
fn a_filter_that_changes_while_the_program_runs_is_followed_at_once() {
    run_both_ways("global::child_that_changes_filters");
}

#[test]
#[ignore = "run by the test above"]
fn child_that_changes_filters() {
    let log = || {
        debug!("debug");
        info!("info");
        debug!(target: "other", "other");
    };
    // The subscriber is there before ttlog has been started.
    set_global(way_of_child());
    let (memory, handle) = start(LogLevel::Info);
    log();
    assert_eq!(messages(&memory, &handle), ["info"]);
    assert_eq!(LevelFilter::current(), LevelFilter::INFO);
    assert!(!tracing::enabled!(tracing::Level::DEBUG));
    handle.set_level(LogLevel::Debug);
    log();
    assert_eq!(messages(&memory, &handle), ["debug", "info", "other"]);
    handle.set_filter("off,other=debug").unwrap();
    log();
    assert_eq!(messages(&memory, &handle), ["other"]);
    assert_eq!(LevelFilter::current(), LevelFilter::DEBUG);
    handle.set_filter("off").unwrap();
    log();
    assert_eq!(LevelFilter::current(), LevelFilter::OFF);
    // From another thread, and from within an event.
    thread::scope(|threads| {
        threads.spawn(|| handle.set_filter("info").unwrap());
    });
    log();
    assert_eq!(messages(&memory, &handle), ["info"]);
    info!(changes = ?Calls(|| handle.set_level(LogLevel::Trace)), "change");
    trace!("trace");
    assert_eq!(messages(&memory, &handle), ["change", "trace"]);
}

#[test]
fn a_filter_is_followed_by_subscribers_of_other_threads() {
    run_both_ways("global::child_with_a_subscriber_of_a_thread");
}

#[test]
#[ignore = "run by the test above"]
fn child_with_a_subscriber_of_a_thread() {
    let (memory, handle) = start(LogLevel::Info);
    let dispatch = way_of_child().dispatch();
    let (before, after) = (Barrier::new(2), Barrier::new(2));
    let log = || {
        debug!("debug");
        info!("info");
    };
    thread::scope(|threads| {
        threads.spawn(|| {
            tracing::dispatcher::with_default(&dispatch, || {
                log();
                before.wait();
                after.wait();
                log();
                // While an event is under way, this thread has no subscriber, as far as `tracing` is asked.
                info!(changes = ?Calls(|| handle.set_level(LogLevel::Trace)), "change");
                trace!("trace");
            });
        });
        before.wait();
        // This thread has none.
        handle.set_level(LogLevel::Debug);
        after.wait();
    });
    let expected = ["info", "debug", "info", "change", "trace"];
    assert_eq!(messages(&memory, &handle), expected);
}

/// Calls something whenever it is formatted.
struct Calls<F>(F);

impl<F: Fn()> fmt::Debug for Calls<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (self.0)();
        f.write_str("called")
    }
}

// ---- Events within events ----

#[test]
fn events_from_within_events_are_recorded() {
    run_both_ways("global::child_with_events_within_events");
}

#[test]
#[ignore = "run by the test above"]
fn child_with_events_within_events() {
    let (memory, handle) = start(LogLevel::Trace);
    set_global(way_of_child());
    let inner = Calls(|| {
        info_span!("deep", value = ?Calls(|| info!("in a value of a span")))
            .in_scope(|| info!("deeper"));
        debug!("in a value");
    });
    info_span!("outer").in_scope(|| info!(value = ?inner, "around"));
    assert!(handle.flush());
    let events = memory.take();
    assert_eq!(event(&events, "around")["value"], *"called");
    for message in ["around", "in a value", "in a value of a span"] {
        assert_eq!(chain(&events, message), ["outer"], "{message}");
    }
    assert_eq!(chain(&events, "deeper"), ["outer", "deep"]);
}

#[test]
fn events_of_destructors_of_thread_local_data_are_recorded() {
    run_both_ways("global::child_with_destructors");
}

#[test]
#[ignore = "run by the test above"]
fn child_with_destructors() {
    struct Last(Cell<u32>);

    impl Drop for Last {
        fn drop(&mut self) {
            let log = || info!("last {}", self.0.get());
            match way_of_child() {
                // The registry itself can't make spans any more.
                Way::Layer => log(),
                Way::Subscriber => info_span!("last").in_scope(log),
            }
        }
    }

    thread_local! {
        static FIRST: Last = const { Last(Cell::new(0)) };
        static SECOND: Last = const { Last(Cell::new(0)) };
        static OPEN: RefCell<Option<tracing::Span>> = const { RefCell::new(None) };
    }

    let (memory, handle) = start(LogLevel::Trace);
    set_global(way_of_child());
    let work = || {
        // Destructors run in the opposite order; what `tracing` and ttlog have comes in between.
        FIRST.with(|last| last.0.set(1));
        info!("first");
        let span = info_span!("forgotten");
        std::mem::forget(span.clone().entered());
        OPEN.with_borrow_mut(|open| *open = Some(span));
        SECOND.with(|last| last.0.set(2));
    };
    thread::spawn(work).join().unwrap();
    let mut messages = messages(&memory, &handle);
    messages.sort();
    assert_eq!(messages, ["first", "last 1", "last 2"]);
}

// ---- Others that log ----

/// A sink that logs through `tracing`, once for each event of others.
struct Echo(Memory);

impl Sink for Echo {
    fn write(&mut self, event: &EventRef<'_>) -> io::Result<()> {
        if event.target() != "echo" {
            info_span!(target: "echo", "echo")
                .in_scope(|| info!(target: "echo", "echo of {}", event.message()));
        }
        self.0.write(event)
    }
}

/// A layer that logs through `tracing`, once for each event of others.
struct Talkative;

impl<S: Subscriber> Layer<S> for Talkative {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        if event.metadata().target() != "talkative" {
            warn!(target: "talkative", "heard");
        }
    }
}

#[test]
fn events_of_sinks_and_of_layers_are_recorded() {
    run_child("global::child_with_sinks_and_layers_that_log", &[]);
}

#[test]
#[ignore = "run by the test above"]
fn child_with_sinks_and_layers_that_log() {
    let memory = Memory::new();
    let handle = ttlog::init().sink(Echo(memory.clone())).init();
    let stack = tracing_subscriber::registry()
        .with(TtlogTracingLayer::new())
        .with(Talkative);
    tracing::dispatcher::set_global_default(Dispatch::new(stack)).unwrap();
    info!("one");
    // Each flush brings what the one before has made the sink log.
    while memory.with_message("echo of heard").is_empty() {
        assert!(handle.flush());
    }
    assert_eq!(memory.with_message("one").len(), 1);
    assert_eq!(memory.with_message("echo of one").len(), 1);
    assert_eq!(handle.stats().dropped, 0);
}

// ---- The end of the process ----

#[test]
fn what_was_logged_is_there_when_the_process_has_ended() {
    let path = std::env::temp_dir().join(format!("tracing-in-{}.log", std::process::id()));
    run_child(
        "global::child_that_ends",
        &[("TRACING_IN_FILE", path.to_str().unwrap())],
    );
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert!(
        text.contains("before the end") && text.contains("attempt=3"),
        "{text}"
    );
}

#[test]
#[ignore = "run by the test above"]
fn child_that_ends() {
    let path = std::env::var("TRACING_IN_FILE").unwrap();
    let file = ttlog::sink::File::create(path).unwrap();
    let _ = ttlog::init().sink(file).init();
    enable_tracing_compatibility();
    info!(attempt = 3, "before the end");
}

// ---- Putting it in place ----

#[test]
fn it_is_put_in_place_once_and_says_so_where_something_else_is_there() {
    run_child("global::child_that_enables_twice", &[]);
    let stderr = run_child("global::child_that_comes_too_late", &[]);
    assert!(
        stderr.contains("`tracing` has a global subscriber already"),
        "{stderr}"
    );
}

#[test]
#[ignore = "run by the test above"]
fn child_that_enables_twice() {
    let (memory, handle) = start(LogLevel::Info);
    enable_tracing_compatibility();
    try_enable_tracing_compatibility().unwrap();
    info!("once");
    assert_eq!(messages(&memory, &handle), ["once"]);
}

#[test]
#[ignore = "run by the test above"]
fn child_that_comes_too_late() {
    tracing::subscriber::set_global_default(tracing_subscriber::registry()).unwrap();
    let taken = try_enable_tracing_compatibility();
    assert!(matches!(taken, Err(InstallError::Taken(Backend::Tracing))));
    enable_tracing_compatibility();
    info!("still possible");
}

#[test]
fn nothing_comes_in_from_where_ttlogs_events_go() {
    run_both_ways("global::child_with_tracing_as_backend");
}

#[test]
#[ignore = "run by the test above"]
fn child_with_tracing_as_backend() {
    let (memory, handle) = start(LogLevel::Info);
    set_global(way_of_child());
    // Where there is nothing but ttlog, its events can't go there.
    if set_backend(Backend::Tracing).is_ok() {
        info_span!("not let in").in_scope(|| info!("not let in"));
        set_backend(Backend::Native).unwrap();
    }
    info!("let in");
    assert_eq!(messages(&memory, &handle), ["let in"]);
    assert_eq!(memory.len(), 0);
}

// ---- Cost ----

#[test]
fn an_event_allocates_nothing_and_a_span_of_the_subscriber_neither() {
    run_both_ways("global::child_that_counts_allocations");
}

#[test]
#[ignore = "run by the test above"]
fn child_that_counts_allocations() {
    let way = way_of_child();
    let (_, handle) = start(LogLevel::Info);
    set_global(way);
    let event = |none: Option<u64>| {
        info!(user_id = 1_u64, text = "text", shown = %3, none, behind = 1.5, "message {}", 7);
        debug!(user_id = 1_u64, "not wanted");
    };
    let span = || {
        let span = info_span!("span", id = 7, later = tracing::field::Empty);
        let _entered = span.enter();
        span.record("later", 8);
        event(None);
    };
    // The first of each call, of each shape of its events and of each depth make something that stays.
    for _ in 0..2 {
        event(None);
        event(Some(3));
        span();
    }
    for _ in 0..100 {
        assert_eq!(allocations::of(|| event(None)), 0, "{way:?}");
        assert_eq!(allocations::of(|| event(Some(3))), 0, "{way:?}");
        if matches!(way, Way::Subscriber) {
            assert_eq!(allocations::of(span), 0);
        }
    }
    assert!(handle.flush());
    drop(TtlogSubscriber::new());
}
