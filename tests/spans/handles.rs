//! Spans with several handles.

use std::future::pending;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::thread;

use tokio::runtime::Builder;
use ttlog::{Instrument, LogLevel, RecordKind, Span, info, info_span};

use crate::support::{Within, lines, pipeline, told, told_at};

#[test]
fn a_span_ends_with_its_last_handle() {
    let told = told(|| {
        let first = info_span!("work");
        let second = first.clone();
        let third = second.clone();
        assert_eq!(third.id(), first.id());
        first.in_scope(|| info!("in the first"));
        drop(first);
        third.entered().in_scope(|| info!("in the third"));
        info!("after two");
        second.in_scope(|| info!("in the second"));
        drop(second);
        info!("after all");
    });
    assert_eq!(
        told,
        [
            "INFO begin work",
            "work: INFO in the first",
            "work: INFO in the third",
            "INFO after two",
            "work: INFO in the second",
            "INFO end work",
            "INFO after all",
        ]
    );
}

#[test]
fn fields_are_the_spans_whichever_handle_gives_them() {
    let (pipeline, memory) = pipeline(LogLevel::Trace);
    pipeline.scope(|| {
        let span = info_span!("work");
        let other = span.clone();
        other.record("rows", 3);
        drop(other);
        span.record("bytes", 4);
        span.in_scope(|| info!("read"));
    });
    assert!(pipeline.flush());
    let records = memory.events();
    let event = records.iter().find(|record| record.message == "read");
    let fields = &event.unwrap().spans[0].fields;
    let fields: Vec<_> = fields.iter().map(|field| &*field.key).collect();
    assert_eq!(fields, ["rows", "bytes"]);
}

#[test]
fn a_guard_gives_handles_and_is_one() {
    let told = told(|| {
        let guard = ttlog::span!("work");
        let handle = guard.clone();
        drop(guard);
        info!("left");
        handle.in_scope(|| info!("within"));
    });
    assert_eq!(
        told,
        [
            "INFO begin work",
            "INFO left",
            "work: INFO within",
            "INFO end work"
        ]
    );
}

#[test]
fn handles_of_a_span_that_is_not_wanted_are_none() {
    let told = told_at(LogLevel::Warn, || {
        let span = info_span!("work");
        let other = span.clone();
        assert!(other.is_none());
        other.in_scope(|| ttlog::warn!("in none"));
        drop(span);
    });
    assert_eq!(told, ["WARN in none"]);
}

#[test]
fn a_span_is_that_of_several_tasks_and_ends_after_them() {
    let (pipeline, memory) = pipeline(LogLevel::Trace);
    let pipeline = Arc::new(pipeline);
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap();
    let tasks: Vec<_> = {
        let span = pipeline.scope(|| info_span!("work"));
        let task = |number: u64| {
            let work = async move {
                tokio::task::yield_now().await;
                info!("step", number);
            };
            runtime.spawn(Within::new(&pipeline, work.instrument(span.clone())))
        };
        let tasks = (0..10).map(task).collect();
        pipeline.scope(|| drop(span));
        tasks
    };
    for task in tasks {
        runtime.block_on(task).unwrap();
    }
    assert!(pipeline.flush());
    let records = memory.events();
    let lines = lines(&records);
    assert_eq!(lines.len(), 12, "{lines:?}");
    assert_eq!(lines[0], "INFO begin work");
    assert_eq!(lines[11], "INFO end work");
    let end = &records[11];
    assert!(end.field("busy_ns").is_some(), "the tasks were in it");
    assert!(
        lines[1..11]
            .iter()
            .all(|line| line.starts_with("work: INFO step"))
    );
}

/// How a span is said to have ended, of which `work` has two handles.
fn outcome(work: impl FnOnce(Span, Span)) -> Option<String> {
    let (pipeline, memory) = pipeline(LogLevel::Trace);
    pipeline.scope(|| {
        let span = info_span!("work");
        work(span.clone(), span);
    });
    assert!(pipeline.flush());
    let records = memory.events();
    let ends = |kind| kind == RecordKind::SpanEnd;
    assert_eq!(records.iter().filter(|record| ends(record.kind)).count(), 1);
    let end = records.iter().find(|record| ends(record.kind)).unwrap();
    end.field("outcome").map(ToString::to_string)
}

fn panic_in(span: Span) {
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let _entered = span.entered();
        resume_unwind(Box::new("no way out"));
    }));
    assert!(panicked.is_err());
}

#[test]
fn a_panic_or_an_error_of_any_handle_is_the_spans() {
    assert_eq!(outcome(|_, _| ()), None);
    let first_panics = outcome(|first, last| {
        panic_in(first);
        drop(last);
    });
    assert_eq!(first_panics.as_deref(), Some("panicked"));
    let last_panics = outcome(|first, last| {
        drop(first);
        panic_in(last);
    });
    assert_eq!(last_panics.as_deref(), Some("panicked"));
    let first_fails = outcome(|first, last| {
        first.set_outcome(ttlog::Outcome::Error);
        drop(first);
        drop(last);
    });
    assert_eq!(first_fails.as_deref(), Some("error"));
    let both = outcome(|first, last| {
        panic_in(first);
        last.set_outcome(ttlog::Outcome::Error);
    });
    assert_eq!(both.as_deref(), Some("panicked"));
}

#[test]
fn a_future_that_is_dropped_cancels_the_span_where_it_has_the_last_handle() {
    let not_the_last = outcome(|first, last| {
        drop(pending::<()>().instrument(first));
        drop(last);
    });
    assert_eq!(not_the_last, None);
    let the_last = outcome(|first, last| {
        drop(first);
        drop(pending::<()>().instrument(last));
    });
    assert_eq!(the_last.as_deref(), Some("cancelled"));
}

#[test]
fn a_handle_that_comes_and_goes_within_a_panic_says_nothing_of_it() {
    struct Clones<'a>(&'a Span);
    impl Drop for Clones<'_> {
        fn drop(&mut self) {
            drop(self.0.clone());
        }
    }
    let outcome = outcome(|first, last| {
        let _ = catch_unwind(AssertUnwindSafe(|| {
            let _clones = Clones(&first);
            resume_unwind(Box::new("not the span's"));
        }));
        drop(last);
    });
    assert_eq!(outcome, None);
}

#[test]
fn a_span_with_a_forgotten_handle_goes_on() {
    let told = told(|| {
        let span = info_span!("work");
        std::mem::forget(span.clone());
        drop(span);
    });
    assert_eq!(told, ["INFO begin work"]);
}

#[test]
fn threads_may_clone_and_drop_one_span_at_once() {
    let (pipeline, memory) = pipeline(LogLevel::Trace);
    for _ in 0..50 {
        let span = pipeline.scope(|| info_span!("work"));
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let handles = [span.clone(), span.clone()];
                    pipeline.scope(|| drop(handles));
                });
            }
        });
        pipeline.scope(|| {
            info!("before the end");
            drop(span);
        });
    }
    assert!(pipeline.flush());
    let lines = lines(&memory.events());
    let once = ["INFO begin work", "INFO before the end", "INFO end work"];
    assert_eq!(lines, once.repeat(50));
}

#[test]
fn the_current_span_is_known_after_its_end_for_as_long_as_a_handle_is_there() {
    let told = told(|| {
        let current = {
            let _span = ttlog::span!("work", id = 7);
            Span::current()
        };
        let other = current.clone();
        drop(current);
        // Whatever readers do when they have the time for it.
        drop(info_span!("another"));
        other.record("rows", 3);
        other.in_scope(|| info!("after its end"));
        let inner = info_span!(parent: &other, "inner");
        drop(other);
        inner.in_scope(|| info!("further in"));
    });
    assert_eq!(
        told,
        [
            "INFO begin work id=7",
            "INFO end work",
            "INFO begin another",
            "INFO end another",
            "work: INFO after its end",
            "work: INFO begin inner",
            "work > inner: INFO further in",
            "INFO end inner",
        ]
    );
}

#[test]
fn a_span_that_is_not_wanted_gives_way_to_the_current_one() {
    let told = told_at(LogLevel::Info, || {
        let _span = ttlog::span!("work");
        ttlog::debug_span!("step")
            .or_current()
            .in_scope(|| info!("in work"));
        info_span!("step")
            .or_current()
            .in_scope(|| info!("in both"));
    });
    assert_eq!(
        told,
        [
            "INFO begin work",
            "work: INFO in work",
            "work: INFO begin step",
            "work > step: INFO in both",
            "INFO end step",
            "INFO end work",
        ]
    );
}

#[test]
fn a_cause_is_a_field_with_its_number() {
    let (pipeline, memory) = pipeline(LogLevel::Trace);
    let cause = pipeline.scope(|| {
        let cause = info_span!("cause");
        let effect = info_span!("effect");
        effect.follows_from(&cause).follows_from(Span::none());
        effect.in_scope(|| info!("done"));
        cause.id().unwrap()
    });
    assert!(pipeline.flush());
    let records = memory.events();
    let event = records.iter().find(|record| record.message == "done");
    let fields = &event.unwrap().spans[0].fields;
    assert_eq!(fields[0].key, "follows_from");
    assert_eq!(fields[0].value.to_string(), format!("{cause:016x}"));
}
