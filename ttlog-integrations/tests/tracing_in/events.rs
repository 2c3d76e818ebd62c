//! What an event has in ttlog.

use std::error::Error;
use std::fmt;

use ttlog::{FieldValue, LogLevel};

use crate::support::{Way, event, fields};

#[derive(Debug)]
struct Refused(std::num::ParseIntError);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("refused")
    }
}

impl Error for Refused {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

#[test]
fn values_keep_their_types_and_their_order() {
    for way in Way::ALL {
        let events = way.events(|_| {
            let refused = Refused("x".parse::<u8>().unwrap_err());
            tracing::info!(
                signed = -5_i32,
                unsigned = 5_u8,
                wide = i128::MIN,
                wider = u128::MAX,
                float = 1.5_f32,
                truth = true,
                text = "a \"text\"",
                owned = String::from("owned"),
                bytes = &[1_u8, 2, 255][..],
                error = &refused as &(dyn Error + 'static),
                shown = %refused,
                told = ?Some(3),
                "values"
            );
        });
        let event = event(&events, "values");
        assert_eq!(event["signed"], -5);
        assert!(matches!(event.field("unsigned"), Some(FieldValue::U64(5))));
        assert_eq!(event["wide"], i128::MIN);
        assert_eq!(event["wider"], u128::MAX);
        assert_eq!(event["float"], 1.5);
        assert_eq!(event["truth"], true);
        assert_eq!(event["text"], *"a \"text\"");
        assert_eq!(event["owned"], *"owned");
        assert_eq!(
            event.field("bytes"),
            Some(&FieldValue::Bytes(vec![1, 2, 255]))
        );
        let chain = vec![
            "refused".to_owned(),
            "invalid digit found in string".to_owned(),
        ];
        assert_eq!(event.field("error"), Some(&FieldValue::Error(chain)));
        assert_eq!(event["shown"], *"refused");
        assert_eq!(event["told"], *"Some(3)");
        let names: Vec<_> = event.fields.iter().map(|field| &*field.key).collect();
        let order = [
            "signed", "unsigned", "wide", "wider", "float", "truth", "text", "owned", "bytes",
            "error", "shown", "told",
        ];
        assert_eq!(names, order);
    }
}

#[test]
fn an_event_says_where_it_comes_from() {
    for way in Way::ALL {
        let events = way.events(|_| {
            tracing::trace!("first");
            tracing::debug!(target: "made::up", "second");
            tracing::error!(name: "order_refused", "third");
            let line = line!();
            tracing::warn!("fourth {}", line + 1);
        });
        let levels: Vec<_> = events.iter().map(|event| event.level).collect();
        let all = [
            LogLevel::Trace,
            LogLevel::Debug,
            LogLevel::Error,
            LogLevel::Warn,
        ];
        assert_eq!(levels, all, "{way:?}");
        assert_eq!(events[0].target, module_path!());
        assert_eq!(events[0].module_path.as_deref(), Some(module_path!()));
        assert_eq!(events[0].file.as_deref(), Some(file!()));
        assert_eq!(events[0].name, None);
        assert_eq!(events[1].target, "made::up");
        assert_eq!(events[2].name.as_deref(), Some("order_refused"));
        let line = events[3].line.unwrap();
        assert_eq!(events[3].message, format!("fourth {line}"));
    }
}

#[test]
fn a_message_is_found_wherever_it_stands() {
    for way in Way::ALL {
        let events = way.events(|_| {
            tracing::info!(a = 1, message = "behind", b = 2);
            tracing::info!(message = 7, a = 1);
            tracing::info!(a = 1, b = "no message");
            tracing::info!(message = %"shown");
            tracing::info!({ a = 1, b = 2 }, "in {}", "braces");
        });
        let messages: Vec<_> = events.iter().map(|event| event.message.as_str()).collect();
        assert_eq!(
            messages,
            ["behind", "7", "", "shown", "in braces"],
            "{way:?}"
        );
        let pair = |first: &str, second: &str| {
            vec![
                ("a".to_owned(), first.to_owned()),
                ("b".to_owned(), second.to_owned()),
            ]
        };
        assert_eq!(fields(&events[0]), pair("I64(1)", "I64(2)"));
        assert_eq!(fields(&events[1]), pair("I64(1)", "")[..1]);
        assert_eq!(events[2]["b"], *"no message");
        assert!(events[3].fields.is_empty());
        assert_eq!(events[4]["b"], 2);
    }
}

#[test]
fn a_value_that_is_not_there_takes_no_other_ones_place() {
    for way in Way::ALL {
        let events = way.events(|_| {
            let none = None::<u64>;
            tracing::info!(a = none, b = 2, "first");
            tracing::info!(a = 1, b = none, c = 3, "second");
            tracing::info!(a = 1, b = none, c = tracing::field::Empty, "third");
        });
        let [first, second, third] =
            ["first", "second", "third"].map(|message| event(&events, message));
        assert_eq!(first["b"], 2);
        assert_eq!(
            (&second["a"], &second["c"]),
            (&FieldValue::I64(1), &FieldValue::I64(3))
        );
        assert_eq!(third["a"], 1);
        for (event, missing) in [(first, "a"), (second, "b"), (third, "b"), (third, "c")] {
            assert_eq!(event.field(missing), None, "{way:?}");
        }
    }
}

#[test]
fn more_fields_than_a_word_has_bits() {
    macro_rules! many {
        ($($name:ident)*) => { tracing::info!($($name = 1),*, "many") };
    }
    for way in Way::ALL {
        let events = way.events(|_| {
            many!(a0 a1 a2 a3 a4 a5 a6 a7 a8 a9 b0 b1 b2 b3 b4 b5 b6 b7 b8 b9 c0 c1 c2 c3 c4 c5 c6 c7 c8 c9);
        });
        assert_eq!(event(&events, "many").fields.len(), 30);
        assert_eq!(event(&events, "many")["c9"], 1);
    }
}

#[test]
fn a_value_that_panics_leaves_a_mark_and_what_was_before_it() {
    struct Panics;

    impl fmt::Debug for Panics {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("half")?;
            panic!("in a value");
        }
    }

    for way in Way::ALL {
        let events = way.events(|_| {
            tracing::info!(a = 1, value = ?Panics, b = 2, "panics");
            tracing::info!("after");
        });
        let panicked = event(&events, "panics");
        assert!(panicked.panicked);
        assert_eq!(panicked["value"], *"half");
        assert_eq!(panicked["b"], 2);
        assert!(!event(&events, "after").panicked);
    }
}

#[test]
fn records_of_log_that_come_as_events_say_where_they_come_from() {
    for way in Way::ALL {
        let events = way.events(|_| {
            let (number, mut record) = (7, tracing_log::log::Record::builder());
            record
                .level(tracing_log::log::Level::Warn)
                .target("a::target")
                .module_path(Some("a::module"))
                .file(Some("src/a.rs"))
                .line(Some(17));
            tracing_log::format_trace(&record.args(format_args!("from log {number}")).build())
                .unwrap();
        });
        let event = event(&events, "from log 7");
        assert_eq!(event.level, LogLevel::Warn);
        assert_eq!(event.target, "a::target");
        assert_eq!(event.module_path.as_deref(), Some("a::module"));
        assert_eq!(event.file.as_deref(), Some("src/a.rs"));
        assert_eq!(event.line, Some(17));
        assert!(event.fields.is_empty());
    }
}

#[test]
fn what_must_not_be_recorded_is_not_whichever_values_there_are() {
    for way in Way::ALL {
        let memory = ttlog::sink::Memory::new();
        let handle = ttlog::init()
            .level(LogLevel::Trace)
            .redact(["secret"])
            .sink(memory.clone())
            .build()
            .unwrap();
        handle.scope(|| {
            tracing::dispatcher::with_default(&way.dispatch(), || {
                tracing::info!(a = 1, secret = "s3cret", b = 2, "whole");
                tracing::info!(a = None::<u64>, secret = ?"s3cret", b = 2, "partial");
                let span = tracing::info_span!("span", secret = tracing::field::Empty);
                span.record("secret", "s3cret");
                span.in_scope(|| tracing::info!("inside"));
            });
        });
        assert!(handle.flush());
        let events = memory.take();
        for event in &events[..2] {
            assert_eq!(event["b"], 2);
            assert_eq!(event["secret"], *"[redacted]");
            // `tracing` doesn't tell whether it shows one of the values.
            assert_eq!(event.message, "[redacted]");
        }
        assert_eq!(event(&events, "inside").spans.len(), 1);
        let all = format!("{events:?}");
        assert!(!all.contains("s3cret"), "{way:?}: {all}");
    }
}
