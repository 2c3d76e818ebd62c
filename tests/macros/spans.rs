//! `span!`, `info_span!` and the others.

use std::cell::Cell;

use ttlog::{FieldValue, Level, LogEvent, LogLevel, SPAN_ID, Span, info, info_span, span};

use crate::support::{User, events_at, text};

const NAME: &str = "constant";
const LEVEL: LogLevel = LogLevel::Warn;

/// The records of a call.
fn records(call: impl FnOnce()) -> Vec<LogEvent> {
    events_at(LogLevel::Trace, call)
}

/// The beginning of the one span that a call makes.
fn beginning<T>(call: impl FnOnce() -> T) -> LogEvent {
    let mut records = records(|| drop(call()));
    assert_eq!(records.len(), 2, "a beginning and an end");
    assert_eq!(id_of(&records[0]), id_of(&records[1]));
    records.remove(0)
}

/// The number of the span that a record is about.
fn id_of(record: &LogEvent) -> u64 {
    match record[SPAN_ID] {
        FieldValue::U64(id) => id,
        ref other => panic!("{other:?}"),
    }
}

/// The fields of a span, without its number.
fn fields<T>(call: impl FnOnce() -> T) -> Vec<String> {
    let fields = beginning(call).fields.into_iter().skip(1);
    fields
        .map(|field| format!("{}={}", field.key, field.value))
        .collect()
}

#[test]
fn a_name_first_enters_the_span() {
    let records = records(|| {
        let _span = span!("outer", user_id = 7);
        info!("within");
    });
    let [begin, event, end] = &records[..] else {
        panic!("{records:?}")
    };
    assert_eq!((&*begin.message, begin.level), ("outer", LogLevel::Info));
    assert_eq!(begin["user_id"], 7);
    assert_eq!(begin.target, module_path!());
    assert_eq!(event.span_id.map(u64::from), Some(id_of(begin)));
    assert_eq!(id_of(begin), id_of(end));
    assert!(end.fields.iter().any(|field| field.key == "duration_ns"));
}

#[test]
fn a_level_first_makes_a_span_that_is_not_entered() {
    let records = records(|| {
        let span = span!(LogLevel::Debug, "outer");
        info!("outside");
        let entered = span.enter();
        info!("within");
        drop(entered);
        info!("outside");
        let guard = span.entered();
        info!("within");
        let _left = guard.exit();
        info!("outside");
    });
    let events = records.iter().filter(|record| record.message != "outer");
    for event in events {
        assert_eq!(event.span_id.is_some(), event.message == "within");
    }
    assert_eq!(records.len(), 5 + 2);
    assert_eq!(records[0].level, LogLevel::Debug);
}

#[test]
fn every_level_has_its_macro() {
    let levels = [
        beginning(|| ttlog::trace_span!("s")).level,
        beginning(|| ttlog::debug_span!("s")).level,
        beginning(|| ttlog::info_span!("s")).level,
        beginning(|| ttlog::warn_span!("s")).level,
        beginning(|| ttlog::error_span!("s")).level,
        beginning(|| ttlog::critical_span!("s")).level,
    ];
    assert_eq!(levels, LogLevel::ALL);
    let level = |span: fn() -> Span| beginning(span).level;
    assert_eq!(level(|| span!(LEVEL, "s")), LogLevel::Warn);
    assert_eq!(level(|| span!(Level::ERROR, "s")), LogLevel::Error);
    assert_eq!(level(|| span!(LogLevel::ALL[0], "s")), LogLevel::Trace);
}

#[test]
fn a_name_is_any_constant() {
    assert_eq!(beginning(|| info_span!(NAME)).message, "constant");
    assert_eq!(beginning(|| info_span!(concat!("a", 1))).message, "a1");
    assert_eq!(beginning(|| span!(concat!("a", 1))).message, "a1");
    assert_eq!(
        beginning(|| info_span!("GET /users/{id}")).message,
        "GET /users/{id}"
    );
    assert_eq!(beginning(|| info_span!(name: "n", a = 1)).message, "n");
    assert_eq!(
        beginning(|| span!(name: "n", LogLevel::Warn)).level,
        LogLevel::Warn
    );
    assert_eq!(beginning(|| span!(name: "n", a = 1)).message, "n");
}

#[test]
fn fields_are_written_as_in_events() {
    let (user, path, error) = (User { id: 3 }, "p", std::fmt::Error);
    let call = || {
        info_span!(
            "s", user, user.id, %path, ?error, error, { NAME } = 1, "any text" = true, http.status = 200,
            kind = "constant", message = "text", nothing = None::<u8>,
        )
    };
    let expected = [
        "user=3",
        "user.id=3",
        "path=p",
        "error=Error",
        "error=an error occurred when formatting an argument",
        "any text=true",
        "http.status=200",
        "kind=constant",
        "message=text",
        "nothing=None",
        "constant=1",
    ];
    assert_eq!(fields(call), expected);
    assert_eq!(
        fields(|| span!("s", { a = 1, ?path })),
        ["a=1", "path=\"p\""]
    );
    assert_eq!(
        fields(|| span!("s", a:? = "x", path:%)),
        ["a=\"x\"", "path=p"]
    );
    assert_eq!(fields(|| span!("s",)), [""; 0]);
}

#[test]
fn a_target_may_be_computed() {
    let target = String::from("computed");
    assert_eq!(beginning(|| span!(target: "t", "s")).target, "t");
    assert_eq!(beginning(|| span!(target: &target, "s")).target, "computed");
    let call = || info_span!(target: &target, parent: 7_u64, "s");
    assert_eq!(beginning(call).target, "computed");
    assert_eq!(beginning(call).span_id.map(u64::from), Some(7));
}

#[test]
fn a_parent_is_a_span_or_its_number_or_none() {
    let records = records(|| {
        let parent = info_span!("parent");
        let _other = span!("other");
        drop(info_span!(parent: &parent, "child"));
        drop(info_span!(parent: parent.id(), "child"));
        drop(info_span!(parent: None, "child"));
        info!(parent: &parent, "event");
        info!(parent: None, "event");
        info!("event");
    });
    let of = |name: &str| -> Vec<_> {
        let begins = records.iter().filter(|record| {
            record.message == name && record.fields.iter().all(|field| field.key != "duration_ns")
        });
        begins.collect()
    };
    let [parent, other] = [of("parent"), of("other")].map(|records| Some(id_of(records[0])));
    let parents = |name| -> Vec<_> {
        let records = of(name).into_iter();
        records
            .map(|record| record.span_id.map(u64::from))
            .collect()
    };
    assert_eq!(parents("child"), [parent, parent, None]);
    assert_eq!(parents("event"), [parent, None, other]);
}

#[test]
fn a_child_is_in_the_trace_of_its_parent() {
    let trace = || ttlog::TraceParent::current().unwrap().trace_id;
    let records = records(|| {
        let parent = info_span!("parent");
        let of_parent = parent.in_scope(trace);
        let _other = span!("other");
        assert_ne!(trace(), of_parent);
        let child = info_span!(parent: &parent, "child");
        assert_eq!(child.in_scope(trace), of_parent);
        assert_eq!(
            info_span!(parent: child, "grandchild").in_scope(trace),
            of_parent
        );
        let root = info_span!(parent: None, "root").in_scope(trace);
        assert!(root != of_parent && root != trace());
    });
    assert_eq!(records.len(), 10);
}

#[test]
fn values_are_evaluated_once_and_only_where_the_span_is_wanted() {
    let count = Cell::new(0);
    let evaluated = || {
        count.set(count.get() + 1);
        count.get()
    };
    let call = || {
        let span = ttlog::debug_span!("s", a = evaluated(), b = %evaluated());
        span.record("later", 1);
        span.is_none()
    };
    let none = Cell::new(false);
    assert_eq!(events_at(LogLevel::Info, || none.set(call())).len(), 0);
    assert_eq!((count.get(), none.get()), (0, true));
    assert_eq!(events_at(LogLevel::Debug, || none.set(call())).len(), 3);
    assert_eq!((count.get(), none.get()), (2, false));
}

#[test]
fn values_may_log_and_leave_the_function() {
    fn attempt() -> Option<Span> {
        let nothing: Option<u64> = None;
        Some(info_span!("s", value = nothing?))
    }
    assert_eq!(records(|| assert!(attempt().is_none())).len(), 0);
    let logs = || {
        info!("value");
        1
    };
    let messages: Vec<_> = records(|| drop(info_span!("s", a = logs())))
        .into_iter()
        .map(|record| record.message)
        .collect();
    assert_eq!(messages, ["value", "s", "s"]);
}

#[test]
fn fields_that_come_later_are_records_of_their_own() {
    let records = records(|| {
        info_span!("s").record("rows", "many").record("late", true);
    });
    assert_eq!(records[1]["rows"], text("many"));
    assert_eq!(records[2]["late"], true);
    assert_eq!(id_of(&records[0]), id_of(&records[1]));
}

#[test]
fn a_field_without_a_value_shows_once_it_has_got_one() {
    let events = records(|| {
        let span = info_span!("query", table = "users", rows = ttlog::field::Empty);
        span.in_scope(|| info!("before"));
        span.record("rows", 3);
        span.in_scope(|| info!("after"));
    });
    let known = |message: &str| {
        let event = events.iter().find(|event| event.message == message);
        let fields = &event.unwrap().spans[0].fields;
        let shown = fields
            .iter()
            .map(|field| format!("{}={}", field.key, field.value));
        shown.collect::<Vec<_>>()
    };
    assert_eq!(known("before"), ["table=users"]);
    assert_eq!(known("after"), ["table=users", "rows=3"]);
}

#[test]
fn the_current_span_is_known_to_who_did_not_begin_it() {
    let events = records(|| {
        assert!(Span::current().is_none());
        let outer = info_span!("outer").entered();
        ttlog::with_context("request", 7, || {
            let current = Span::current();
            assert_eq!(current.id(), outer.id());
            assert_eq!(current.trace_parent(), outer.trace_parent());
            current.record("rows", 3);
            drop(current.entered());
            info!("within");
        });
        info!("behind");
    });
    let ends = events
        .iter()
        .filter(|event| event.kind == ttlog::RecordKind::SpanEnd);
    assert_eq!(ends.count(), 1);
    for message in ["within", "behind"] {
        let event = events
            .iter()
            .find(|event| event.message == message)
            .unwrap();
        assert_eq!(event.field_in_chain("rows"), Some(&3.into()), "{message}");
    }
}

#[test]
fn a_span_is_shown_by_name_and_number() {
    records(|| {
        let span = info_span!("query", rows = 3);
        let number = span.id().unwrap();
        assert_eq!(format!("{span:?}"), format!("Span(query {number:016x})"));
        assert_eq!(format!("{:?}", Span::none()), "Span(none)");
    });
}
