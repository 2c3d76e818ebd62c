//! What stands in the stream of events, and in which span.

use std::future::{Future, pending, ready};
use std::pin::{Pin, pin};
use std::task::{Context as TaskContext, Poll, Waker};

use super::{Context, Instrument, NewSpan, Span, SpanSite, TraceParent, context, with_context};
use crate::metadata::{FieldDef, SPAN_ID};
use crate::sink::{Memory, Sink, SpanRecords};
use crate::{EventBuilder, FieldValue, LogEvent, LogLevel, TtlogHandle, emit_fast};

static FIELDS: [FieldDef; 2] = [FieldDef::new(SPAN_ID), FieldDef::new("number")];
static SITE: SpanSite = SpanSite::new(
    LogLevel::Info,
    "spans",
    "spans",
    "spans.rs",
    1,
    "work",
    &FIELDS,
);

fn span(number: u64) -> Span {
    assert!(SITE.is_enabled(LogLevel::Info));
    let (new, mut encoder) = NewSpan::begin(&SITE, 1).unwrap();
    encoder.slot().u64(number);
    new.finish(encoder)
}

fn log(message: &str) {
    emit_fast(
        EventBuilder::with_capacity(0)
            .message(message.to_owned())
            .build(),
    );
}

/// A pipeline that keeps all records, in which `work` runs; gives them.
fn recorded(work: impl FnOnce(&TtlogHandle)) -> Vec<LogEvent> {
    let memory = Memory::new();
    let handle = crate::init()
        .sink(memory.clone().with_spans(SpanRecords::All))
        .build()
        .unwrap();
    handle.scope(|| work(&handle));
    assert!(handle.flush());
    memory.events()
}

fn number(event: &LogEvent, field: &str) -> u64 {
    match event.field(field) {
        Some(FieldValue::U64(number)) => *number,
        other => panic!("{field} of {event:?} is {other:?}"),
    }
}

/// The span that the event of this message is in, by the number that the span was given; 0 for none.
fn span_of(events: &[LogEvent], message: &str) -> u64 {
    let event = events
        .iter()
        .find(|event| event.message == message)
        .unwrap();
    let Some(id) = event.span_id else { return 0 };
    let begins =
        |event: &&LogEvent| event.field("number").is_some() && number(event, SPAN_ID) == id.get();
    number(events.iter().find(begins).unwrap(), "number")
}

fn end_of(events: &[LogEvent], id: u64) -> &LogEvent {
    let ends =
        |event: &&LogEvent| event.field("duration_ns").is_some() && number(event, SPAN_ID) == id;
    events.iter().find(ends).expect("the span has ended")
}

fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut TaskContext::from_waker(Waker::noop()))
}

#[test]
fn events_are_in_the_innermost_span_that_is_entered() {
    let events = recorded(|_| {
        log("before");
        let outer = span(1).entered();
        log("in the outer one");
        {
            let _inner = span(2).entered();
            log("in the inner one");
        }
        log("in the outer one again");
        let other = span(3);
        log("not entered");
        other.in_scope(|| log("in the other one"));
        drop(outer);
        log("after");
    });
    let expected = [
        ("before", 0),
        ("in the outer one", 1),
        ("in the inner one", 2),
        ("in the outer one again", 1),
        ("not entered", 1),
        ("in the other one", 3),
        ("after", 0),
    ];
    for (message, number) in expected {
        assert_eq!(span_of(&events, message), number, "{message}");
    }
    let numbers: Vec<_> = events
        .iter()
        .filter(|event| event.field("number").is_some())
        .map(|event| (number(event, "number"), event.span_id.is_some()))
        .collect();
    assert_eq!(
        numbers,
        [(1, false), (2, true), (3, true)],
        "each but the first has a parent"
    );
}

#[test]
fn an_end_tells_the_duration_and_what_went_wrong() {
    let mut ids = Vec::new();
    let events = recorded(|_| {
        let well = span(1);
        ids.push(well.id().unwrap().get());
        drop(well);
        let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let guard = span(2).entered();
            ids.push(guard.id().unwrap().get());
            std::panic::resume_unwind(Box::new("no way out"));
        }));
        let mut cancelled = Box::pin(pending::<()>().in_span(span(3)));
        ids.push(cancelled.span().id().unwrap().get());
        assert!(poll_once(cancelled.as_mut()).is_pending());
        drop(cancelled);
        let ready = pin!(ready(()).in_span(span(4)));
        ids.push(ready.span().id().unwrap().get());
        assert!(poll_once(ready).is_ready());
    });
    let outcomes: Vec<_> = ids
        .iter()
        .map(|id| {
            end_of(&events, *id)
                .field("outcome")
                .map(ToString::to_string)
        })
        .collect();
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(outcomes, [None, some("panicked"), some("cancelled"), None]);
    let ready = end_of(&events, ids[3]);
    let parts = number(ready, "busy_ns") + number(ready, "idle_ns");
    assert!(number(ready, "duration_ns").abs_diff(parts) <= 2);
}

#[test]
fn a_future_takes_its_span_and_context_with_it_and_leaves_none_behind() {
    let events = recorded(|handle| {
        let mut future = Box::pin(
            with_context("request_id", 7, || async {
                log("first poll");
                yield_once().await;
                log("second poll");
            })
            .in_span(span(1)),
        );
        assert!(poll_once(future.as_mut()).is_pending());
        log("between");
        std::thread::scope(|scope| {
            scope.spawn(|| handle.scope(|| assert!(poll_once(future.as_mut()).is_ready())));
        });
        log("after");
    });
    assert_eq!(span_of(&events, "between"), 0);
    assert_eq!(span_of(&events, "after"), 0);
    let context = events
        .iter()
        .find(|event| event.field("request_id").is_some())
        .unwrap();
    for message in ["first poll", "second poll"] {
        let event = events
            .iter()
            .find(|event| event.message == message)
            .unwrap();
        assert_eq!(
            event.span_id.unwrap().get(),
            number(context, SPAN_ID),
            "{message}"
        );
    }
}

/// Pending at the first poll, ready at the second.
async fn yield_once() {
    let mut polled = false;
    std::future::poll_fn(|_| {
        if std::mem::replace(&mut polled, true) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
}

#[test]
fn a_panic_in_a_poll_leaves_the_thread_where_it_was() {
    let events = recorded(|_| {
        let mut future =
            Box::pin(async { std::panic::resume_unwind(Box::new("in a poll")) }.in_span(span(1)));
        let poll = || poll_once::<_>(future.as_mut()).map(|()| ());
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(poll)).is_err());
        log("after");
    });
    assert_eq!(span_of(&events, "after"), 0);
}

#[test]
fn a_context_goes_to_other_threads_when_it_is_taken_there() {
    let events = recorded(|handle| {
        with_context("request_id", 7, || {
            let context = Context::current();
            std::thread::scope(|scope| {
                scope.spawn(|| handle.scope(|| context.run(|| log("there"))));
                scope.spawn(|| handle.scope(|| log("without")));
            });
        });
        context()
            .field("a", 1_u64)
            .field("b", "two")
            .run(|| log("several"));
    });
    let find = |message: &str| {
        events
            .iter()
            .find(|event| event.message == message)
            .unwrap()
    };
    assert!(find("there").span_id.is_some());
    assert!(find("without").span_id.is_none());
    let several = find("several").span_id.unwrap().get();
    let begins =
        |event: &&LogEvent| event.field("a").is_some() && number(event, SPAN_ID) == several;
    let begin = events.iter().find(begins).unwrap();
    assert_eq!(begin.field("b").unwrap().to_string(), "two");
}

#[test]
fn a_trace_goes_out_as_it_came_in_and_begins_where_there_was_none() {
    recorded(|_| {
        let header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        super::continue_trace(header.parse().unwrap(), || {
            let span = span(1).entered();
            let out = TraceParent::current().unwrap();
            assert_eq!(
                out.trace_id.get(),
                0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c
            );
            assert_eq!(Some(out.span_id), span.id());
        });
        assert!(TraceParent::current().is_none());
        let _outer = span(2).entered();
        let trace = TraceParent::current().unwrap().trace_id;
        let _inner = span(3).entered();
        assert_eq!(TraceParent::current().unwrap().trace_id, trace);
    });
}

#[test]
fn a_span_that_is_not_enabled_changes_nothing() {
    let events = recorded(|_| {
        let _outer = span(1).entered();
        let _none = Span::none().entered();
        log("here");
    });
    assert_eq!(span_of(&events, "here"), 1);
}
