//! The records of `slog` as they arrive in ttlog.

mod support;

use std::cell::RefCell;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use slog::{
    Drain, ErrorRef, ErrorValue, FnValue, Level, Logger, Never, OwnedKVList, PushFnValue, Record,
    Serializer, SingleKV, Value, o,
};
use ttlog_core::{FieldValue, LogEvent, LogLevel};
use ttlog_integrations::TtlogSlogDrain;

use support::{NotSaved, Panics, Pipeline, Refused, fields, names};

fn root() -> Logger {
    Logger::root(TtlogSlogDrain::new(), o!())
}

fn shown(value: &str) -> FieldValue {
    FieldValue::Display(value.to_owned())
}

// ---- What arrives ----

#[test]
fn a_record_says_where_it_comes_from() {
    let pipeline = Pipeline::new();
    let logger = root();
    let line = line!() + 1;
    let event = pipeline.one(|| slog::warn!(logger, "as it is"));
    assert_eq!(event.level, LogLevel::Warn);
    assert_eq!(event.message, "as it is");
    assert_eq!(event.target, module_path!());
    assert_eq!(event.module_path.as_deref(), Some(module_path!()));
    assert_eq!(
        (event.file.as_deref(), event.line),
        (Some(file!()), Some(line))
    );
    assert!(event.fields.is_empty() && !event.panicked && !event.cut);

    let event =
        pipeline.one(|| slog::crit!(logger, # "billing", "card {} of {:?}", 7, "Ann"; "n" => 1));
    assert_eq!(
        (event.level, &*event.target),
        (LogLevel::Critical, "billing")
    );
    assert_eq!(event.message, "card 7 of \"Ann\"");
    assert_eq!(names(&event), ["n"]);
}

#[test]
fn all_levels_arrive_as_themselves() {
    let pipeline = Pipeline::new();
    let logger = root();
    let events = pipeline.record(|| {
        slog::crit!(logger, "level");
        slog::error!(logger, "level");
        slog::warn!(logger, "level");
        slog::info!(logger, "level");
    });
    let levels: Vec<_> = events.iter().map(|event| event.level).collect();
    assert_eq!(
        levels,
        [
            LogLevel::Critical,
            LogLevel::Error,
            LogLevel::Warn,
            LogLevel::Info
        ]
    );
    // The macros leave these out at compile time.
    for (given, expected) in [
        (Level::Debug, LogLevel::Debug),
        (Level::Trace, LogLevel::Trace),
    ] {
        let event = pipeline.one(|| {
            let fixed = slog::record_static!(given, "");
            logger.log(&Record::new(&fixed, &format_args!("level"), slog::b!()));
        });
        assert_eq!(event.level, expected);
    }
}

#[test]
fn values_keep_their_types() {
    let address: SocketAddr = "127.0.0.1:80".parse().unwrap();
    let event = Pipeline::new().one(|| {
        slog::info!(root(), "typed";
            "unsigned" => u64::MAX,
            "size" => usize::MAX,
            "byte" => 1_u8,
            "signed" => -1_i32,
            "wide" => u128::MAX,
            "negative" => i128::MIN,
            "float" => 0.5_f32,
            "double" => 0.25,
            "yes" => true,
            "letter" => 'ß',
            "word" => "a \"word\"",
            "owned" => String::from("owned"),
            "raw" => &b"\xff\0"[..],
            "unit" => (),
            "nothing" => None::<u32>,
            "some" => Some(3),
            "shown" => %12.5,
            "looked_at" => ?Some("x"),
            "address" => address,
            "lazy" => FnValue(|_| 7),
            "pushed" => PushFnValue(|_, serializer| serializer.emit(8)),
            "wrapped" => #NotSaved(Refused),
            "by_value" => ErrorValue(Refused),
            "by_reference" => ErrorRef(&NotSaved(Refused)),
            "io" => std::io::Error::other("pipe"),
        );
    });
    let chain =
        |messages: &[&str]| FieldValue::Error(messages.iter().map(|m| m.to_string()).collect());
    let text = |value: &str| FieldValue::String(value.to_owned());
    assert_eq!(
        fields(&event),
        [
            ("unsigned", FieldValue::U64(u64::MAX)),
            ("size", FieldValue::U64(usize::MAX as u64)),
            ("byte", FieldValue::U64(1)),
            ("signed", FieldValue::I64(-1)),
            ("wide", FieldValue::U128(u128::MAX)),
            ("negative", FieldValue::I128(i128::MIN)),
            ("float", FieldValue::F32(0.5)),
            ("double", FieldValue::F64(0.25)),
            ("yes", FieldValue::Bool(true)),
            ("letter", FieldValue::Char('ß')),
            ("word", text("a \"word\"")),
            ("owned", text("owned")),
            ("raw", FieldValue::Bytes(vec![0xff, 0])),
            ("unit", FieldValue::None),
            ("nothing", FieldValue::None),
            ("some", FieldValue::I64(3)),
            ("shown", shown("12.5")),
            ("looked_at", shown("Some(\"x\")")),
            ("address", shown("127.0.0.1:80")),
            ("lazy", FieldValue::I64(7)),
            ("pushed", FieldValue::I64(8)),
            ("wrapped", chain(&["not saved", "refused"])),
            ("by_value", chain(&["refused"])),
            ("by_reference", chain(&["not saved", "refused"])),
            ("io", chain(&["pipe"])),
        ]
    );
}

#[test]
fn values_of_serde_are_json() {
    #[derive(Clone, serde::Serialize)]
    struct Order {
        items: Vec<u32>,
        note: Option<String>,
    }

    let order = Order {
        items: vec![1, 2],
        note: None,
    };
    let event = Pipeline::new().one(|| {
        slog::info!(root(), "nested"; "before" => 1, "order" => slog::Serde(order), "after" => 2);
    });
    assert_eq!(
        event.field("order"),
        Some(&shown(r#"{"items":[1,2],"note":null}"#))
    );
    assert_eq!(names(&event), ["before", "order", "after"]);
}

#[test]
fn values_of_loggers_come_first_the_outermost_before_the_others() {
    let pipeline = Pipeline::new();
    let service = root().new(o!("service" => "checkout", "version" => 3));
    let request = service.new(o!("request" => 7, "peer" => "ann"));
    let event = pipeline.one(|| slog::info!(request, "in {}", "order"; "user" => 1, "ms" => 2));
    assert_eq!(
        names(&event),
        ["service", "version", "request", "peer", "user", "ms"]
    );
    let event = pipeline.one(|| slog::info!(service, "in order"; "user" => 1));
    assert_eq!(names(&event), ["service", "version", "user"]);
}

#[test]
fn a_logger_shared_between_threads_keeps_its_values_and_lazy_ones_are_asked_for_each_time() {
    const THREADS: usize = 4;
    const EVENTS: u64 = 500;
    let pipeline = Pipeline::new();
    let count = Arc::new(AtomicU64::new(0));
    let counter = count.clone();
    let logger =
        root().new(o!("number" => FnValue(move |_| counter.fetch_add(1, Ordering::Relaxed))));
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let logger = logger.new(o!("thread" => thread));
            let handle = &pipeline.handle;
            scope.spawn(move || {
                handle.scope(|| (0..EVENTS).for_each(|n| slog::info!(logger, "shared"; "n" => n)));
            });
        }
    });
    let events = pipeline.delivered();
    let mut numbers: Vec<_> = events
        .iter()
        .map(|event| event.field("number").unwrap().to_string())
        .collect();
    numbers.sort_by_key(|number| number.parse::<u64>().unwrap());
    assert!(
        numbers
            .into_iter()
            .eq((0..THREADS as u64 * EVENTS).map(|n| n.to_string()))
    );
    for thread in 0..THREADS {
        let of_thread = events
            .iter()
            .filter(|event| event.field("thread") == Some(&FieldValue::U64(thread as u64)));
        let in_order = of_thread.map(|event| event.field("n").cloned().unwrap());
        assert!(in_order.eq((0..EVENTS).map(FieldValue::U64)));
    }
}

#[test]
fn long_texts_and_many_values_arrive() {
    let pipeline = Pipeline::with(|builder| builder.max_event_bytes(400_000).ring_bytes(4 << 20));
    let long = "ß".repeat(100_000);
    let event = pipeline.one(|| {
        slog::info!(root(), "long"; "text" => &long, "shown" => %&long[..40_000], "last" => 1);
    });
    assert!(!event.cut, "{:?}", event.fields.len());
    assert_eq!(event.field("text").unwrap().as_str(), Some(&*long));
    assert_eq!(event.field("last"), Some(&FieldValue::I64(1)));

    struct Many;

    impl slog::KV for Many {
        fn serialize(&self, record: &Record<'_>, serializer: &mut dyn Serializer) -> slog::Result {
            for n in 0..200 {
                let name: &'static str = Box::leak(format!("n{n}").into_boxed_str());
                SingleKV::from((name, n)).serialize(record, serializer)?;
            }
            Ok(())
        }
    }

    let event = pipeline.one(|| slog::info!(root(), "many"; Many));
    let in_order = names(&event).into_iter().map(str::to_owned);
    assert!(in_order.eq((0..200).rev().map(|n| format!("n{n}"))));
    // What is over the limit of all is cut, and says so.
    let endless = "x".repeat(1 << 20);
    let event = pipeline.one(|| slog::info!(root(), "endless"; "a" => &endless, "b" => %endless));
    assert!(event.cut && !event.panicked);
}

/// What hands out key-values, as they come to its mind.
struct Kv(fn(&mut dyn Serializer) -> slog::Result);

impl slog::KV for Kv {
    fn serialize(&self, _record: &Record<'_>, serializer: &mut dyn Serializer) -> slog::Result {
        (self.0)(serializer)
    }
}

/// A key: a static text, unless `slog`'s feature `dynamic-keys` has made it a type of its own.
fn key<K: From<&'static str>>(name: &'static str) -> K {
    K::from(name)
}

/// The fields of a record with these values, and whether it is marked; its call is known by its line.
fn of_call(pipeline: &Pipeline, line: u32, message: fmt::Arguments<'_>, values: &Kv) -> LogEvent {
    let location = slog::RecordLocation {
        file: file!(),
        line,
        column: 0,
        function: "",
        module: module_path!(),
    };
    let of_call = slog::RecordStatic {
        location: &location,
        tag: "",
        level: Level::Info,
    };
    let log = || root().log(&Record::new(&of_call, &message, slog::BorrowedKV(values)));
    pipeline.one(log)
}

#[test]
fn values_arrive_the_same_whatever_those_of_the_last_record_of_their_call_were() {
    // From the last to the first, as `slog` does.
    let numbers = Kv(|to| {
        to.emit_u64(key("b"), 2)?;
        to.emit_i64(key("a"), -1)
    });
    let others = [
        Kv(|to| {
            to.emit_bool(key("b"), true)?;
            to.emit_f64(key("a"), 0.5)
        }),
        Kv(|to| {
            to.emit_u64(key("b"), 2)?;
            to.emit_str(key("a"), "text")
        }),
        Kv(|to| {
            to.emit_none(key("b"))?;
            to.emit_u64(key("a"), 1)
        }),
        Kv(|to| {
            to.emit_u128(key("b"), u128::MAX)?;
            to.emit_arguments(key("a"), &format_args!("{}", 1))
        }),
        Kv(|to| {
            to.emit_error(key("b"), &NotSaved(Refused))?;
            to.emit_bytes(key("a"), &[1, 2], slog::BytesKind::Stream)
        }),
        Kv(|to| {
            to.emit_u64(key("b"), 2)?;
            to.emit_u64(key("another"), 1)
        }),
        Kv(|to| to.emit_u64(key("b"), 2)),
        Kv(|to| to.emit_u64(key("a"), 1)),
        Kv(|_| Ok(())),
        Kv(|to| {
            to.emit_u64(key("b"), 2)?;
            to.emit_u64(key("b"), 3)
        }),
        Kv(|to| (1..9).try_for_each(|n| to.emit_u64(key(if n % 2 == 1 { "b" } else { "a" }), n))),
        Kv(|to| {
            to.emit_u64(key("b"), 2)?;
            Err(slog::Error::Other)
        }),
        Kv(|to| {
            to.emit_u64(key("b"), 2)?;
            panic!("in a source")
        }),
    ];
    let pipeline = Pipeline::new();
    let messages = [
        format_args!("literal"),
        format_args!("{} message", "formatted"),
    ];
    for (line, others) in (1..).step_by(4).zip(&others) {
        for (line, message) in (line..).zip(messages) {
            let alone = of_call(&pipeline, 1_000 + line, message, others);
            for _ in 0..2 {
                let event = of_call(&pipeline, line, message, &numbers);
                let expected = [("a", FieldValue::I64(-1)), ("b", FieldValue::U64(2))];
                assert_eq!(fields(&event), expected);
                assert_eq!(event.message, message.to_string());
                let event = of_call(&pipeline, line, message, others);
                assert_eq!(fields(&event), fields(&alone));
                assert_eq!(
                    (event.panicked, event.message),
                    (alone.panicked, message.to_string())
                );
            }
        }
    }
}

// ---- What is wanted ----

#[test]
fn levels_and_targets_that_are_not_wanted_do_not_arrive_nor_are_their_values_asked_for() {
    let pipeline = Pipeline::with(|builder| builder.filter("warn,quiet=off,chatty=info"));
    let unwanted = |_: &Record<'_>| -> u32 { panic!("it is not wanted") };
    let logger = root();
    let events = pipeline.record(|| {
        for _ in 0..2 {
            slog::info!(logger, "info"; "n" => FnValue(unwanted));
            slog::error!(logger, # "quiet", "off"; "n" => FnValue(unwanted));
            slog::info!(logger, # "chatty", "wanted");
        }
        pipeline.handle.set_level(LogLevel::Info);
        slog::info!(logger, "now");
    });
    let messages: Vec<_> = events.iter().map(|event| &*event.message).collect();
    assert_eq!(messages, ["wanted", "wanted", "now"]);
    assert!(logger.is_enabled(Level::Critical));
}

#[test]
fn values_with_redacted_names_are_not_recorded() {
    let pipeline = Pipeline::with(|builder| builder.redact(["password"]));
    let logger = root().new(o!("db.password" => "secret"));
    let event =
        pipeline.one(|| slog::info!(logger, "{} in", "ann"; "user" => "ann", "password" => "x"));
    assert_eq!(event.field("user").unwrap().as_str(), Some("ann"));
    for name in ["password", "db.password"] {
        assert_eq!(event.field(name).unwrap().as_str(), Some("[redacted]"));
    }
}

#[test]
fn the_drain_goes_where_the_program_puts_it() {
    let pipeline = Pipeline::new();
    let filtered = TtlogSlogDrain::new().filter_level(Level::Warning).fuse();
    let doubled = slog::Duplicate::new(filtered, TtlogSlogDrain::new()).fuse();
    let logger = Logger::root(doubled, o!());
    let events = pipeline.record(|| {
        slog::warn!(logger, "twice");
        slog::info!(logger, "once");
    });
    assert_eq!(events.len(), 3);
}

#[test]
fn flush_brings_what_was_logged_to_the_sinks() {
    let pipeline = Pipeline::new();
    let logger = root();
    pipeline.handle.scope(|| {
        (0..1_000).for_each(|n| slog::info!(logger, "flushed"; "n" => n));
        logger.flush().unwrap();
        assert_eq!(pipeline.memory.len(), 1_000);
    });
}

// ---- Values that do more than showing themselves ----

#[test]
fn values_may_log() {
    struct Chatty(Logger);

    impl fmt::Display for Chatty {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            slog::info!(self.0, "inner {}", 2; "n" => 1);
            f.write_str("chatty")
        }
    }

    let logger = root();
    let inner = logger.clone();
    let lazy = logger.new(o!("lazy" => FnValue(move |_| {
        slog::info!(inner, "lazily");
        7
    })));
    let chatty = Chatty(logger);
    let events = Pipeline::new().record(|| {
        for _ in 0..100 {
            slog::info!(lazy, "outer {}", chatty; "value" => %chatty);
        }
    });
    let count = |message: &str| {
        events
            .iter()
            .filter(|event| event.message == message)
            .count()
    };
    assert_eq!(
        (count("inner 2"), count("lazily"), count("outer chatty")),
        (200, 100, 100)
    );
}

struct Fails;

impl Value for Fails {
    fn serialize(&self, _: &Record<'_>, _: slog::Key, _: &mut dyn Serializer) -> slog::Result {
        Err(slog::Error::Other)
    }
}

#[test]
fn values_that_panic_or_fail_leave_a_mark_and_what_came_before_them() {
    let pipeline = Pipeline::new();
    let logger = root().new(o!("logger" => 1));
    let event = pipeline
        .one(|| slog::info!(logger, "text {}", Panics; "a" => 1, "bad" => %Panics, "z" => 26));
    assert!(event.panicked && event.message.starts_with("text before"));
    assert_eq!(names(&event), ["logger", "a", "bad", "z"]);
    assert_eq!(event.field("bad"), Some(&shown("before ")));

    // `slog` asks from the end, and no further where one fails.
    let panics = |_: &Record<'_>| -> u32 { panic!("lazily") };
    let event = pipeline
        .one(|| slog::info!(logger, "message"; "a" => 1, "bad" => FnValue(panics), "z" => 26));
    assert!(event.panicked && event.message == "message");
    assert_eq!(names(&event), ["logger", "z"]);
    let event =
        pipeline.one(|| slog::info!(logger, "message"; "a" => 1, "bad" => Fails, "z" => 26));
    assert!(event.panicked);
    assert_eq!(names(&event), ["logger", "z"]);
    assert!(!pipeline.one(|| slog::info!(logger, "after")).panicked);
}

#[test]
fn destructors_of_a_threads_data_may_log() {
    struct Logs(Logger);

    impl Drop for Logs {
        fn drop(&mut self) {
            slog::info!(self.0, "at the end {}", "of a thread"; "n" => 1);
        }
    }

    thread_local!(static LOGS: RefCell<Option<Logs>> = const { RefCell::new(None) });
    let memory = ttlog_core::sink::Memory::new();
    let handle = ttlog_core::init()
        .sink(memory.clone())
        .try_init()
        .expect("no other test of this program starts the global pipeline");
    thread::spawn(|| {
        let logger = root();
        LOGS.with(|logs| logs.replace(Some(Logs(logger.clone()))));
        slog::info!(logger, "before");
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

/// What the drain promises to be, so that a logger takes it as it is.
#[test]
fn a_logger_takes_the_drain_without_a_lock() {
    fn takes<D: slog::SendSyncRefUnwindSafeDrain<Ok = (), Err = Never> + Copy>(drain: D) -> D {
        drain
    }
    let drain = takes(TtlogSlogDrain::new());
    let fixed = slog::record_static!(Level::Info, "");
    let event = Pipeline::new().one(|| {
        let values = OwnedKVList::from(o!("logger" => 1));
        let Ok(()) = drain.log(
            &Record::new(&fixed, &format_args!("by hand"), slog::b!("n" => 1)),
            &values,
        );
    });
    assert_eq!(names(&event), ["logger", "n"]);
}
