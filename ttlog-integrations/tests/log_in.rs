//! The records of `log` as they arrive in ttlog.

mod support;

use std::cell::RefCell;
use std::fmt;
use std::sync::Barrier;
use std::thread;

use log::kv::{self, Key, Source, Value, VisitSource};
use log::{Level, LevelFilter, Log, Record};
use ttlog_core::{FieldValue, LogLevel};
use ttlog_integrations::TtlogLogAdapter;

use support::{NotSaved, Panics, Pipeline, Refused, fields, names};

static ADAPTER: TtlogLogAdapter = TtlogLogAdapter::new();

/// A pipeline, with nothing left out at the calls of `log`.
fn pipeline() -> Pipeline {
    log::set_max_level(LevelFilter::Trace);
    Pipeline::new()
}

fn text(value: &str) -> FieldValue {
    FieldValue::String(value.to_owned())
}

// ---- What arrives ----

#[test]
fn a_record_says_where_it_comes_from() {
    let pipeline = pipeline();
    let line = line!() + 2;
    let event = pipeline.one(|| {
        log::warn!(logger: ADAPTER, "as it is");
    });
    assert_eq!(event.level, LogLevel::Warn);
    assert_eq!(event.message, "as it is");
    assert_eq!(event.target, module_path!());
    assert_eq!(event.module_path.as_deref(), Some(module_path!()));
    assert_eq!(
        (event.file.as_deref(), event.line),
        (Some(file!()), Some(line))
    );
    assert!(event.fields.is_empty() && !event.panicked && !event.cut);

    let event = pipeline.one(|| {
        log::error!(logger: ADAPTER, target: "billing", "card {} of {:?}", 7, "Ann");
    });
    assert_eq!((event.level, &*event.target), (LogLevel::Error, "billing"));
    assert_eq!(event.message, "card 7 of \"Ann\"");
}

#[test]
fn all_levels_arrive_as_themselves() {
    let levels = [
        (Level::Error, LogLevel::Error),
        (Level::Warn, LogLevel::Warn),
        (Level::Info, LogLevel::Info),
        (Level::Debug, LogLevel::Debug),
        (Level::Trace, LogLevel::Trace),
    ];
    let pipeline = pipeline();
    for (given, expected) in levels {
        let event = pipeline.one(|| log::log!(logger: ADAPTER, given, "one place"));
        assert_eq!(event.level, expected);
    }
}

#[test]
fn values_keep_their_types() {
    static ERROR: NotSaved = NotSaved(Refused);
    let event = pipeline().one(|| {
        log::info!(
            logger: ADAPTER,
            unsigned = u64::MAX,
            signed = -1_i8,
            wide = u128::MAX,
            negative = i128::MIN,
            float = 0.5_f32,
            yes = true,
            letter = 'ß',
            word = "a \"word\"",
            owned = String::from("owned").as_str(),
            nothing = None::<u32>,
            some = Some(3),
            shown:% = 12.5,
            looked_at:? = Some("x"),
            failed:err = ERROR;
            "typed"
        );
    });
    let chain = vec!["not saved".to_owned(), "refused".to_owned()];
    assert_eq!(
        fields(&event),
        [
            ("unsigned", FieldValue::U64(u64::MAX)),
            ("signed", FieldValue::I64(-1)),
            ("wide", FieldValue::U128(u128::MAX)),
            ("negative", FieldValue::I128(i128::MIN)),
            ("float", FieldValue::F64(0.5)),
            ("yes", FieldValue::Bool(true)),
            ("letter", FieldValue::Char('ß')),
            ("word", text("a \"word\"")),
            ("owned", text("owned")),
            ("nothing", FieldValue::None),
            ("some", FieldValue::I64(3)),
            ("shown", FieldValue::Display("12.5".to_owned())),
            ("looked_at", FieldValue::Display("Some(\"x\")".to_owned())),
            ("failed", FieldValue::Error(chain)),
        ]
    );
}

#[cfg(feature = "nested-values")]
#[test]
fn values_with_others_within_them_are_json() {
    use std::collections::BTreeMap;

    let map = BTreeMap::from([("a", vec![1, 2]), ("b", vec![])]);
    let event = pipeline().one(|| {
        log::info!(logger: ADAPTER, map:serde, list:serde = [Some(1.5), None], word:serde = "plain", number:serde = 7; "nested");
    });
    let shown = |name: &str| event.field(name).unwrap().to_string();
    assert_eq!(shown("map"), r#"{"a":[1,2],"b":[]}"#);
    assert_eq!(shown("list"), "[1.5,null]");
    assert_eq!(event.field("word"), Some(&text("plain")));
    assert_eq!(event.field("number"), Some(&FieldValue::I64(7)));
}

#[test]
fn a_message_without_arguments_is_the_call_sites() {
    let pipeline = pipeline();
    let calls: [fn(); 3] = [
        || log::info!(logger: ADAPTER, ""),
        || log::info!(logger: ADAPTER, "{{braces}}"),
        || log::info!(logger: ADAPTER, n = 1; "with {}", "argument"),
    ];
    let messages = calls.map(|call| pipeline.one(call).message);
    assert_eq!(messages, ["", "{braces}", "with argument"]);
}

// ---- Calls that are not the macros' ----

fn by_hand(
    target: &str,
    file: Option<&str>,
    module: Option<&str>,
    line: Option<u32>,
    values: &dyn Source,
) {
    ADAPTER.log(
        &Record::builder()
            .level(Level::Info)
            .target(target)
            .file(file)
            .module_path(module)
            .line(line)
            .args(format_args!("by {}", "hand"))
            .key_values(&values)
            .build(),
    );
}

#[test]
fn records_of_strings_that_are_no_statics_arrive() {
    let pipeline = pipeline();
    for round in 0..3_u32 {
        // The same memory again, with other contents.
        let mut file = String::from("native0.c");
        for number in b'0'..b'4' {
            file.replace_range(6..7, std::str::from_utf8(&[number]).unwrap());
            let target = format!("native::{number}");
            let name = format!("key{number}");
            let value = [(&*name, round)];
            let event =
                pipeline.one(|| by_hand(&target, Some(&file), Some("native"), Some(7), &value));
            assert_eq!(event.target, target);
            assert_eq!(event.file.as_deref(), Some(&*file));
            assert_eq!(event.module_path.as_deref(), Some("native"));
            assert_eq!(event.line, Some(7));
            assert_eq!(event.message, "by hand");
            assert_eq!(fields(&event), [(&*name, FieldValue::U64(round.into()))]);
        }
    }
}

#[test]
fn records_that_say_nothing_of_their_place_arrive() {
    let event = pipeline().one(|| by_hand("nowhere", None, None, None, &None::<(&str, u32)>));
    assert_eq!(
        (&*event.target, event.file, event.line),
        ("nowhere", None, None)
    );
}

#[test]
fn targets_and_names_that_are_made_up_at_run_time_arrive() {
    let pipeline = pipeline();
    let events = pipeline.record(|| {
        for n in 0..1_000 {
            log::info!(logger: ADAPTER, target: &format!("conn-{n}"), n; "message");
        }
    });
    assert_eq!(events.len(), 1_000);
    for (n, event) in events.iter().enumerate() {
        assert_eq!(event.target, format!("conn-{n}"));
        assert_eq!(
            (&*event.message, event.file.as_deref()),
            ("message", Some(file!()))
        );
        assert_eq!(event.field("n"), Some(&FieldValue::U64(n as u64)));
    }
    let events = pipeline.record(|| {
        for n in 0..100_u32 {
            let name = format!("name-{}", n % 20);
            let values = [("first", Value::from(n)), (&*name, Value::from(n))];
            by_hand("names", Some(file!()), None, Some(1), &&values[..]);
        }
    });
    for (n, event) in events.iter().enumerate() {
        let name = format!("name-{}", n % 20);
        let value = || FieldValue::U64(n as u64);
        assert_eq!(fields(event), [("first", value()), (&*name, value())]);
    }
}

#[test]
fn a_target_is_as_long_as_those_of_ttlogs_own_events_may_be() {
    let long = "t".repeat(10_000);
    let event = pipeline().one(|| log::info!(logger: ADAPTER, target: &long, "cut"));
    assert!(event.cut && long.starts_with(&*event.target) && event.target.len() > 100);
}

#[test]
fn calls_of_one_place_with_other_names_are_told_apart() {
    macro_rules! in_one_line {
        ($($name:ident)*) => {$(log::info!(logger: ADAPTER, $name = 1, both = 2; "same");)*};
    }
    let events = pipeline().record(|| {
        in_one_line!(a b c d e f g h i j a b c d e f g h i j);
    });
    let first: Vec<_> = events.iter().map(|event| names(event)[0]).collect();
    assert_eq!(first.concat(), "abcdefghijabcdefghij");
    assert!(events.iter().all(|event| names(event)[1] == "both"));
}

#[test]
fn a_source_that_changes_its_mind_loses_no_value() {
    struct Fickle(RefCell<u32>);

    impl Source for Fickle {
        fn visit<'a>(&'a self, visitor: &mut dyn VisitSource<'a>) -> Result<(), kv::Error> {
            let visit = self.0.replace_with(|visit| *visit + 1);
            visitor.visit_pair(Key::from_str("same"), Value::from(visit))?;
            let second = if visit == 0 { "before" } else { "after" };
            visitor.visit_pair(Key::from_str(second), Value::from(visit))?;
            visitor.visit_pair(Key::from_str("last"), Value::from(visit))
        }
    }

    let event = pipeline().one(|| {
        let source = Fickle(RefCell::new(0));
        by_hand("fickle", Some(file!()), None, Some(1), &source);
    });
    for name in ["same", "after", "last"] {
        let found = event.fields.iter().rev().find(|field| field.key == name);
        assert!(
            matches!(found.unwrap().value, FieldValue::U64(1..)),
            "{event:?}"
        );
    }
}

/// A value of a kind that is known at run time only.
type Given = (&'static str, fn() -> Value<'static>);

/// Values, after which it fails or panics where it is told so.
struct Values(&'static [Given], Option<bool>);

impl Source for Values {
    fn visit<'a>(&'a self, visitor: &mut dyn VisitSource<'a>) -> Result<(), kv::Error> {
        for (name, value) in self.0 {
            visitor.visit_pair(Key::from_str(name), value())?;
        }
        match self.1 {
            None => Ok(()),
            Some(false) => Err(kv::Error::msg("fails")),
            Some(true) => panic!("in a source"),
        }
    }
}

#[test]
fn values_arrive_the_same_whatever_those_of_the_last_record_of_their_call_were() {
    const ONE: fn() -> Value<'static> = || Value::from(1_u64);
    const TEXT: fn() -> Value<'static> = || Value::from("text");
    const SHOWN: fn() -> Value<'static> = || Value::from_display(&"shown");
    let log = |pipeline: &Pipeline, line, values: &Values| {
        pipeline.one(|| {
            ADAPTER.log(
                &Record::builder()
                    .level(Level::Info)
                    .target("kinds")
                    .file_static(Some(file!()))
                    .module_path_static(Some(module_path!()))
                    .line(Some(line))
                    .args(format_args!("literal"))
                    .key_values(values)
                    .build(),
            );
        })
    };
    let numbers = Values(
        &[("a", || Value::from(-1_i64)), ("b", || Value::from('b'))],
        None,
    );
    let others = [
        Values(
            &[("a", || Value::from(0.5)), ("b", || Value::from(true))],
            None,
        ),
        Values(&[("a", ONE), ("b", TEXT)], None),
        Values(&[("a", SHOWN), ("b", ONE)], None),
        Values(&[("a", || Value::null()), ("b", ONE)], None),
        Values(&[("a", ONE), ("b", || Value::from(u128::MAX))], None),
        Values(&[("a", ONE), ("another", ONE)], None),
        Values(&[("b", ONE), ("a", ONE)], None),
        Values(&[("a", ONE)], None),
        Values(&[("a", ONE), ("b", ONE), ("c", ONE)], None),
        Values(
            &[
                ("a", ONE),
                ("b", ONE),
                ("c", ONE),
                ("d", ONE),
                ("e", ONE),
                ("f", ONE),
            ],
            None,
        ),
        Values(&[], None),
        Values(&[("a", ONE)], Some(false)),
        Values(&[("a", ONE)], Some(true)),
        Values(&[("a", ONE), ("b", ONE)], Some(true)),
    ];
    let pipeline = pipeline();
    for (line, others) in (1_000..).zip(&others) {
        let alone = log(&pipeline, 1_000 + line, others);
        for _ in 0..2 {
            let event = log(&pipeline, line, &numbers);
            let expected = [("a", FieldValue::I64(-1)), ("b", FieldValue::Char('b'))];
            assert_eq!(fields(&event), expected);
            let event = log(&pipeline, line, others);
            assert_eq!(
                (event.panicked, &*event.message),
                (alone.panicked, "literal")
            );
            // One that panics before its names are known has none.
            if !alone.panicked {
                assert_eq!(fields(&event), fields(&alone));
            }
        }
    }
}

// ---- What is wanted ----

#[test]
fn levels_and_targets_that_are_not_wanted_do_not_arrive() {
    let pipeline = Pipeline::with(|builder| builder.filter("warn,log_in::chatty=trace,quiet=off"));
    log::set_max_level(LevelFilter::Trace);
    let is_enabled = |target: &str, level| {
        let metadata = log::Metadata::builder().target(target).level(level).build();
        ADAPTER.enabled(&metadata)
    };
    let events = pipeline.record(|| {
        for target in ["elsewhere", "log_in::chatty", "quiet"] {
            log::trace!(logger: ADAPTER, target: target, "trace");
            log::warn!(logger: ADAPTER, target: target, "warn");
        }
        assert!(is_enabled("elsewhere", Level::Warn) && !is_enabled("elsewhere", Level::Info));
        assert!(is_enabled("log_in::chatty", Level::Trace));
        assert!(!is_enabled("quiet", Level::Error));
        pipeline.handle.set_level(LogLevel::Info);
        assert!(is_enabled("elsewhere", Level::Info));
        log::info!(logger: ADAPTER, target: "elsewhere", "now");
    });
    let arrived: Vec<_> = events
        .iter()
        .map(|event| (&*event.target, &*event.message))
        .collect();
    assert_eq!(
        arrived,
        [
            ("elsewhere", "warn"),
            ("log_in::chatty", "trace"),
            ("log_in::chatty", "warn"),
            ("elsewhere", "now"),
        ]
    );
}

#[test]
fn values_with_redacted_names_are_not_recorded() {
    let pipeline = Pipeline::with(|builder| builder.redact(["password"]));
    log::set_max_level(LevelFilter::Trace);
    for target in (0..20).map(|n| format!("login-{n}")) {
        let event = pipeline.one(|| {
            log::info!(logger: ADAPTER, target: &target, user = "ann", password = "secret"; "{} in", "ann");
        });
        assert_eq!(event.field("user"), Some(&text("ann")));
        assert_eq!(
            event.field("password").unwrap().as_str(),
            Some("[redacted]")
        );
    }
}

// ---- Values that do more than showing themselves ----

/// Logs while it is shown.
struct Chatty;

impl fmt::Display for Chatty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        log::info!(logger: ADAPTER, n = 1; "inner {}", 2);
        f.write_str("chatty")
    }
}

#[test]
fn values_and_messages_may_log() {
    let events = pipeline().record(|| {
        for _ in 0..100 {
            log::info!(logger: ADAPTER, value:% = Chatty; "outer {Chatty}");
        }
    });
    let count = |message: &str| {
        events
            .iter()
            .filter(|event| event.message == message)
            .count()
    };
    assert_eq!((count("inner 2"), count("outer chatty")), (200, 100));
    let outer = events
        .iter()
        .filter(|event| event.message == "outer chatty");
    for event in outer {
        assert_eq!(event.field("value").unwrap().as_str(), Some("chatty"));
    }
}

#[test]
fn a_value_that_panics_leaves_a_mark_and_the_others() {
    let pipeline = pipeline();
    let event = pipeline.one(|| {
        log::info!(logger: ADAPTER, a = 1, bad:% = Panics, z = 26; "text {Panics} text");
    });
    assert!(event.panicked && event.message.starts_with("text before"));
    assert_eq!(event.field("a"), Some(&FieldValue::I64(1)));
    assert_eq!(event.field("z"), Some(&FieldValue::I64(26)));
    assert!(
        !pipeline
            .one(|| log::info!(logger: ADAPTER, "after"))
            .panicked
    );
}

#[test]
fn a_source_that_panics_or_fails_leaves_a_mark_and_the_message() {
    struct Bad {
        on: u32,
        visits: RefCell<u32>,
        fails: bool,
    }

    impl Source for Bad {
        fn visit<'a>(&'a self, visitor: &mut dyn VisitSource<'a>) -> Result<(), kv::Error> {
            visitor.visit_pair(Key::from_str("first"), Value::from(1))?;
            if self.visits.replace_with(|visit| *visit + 1) == self.on {
                assert!(self.fails, "in a source");
                return Err(kv::Error::msg("no more"));
            }
            Ok(())
        }
    }

    let pipeline = pipeline();
    let cases = [(0, false, false), (1, false, true), (1, true, true)];
    for (line, (on, fails, has_value)) in (1..).zip(cases) {
        let event = pipeline.one(|| {
            let visits = RefCell::new(0);
            let source = Bad { on, visits, fails };
            by_hand("bad", Some(file!()), None, Some(line), &source);
        });
        assert!(event.panicked && event.message == "by hand", "{event:?}");
        assert_eq!(event.field("first").is_some(), has_value);
    }
}

#[test]
fn destructors_of_a_threads_data_may_log() {
    struct Logs;

    impl Drop for Logs {
        fn drop(&mut self) {
            log::info!(logger: ADAPTER, n = 1; "at the end {}", "of a thread");
        }
    }

    thread_local!(static LOGS: RefCell<Option<Logs>> = const { RefCell::new(None) });
    let memory = ttlog_core::sink::Memory::new();
    let handle = ttlog_core::init()
        .sink(memory.clone())
        .try_init()
        .expect("no other test of this program starts the global pipeline");
    log::set_max_level(LevelFilter::Trace);
    thread::spawn(|| {
        LOGS.with(|logs| logs.replace(Some(Logs)));
        log::info!(logger: ADAPTER, "before");
    })
    .join()
    .unwrap();
    assert!(handle.flush());
    let messages: Vec<_> = memory
        .take()
        .into_iter()
        .map(|event| event.message)
        .collect();
    assert_eq!(messages, ["before", "at the end of a thread"]);
}

// ---- Threads ----

#[test]
fn threads_that_come_first_to_a_call_at_once_lose_nothing() {
    const THREADS: usize = 8;
    const ROUNDS: u32 = 200;
    let pipeline = pipeline();
    let barrier = Barrier::new(THREADS);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                pipeline.handle.scope(|| {
                    for round in 0..ROUNDS {
                        barrier.wait();
                        let value = [("round", round)];
                        by_hand("race", Some(file!()), Some("race"), Some(round), &value);
                    }
                });
            });
        }
    });
    let events = pipeline.delivered();
    assert_eq!(events.len(), THREADS * ROUNDS as usize);
    for event in events {
        let round = event.line.unwrap_or(0);
        assert_eq!(event.field("round"), Some(&FieldValue::U64(round.into())));
    }
}

#[test]
fn flush_brings_what_was_logged_to_the_sinks() {
    let pipeline = pipeline();
    pipeline.handle.scope(|| {
        (0..1_000).for_each(|n| log::info!(logger: ADAPTER, n; "flushed"));
        ADAPTER.flush();
        assert_eq!(pipeline.memory.len(), 1_000);
    });
}
