//! What a span has in ttlog, and which events are in it.

use std::thread;

use tracing::{Level, Span, field, info, info_span, span};
use ttlog::FieldValue;

use crate::support::{Way, chain, end_of, event, number};

#[test]
fn events_are_in_the_spans_around_them_with_their_fields() {
    for way in Way::ALL {
        let events = way.events(|_| {
            let _request = span!(Level::INFO, "request", id = 7, user = "ann").entered();
            info!("outer");
            info_span!("query", table = %"users").in_scope(|| info!("inner"));
            info!("outer again");
        });
        assert_eq!(chain(&events, "outer"), ["request"]);
        assert_eq!(chain(&events, "inner"), ["request", "query"]);
        assert_eq!(chain(&events, "outer again"), ["request"]);
        let inner = event(&events, "inner");
        assert_eq!(inner.field_in_chain("id"), Some(&FieldValue::I64(7)));
        assert_eq!(*inner.field_in_chain("user").unwrap(), *"ann");
        assert_eq!(*inner.field_in_chain("table").unwrap(), *"users");
        let end = end_of(&events, "request");
        assert!(number(end, "duration_ns") >= number(end, "busy_ns"));
        assert!(end.field("idle_ns").is_some());
    }
}

#[test]
fn a_field_shows_once_it_is_recorded() {
    for way in Way::ALL {
        let events = way.events(|_| {
            let span = info_span!(
                "request",
                id = field::Empty,
                kind = "get",
                code = field::Empty
            );
            let _entered = span.enter();
            info!("before");
            span.record("id", 7).record("code", 200);
            info!("after");
        });
        let names = |message| -> Vec<String> {
            let span = &event(&events, message).spans[0];
            span.fields().map(|(name, _)| name.to_owned()).collect()
        };
        assert_eq!(names("before"), ["kind"]);
        assert_eq!(names("after"), ["kind", "id", "code"]);
        let code = event(&events, "after").field_in_chain("code");
        assert_eq!(code, Some(&FieldValue::I64(200)));
    }
}

#[test]
fn a_parent_is_the_one_that_is_named_or_none() {
    for way in Way::ALL {
        let events = way.events(|_| {
            let one = info_span!("one");
            let two = info_span!("two");
            let _in_two = two.enter();
            info!(parent: &one, "named");
            info!(parent: None, "none");
            info!("contextual");
            info_span!(parent: &one, "child").in_scope(|| info!("in child"));
            info_span!(parent: None, "root").in_scope(|| info!("in root"));
        });
        assert_eq!(chain(&events, "named"), ["one"]);
        assert!(chain(&events, "none").is_empty());
        assert_eq!(chain(&events, "contextual"), ["two"]);
        assert_eq!(chain(&events, "in child"), ["one", "child"]);
        assert_eq!(chain(&events, "in root"), ["root"]);
    }
}

#[test]
fn spans_of_ttlog_and_of_tracing_are_in_each_other() {
    for way in Way::ALL {
        let events = way.events(|_| {
            let _one = ttlog::info_span!("one").entered();
            let two = info_span!("two");
            let two = two.enter();
            {
                let _three = ttlog::info_span!("three").entered();
                info_span!("four").in_scope(|| {
                    info!("by tracing");
                    ttlog::info!("by ttlog");
                });
            }
            ttlog::info!("in two");
            drop(two);
            info!("in one");
        });
        let all = ["one", "two", "three", "four"];
        assert_eq!(chain(&events, "by tracing"), all);
        assert_eq!(chain(&events, "by ttlog"), all);
        assert_eq!(chain(&events, "in two"), ["one", "two"]);
        assert_eq!(chain(&events, "in one"), ["one"]);
    }
}

#[test]
fn spans_are_left_in_any_order() {
    for way in Way::ALL {
        let events = way.events(|_| {
            let (a, b) = (info_span!("a"), info_span!("b"));
            let (in_a, in_b) = (a.enter(), b.enter());
            drop(in_a);
            info!("in b");
            let again = a.enter();
            drop(in_b);
            info!("in a");
            drop(again);
            info!("in none");
            // One that is entered twice is left twice.
            let (first, second) = (a.enter(), a.enter());
            drop(second);
            info!("still in a");
            drop(first);
            info!("no longer");
        });
        assert_eq!(chain(&events, "in b"), ["b"]);
        assert_eq!(chain(&events, "in a"), ["a"]);
        assert_eq!(chain(&events, "still in a"), ["a"]);
        for outside in ["in none", "no longer"] {
            assert!(chain(&events, outside).is_empty(), "{way:?}");
        }
        let end = end_of(&events, "a");
        assert!(number(end, "busy_ns") <= number(end, "duration_ns"));
    }
}

#[test]
fn a_span_ends_once_with_its_last_clone_on_whatever_thread() {
    for way in Way::ALL {
        let events = way.events(|scene| {
            let span = info_span!("shared");
            let clones: Vec<Span> = (0..3).map(|_| span.clone()).collect();
            drop(span);
            thread::scope(|threads| {
                for (index, clone) in clones.into_iter().enumerate() {
                    threads
                        .spawn(move || {
                            scene.run(|| {
                                clone.in_scope(|| info!("in thread {index}"));
                                info!("still open {index}");
                                drop(clone);
                            });
                        })
                        .join()
                        .unwrap();
                }
            });
        });
        for index in 0..3 {
            assert_eq!(chain(&events, &format!("in thread {index}")), ["shared"]);
            assert!(chain(&events, &format!("still open {index}")).is_empty());
        }
        let end = end_of(&events, "shared");
        let position = |of: &ttlog::LogEvent| events.iter().position(|event| event == of);
        assert!(position(end) > position(event(&events, "still open 2")));
    }
}

#[test]
fn what_a_span_follows_from_is_a_field_of_it() {
    for way in Way::ALL {
        let events = way.events(|_| {
            let (cause, effect) = (info_span!("cause"), info_span!("effect"));
            effect.follows_from(&cause);
            effect.in_scope(|| info!("inside"));
            cause.in_scope(|| info!("because"));
        });
        let cause = event(&events, "because").spans[0].id;
        let inside = event(&events, "inside");
        assert_eq!(chain(&events, "inside"), ["effect"]);
        assert_eq!(
            inside.field_in_chain("follows_from").unwrap(),
            format!("{cause:016x}").as_str()
        );
    }
}

#[test]
fn the_current_span_is_the_innermost() {
    for way in Way::ALL {
        way.events(|_| {
            assert!(Span::current().is_none());
            let outer = info_span!("outer");
            let _outer = outer.enter();
            let inner = info_span!("inner").entered();
            assert_eq!(Span::current().metadata().unwrap().name(), "inner");
            drop(inner);
            assert_eq!(Span::current().id(), outer.id());
        });
    }
}

#[test]
fn an_instrumented_function_is_a_span_with_its_arguments() {
    #[tracing::instrument(skip(secret), ret, err(level = "warn"))]
    fn divide(dividend: u32, divisor: u32, secret: u32) -> Result<u32, std::num::TryFromIntError> {
        info!("dividing {}", secret);
        u8::try_from(dividend / divisor).map(u32::from)
    }

    for way in Way::ALL {
        let events = way.events(|_| {
            assert_eq!(divide(6, 2, 1), Ok(3));
            assert!(divide(1000, 1, 2).is_err());
        });
        let dividing = event(&events, "dividing 1");
        assert_eq!(chain(&events, "dividing 1"), ["divide"]);
        let names: Vec<_> = dividing.spans[0].fields().map(|(name, _)| name).collect();
        assert_eq!(names, ["dividend", "divisor"]);
        let returned = events.iter().find(|event| event.field("return").is_some());
        assert_eq!(returned.unwrap()["return"], *"3");
        let error = events.iter().find(|event| event.field("error").is_some());
        assert_eq!(error.unwrap().level, ttlog::LogLevel::Warn);
    }
}

#[test]
fn ids_of_spans_that_are_not_there_do_nothing() {
    use tracing::span::Id;

    way_subscriber(|dispatch| {
        for nonsense in [1, 1 << 32, u64::MAX] {
            let id = Id::from_u64(nonsense);
            dispatch.enter(&id);
            dispatch.exit(&id);
            let clone = dispatch.clone_span(&id);
            assert!(!dispatch.try_close(clone));
        }
    });
}

fn way_subscriber(work: impl Fn(&tracing::Dispatch)) {
    let events = Way::Subscriber.events(|scene| work(&scene.dispatch));
    assert!(events.is_empty());
}
