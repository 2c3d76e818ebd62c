//! What stands in the stream of events, and in which span.

use std::future::{Future, pending, ready};
use std::pin::{Pin, pin};
use std::task::{Context as TaskContext, Poll, Waker};

use super::{
    Context, Entry, Instrument, NewSpan, Span, SpanSite, TraceParent, context, with_context,
};
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
        let (name, path) = (String::from("c"), std::path::Path::new("/"));
        context()
            .field("a", 1_u64)
            .field("b", "two")
            .field(&name, &name)
            .field("d", crate::field::debug(path))
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
    let text = |name: &str| begin.field(name).unwrap().to_string();
    assert_eq!([text("b"), text("c"), text("d")], ["two", "c", "\"/\""]);
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

/// All orders of three numbers.
const ORDERS: [[usize; 3]; 6] = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
];

/// Drops three guards in an order; looks after each whether the thread is in the latest that is left, and otherwise in `around`.
fn drop_in_order<G>(enter: impl Fn(u64) -> (u64, G), order: [usize; 3], around: u64) {
    let mut guards = Vec::new();
    for number in 1..=3 {
        let (id, guard) = enter(number);
        guards.push((id, Some(guard)));
    }
    for index in order {
        guards[index].1 = None;
        let latest = guards.iter().rev().find(|(_, guard)| guard.is_some());
        assert_eq!(
            super::current_id(),
            latest.map_or(around, |(id, _)| *id),
            "{order:?}, {index}"
        );
    }
}

fn guard(number: u64) -> (u64, super::SpanGuard) {
    let span = span(number);
    (span.id().unwrap().get(), span.entered())
}

#[test]
fn guards_may_be_dropped_in_any_order() {
    recorded(|_| {
        for order in ORDERS {
            drop_in_order(guard, order, 0);
        }
        // What came before leaves nothing behind, and a place around stays.
        with_context("request_id", 7, || {
            let around = super::current_id();
            assert_ne!(around, 0);
            for order in ORDERS {
                drop_in_order(guard, order, around);
                let outer = span(4).entered();
                let within = outer.id().unwrap().get();
                drop_in_order(guard, order, within);
            }
        });
        let spans = [span(1), span(2), span(3)];
        let enter = |number: u64| {
            let span = &spans[number as usize - 1];
            (span.id().unwrap().get(), span.enter())
        };
        for order in ORDERS {
            drop_in_order(enter, order, 0);
        }
        // One span, entered three times.
        let id = spans[0].id().unwrap().get();
        for order in ORDERS {
            drop_in_order(|_| (id, spans[0].enter()), order, 0);
        }
    });
}

#[test]
fn a_guard_that_is_dropped_deep_within_others_leaves_no_trace_of_its_span() {
    recorded(|_| {
        let outer = span(1).entered();
        let outer_id = outer.id().unwrap().get();
        let moved = span(2).entered();
        let place = |expected: u64| assert_eq!(super::current_id(), expected);
        with_context("request_id", 7, || {
            let within = super::current_id();
            drop(moved);
            place(within);
            let inner = span(3).entered();
            place(inner.id().unwrap().get());
            drop(inner);
            place(within);
        });
        place(outer_id);
        // Guards that go in a future, and one that stays there.
        let (first, second) = (span(4).entered(), span(5).entered());
        let second_id = second.id().unwrap().get();
        let mut kept = Some(first);
        let work = span(7);
        let work_id = work.id().unwrap().get();
        let mut future = Box::pin(
            async {
                let held = span(6).entered();
                kept = None;
                yield_once().await;
                // What was kept across the wait has been left by the poll before.
                place(work_id);
                drop(held);
                place(work_id);
            }
            .in_span(work),
        );
        assert!(poll_once(future.as_mut()).is_pending());
        place(second_id);
        assert!(poll_once(future.as_mut()).is_ready());
        place(second_id);
        drop(future);
        drop(second);
        place(outer_id);
        drop(outer);
        place(0);
    });
}

#[test]
fn any_order_of_guards_and_scopes_leaves_a_thread_where_a_list_says() {
    recorded(|_| {
        for seed in 0..if cfg!(miri) { 20 } else { 500 } {
            let mut random: u64 = seed * 2 + 1;
            let mut next = |below: u64| {
                random = (random ^ (random << 13)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                random ^= random >> 29;
                random % below
            };
            let spans: Vec<_> = (0..4).map(span).collect();
            // The spans of the guards that are there, the latest last, with the step at which each was made.
            let mut oracle: Vec<(u64, usize)> = Vec::new();
            let mut guards = Vec::new();
            for step in 0..60 {
                let is_full = guards.len() > 12;
                if guards.is_empty() || !is_full && next(2) == 0 {
                    let span = &spans[next(4) as usize];
                    oracle.push((span.id().unwrap().get(), step));
                    guards.push((step, span.enter()));
                } else {
                    let index = next(guards.len() as u64) as usize;
                    let (step, guard) = guards.remove(index);
                    drop(guard);
                    oracle.retain(|(_, other)| *other != step);
                }
                let expected = oracle.last().map_or(0, |(id, _)| *id);
                assert_eq!(super::current_id(), expected, "{seed}, {step}");
                // A scope in between changes nothing, whatever is left open in it.
                spans[0].in_scope(|| {
                    if next(4) == 0 {
                        std::mem::forget(spans[1].enter());
                    }
                });
                assert_eq!(super::current_id(), expected, "{seed}, {step}");
            }
            guards.clear();
            assert_eq!(super::current_id(), 0, "{seed}");
        }
    });
}

#[test]
fn a_forgotten_guard_keeps_the_thread_in_its_span_until_the_scope_around_it_ends() {
    let events = recorded(|_| {
        span(1).in_scope(|| {
            std::mem::forget(span(2).entered());
            log("in the forgotten one");
            drop(span(3).entered());
            log("still in it");
        });
        log("outside");
        // Without a scope it is for ever; so many of them take no memory of the thread.
        for number in 0..1000 {
            let guard = span(number).entered();
            std::mem::forget(span(4).entered());
            drop(guard);
        }
        log("in the last forgotten one");
    });
    assert_eq!(span_of(&events, "in the forgotten one"), 2);
    assert_eq!(span_of(&events, "still in it"), 2);
    assert_eq!(span_of(&events, "outside"), 0);
    assert_eq!(span_of(&events, "in the last forgotten one"), 4);
}

#[test]
fn entries_are_popped_in_any_order_and_count_the_time_that_they_are_told_to() {
    let mut id = 0;
    let events = recorded(|_| {
        let (outer, inner) = (span(1), span(2));
        id = outer.id().unwrap().get();
        let first = Entry::push(&outer, true).unwrap();
        let guard = inner.enter();
        let again = Entry::push(&outer, false).unwrap();
        first.pop(&outer);
        log("again");
        again.pop(&outer);
        log("inner");
        drop(guard);
        log("outside");
        assert!(Entry::push(&Span::none(), true).is_none());
        let mut more = outer.begin_fields().unwrap();
        for name in ["a", "b"] {
            assert!(more.name(name));
            more.slot().bool(true);
        }
        more.finish();
    });
    assert_eq!(span_of(&events, "again"), 1);
    assert_eq!(span_of(&events, "inner"), 2);
    assert_eq!(span_of(&events, "outside"), 0);
    assert!(end_of(&events, id).field("busy_ns").is_some());
    let more = events.iter().find(|event| event.field("a").is_some());
    assert_eq!(
        more.unwrap().field("b"),
        Some(&FieldValue::Bool(true)),
        "two fields in one record"
    );
}
