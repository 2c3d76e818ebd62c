//! ttlog's events out to layers and filters of `tracing` that go by spans: each test is a child process.

mod support;

use std::sync::Mutex;
use std::thread;

use tracing_core::dispatcher::with_default;
use tracing_core::field::{Field, Visit};
use tracing_core::span::Id;
use tracing_core::{Dispatch, Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{EnvFilter, registry};
use ttlog::{Span, debug, debug_span, info, info_span, warn, with_context};
use ttlog_integrations::{Backend, set_backend};

use support::{in_child, is_child};

/// What was given: the message and the fields, then the names of the spans that the thread is in, the innermost first.
static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());
/// The names of the spans that were closed.
static CLOSED: Mutex<Vec<&str>> = Mutex::new(Vec::new());
/// The span that ends on another thread when the next one is entered.
static TO_END: Mutex<Option<Span>> = Mutex::new(None);

fn take() -> Vec<String> {
    std::mem::take(&mut *LINES.lock().unwrap())
}

/// Knows of no event but what the current span is.
struct ByCurrentSpan;

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0 += &match field.name() {
            "message" => format!("{value:?}"),
            name => format!(" {name}={value:?}"),
        };
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for ByCurrentSpan {
    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut line = Line(String::new());
        event.record(&mut line);
        let innermost = context.lookup_current();
        for span in innermost.iter().flat_map(|span| span.scope()) {
            line.0 += &format!(" in {}", span.name());
        }
        LINES.lock().unwrap().push(line.0);
    }

    fn on_enter(&self, _: &Id, _: Context<'_, S>) {
        let span = TO_END.lock().unwrap().take();
        if let Some(span) = span {
            thread::spawn(|| drop(span)).join().unwrap();
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let name = context.span(&id).unwrap().name();
        CLOSED.lock().unwrap().push(name);
    }
}

fn install(filter: &str) {
    let layer = ByCurrentSpan.with_filter(EnvFilter::new(filter));
    tracing::subscriber::set_global_default(registry().with(layer)).unwrap();
    set_backend(Backend::Tracing).unwrap();
}

#[test]
fn layers_find_the_current_span_and_filters_by_spans_let_through_what_is_in_them() {
    in_child("child_with_a_filter_by_spans");
}

#[test]
#[ignore = "the child of another test"]
fn child_with_a_filter_by_spans() {
    if !is_child() {
        return;
    }
    install("warn,[request{id=7}]=info");
    for id in [6, 7] {
        let _request = info_span!("request", id).entered();
        info!("begun", id);
        debug_span!("not wanted").in_scope(|| info!("deeper"));
        let _query = info_span!("query").entered();
        debug!("not wanted");
        with_context("tenant", 4, || warn!("slow")).into_inner();
    }
    info!("outside");
    tracing::info!("outside");
    let expected = [
        "slow in context in request",
        "begun id=7 in request",
        "deeper in request",
        "slow in context in query in request",
    ];
    assert_eq!(take(), expected);
}

#[test]
fn events_have_the_fields_of_contexts_that_a_filter_leaves_out() {
    in_child("child_with_a_filter_by_target");
}

#[test]
#[ignore = "the child of another test"]
fn child_with_a_filter_by_target() {
    if !is_child() {
        return;
    }
    install("tracing_out=info");
    with_context("tenant", 4, || {
        with_context("user", 5, || info!("inside", tenant = 3)).into_inner();
        info_span!("request").in_scope(|| info!("deeper"));
    })
    .into_inner();
    info!("outside");
    let expected = [
        "inside tenant=3 user=5",
        "deeper tenant=4 in request",
        "outside",
    ];
    assert_eq!(take(), expected);
}

#[test]
fn a_span_may_end_on_another_thread_while_an_event_in_it_is_given() {
    in_child("child_with_a_span_that_ends_elsewhere");
}

#[test]
#[ignore = "the child of another test"]
fn child_with_a_span_that_ends_elsewhere() {
    if !is_child() {
        return;
    }
    install("info");
    let outer = info_span!("outer");
    outer.in_scope(|| {
        let inner = info_span!("inner");
        // As a thread is in a span that another one has.
        std::mem::forget(inner.enter());
        *TO_END.lock().unwrap() = Some(inner);
        info!("in both");
    });
    drop(outer);
    assert_eq!(take(), ["in both in inner in outer"]);
    assert_eq!(*CLOSED.lock().unwrap(), ["inner", "outer"]);
}

#[test]
fn spans_are_closed_where_they_were_begun_whatever_dispatcher_a_thread_has() {
    in_child("child_with_two_dispatchers");
}

#[test]
#[ignore = "the child of another test"]
fn child_with_two_dispatchers() {
    if !is_child() {
        return;
    }
    let [one, other] = [(); 2].map(|()| Dispatch::new(registry().with(ByCurrentSpan)));
    set_backend(Backend::Tracing).unwrap();
    // Both registries begin to count at the same id.
    let of_other = with_default(&other, || tracing::info_span!("of the other"));
    let outer = with_default(&one, || info_span!("outer"));
    with_default(&other, || {
        outer.in_scope(|| info_span!("inner").in_scope(|| info!("inside")));
    });
    assert_eq!(take(), ["inside in inner in outer"]);
    assert_eq!(*CLOSED.lock().unwrap(), ["inner"]);
    drop(outer);
    assert_eq!(*CLOSED.lock().unwrap(), ["inner", "outer"]);
    drop(of_other);
    assert_eq!(*CLOSED.lock().unwrap(), ["inner", "outer", "of the other"]);
}
