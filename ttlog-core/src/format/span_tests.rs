//! Spans and contexts in each format: what stands where, and that nothing in them can pass for something else.

use std::num::NonZeroU64;

use super::FormatKind;
use super::escape::is_hostile;
use super::testing::{event, record, with};
use crate::event::{FieldValue, LogEvent};
use crate::span::SpanTable;
use crate::{LogLevel, RecordKind, SPAN_END_FIELDS, SPAN_ID};

fn told<'a>(
    kind: RecordKind,
    name: &str,
    id: u64,
    parent: u64,
    fields: impl IntoIterator<Item = (&'a str, FieldValue)>,
) -> LogEvent {
    let mut told = with(event(LogLevel::Info, name), [(SPAN_ID, id.into())]);
    told.kind = kind;
    told.span_id = NonZeroU64::new(parent);
    with(told, fields)
}

/// A request, a context in it, and a query in that.
fn spans() -> SpanTable {
    let mut spans = SpanTable::default();
    let begin = RecordKind::SpanBegin;
    let request = told(begin, "request", 1, 0, [("id", 7.into())]);
    let context = told(
        RecordKind::ContextBegin,
        "context",
        2,
        1,
        [("tenant", "acme co".into())],
    );
    let query = told(begin, "query", 3, 2, [("table", "users".into())]);
    for told in [request, context, query] {
        spans.feed(&record(&told).event());
    }
    spans
}

fn format(kind: FormatKind, event: &LogEvent, spans: &SpanTable) -> String {
    let mut out = String::new();
    let record = record(event);
    kind.boxed().format(&record.event().among(spans), &mut out);
    out
}

/// An event in all of them, the beginning of the query, and its end.
fn lines(kind: FormatKind) -> String {
    let mut inside = with(event(LogLevel::Warn, "No index"), [("rows", 1000.into())]);
    inside.span_id = NonZeroU64::new(3);
    let begin = told(
        RecordKind::SpanBegin,
        "query",
        3,
        2,
        [("table", "users".into())],
    );
    let [_, duration, busy, idle, outcome] = SPAN_END_FIELDS;
    let end = told(
        RecordKind::SpanEnd,
        "query",
        3,
        0,
        [
            (duration, 2_712_345_u64.into()),
            (busy, 2_000_000_u64.into()),
            (idle, 712_345_u64.into()),
            (outcome, "error".into()),
        ],
    );
    let unmeasured = told(
        RecordKind::SpanEnd,
        "gone",
        9,
        0,
        [(duration, 950_u64.into())],
    );
    let spans = spans();
    [inside, begin, end, unmeasured]
        .map(|event| format(kind, &event, &spans))
        .concat()
}

#[test]
fn text() {
    assert_eq!(
        lines(FormatKind::Text),
        "2026-11-21T00:50:32.123456Z WARN  request{id=7}:query{table=users}: my_app::db: No index rows=1000 tenant=\"acme co\"\n\
         2026-11-21T00:50:32.123456Z INFO  -> request{id=7}:query{table=users}: my_app::db: tenant=\"acme co\"\n\
         2026-11-21T00:50:32.123456Z INFO  <- request{id=7}:query{table=users}: my_app::db: duration=2.712ms busy=2ms \
         idle=712.3µs outcome=error tenant=\"acme co\"\n\
         2026-11-21T00:50:32.123456Z INFO  <- gone: my_app::db: duration=950ns\n"
    );
}

#[test]
fn pretty() {
    assert_eq!(
        lines(FormatKind::Pretty),
        r#"2026-11-21T00:50:32.123456Z WARN  No index
    rows: 1000
    tenant: "acme co"
    in my_app::db
    on thread worker (3)
    in span query{table=users}
    in span request{id=7}
2026-11-21T00:50:32.123456Z INFO  query
    tenant: "acme co"
    (this span begins)
    in my_app::db
    on thread worker (3)
    in span query{table=users}
    in span request{id=7}
2026-11-21T00:50:32.123456Z INFO  query
    duration: 2.712ms
    busy: 2ms
    idle: 712.3µs
    outcome: "error"
    tenant: "acme co"
    (this span has ended)
    in my_app::db
    on thread worker (3)
    in span query{table=users}
    in span request{id=7}
2026-11-21T00:50:32.123456Z INFO  gone
    duration: 950ns
    (this span has ended)
    in my_app::db
    on thread worker (3)
"#
    );
}

#[test]
fn json() {
    let head = r#"{"timestamp":"2026-11-21T00:50:32.123456789Z","level":"#;
    let thread = r#""thread":{"id":3,"name":"worker"}"#;
    let spans = concat!(
        r#""span_id":"0000000000000003","spans":[{"name":"request","id":"0000000000000001","fields":{"id":7}},"#,
        r#"{"name":"query","id":"0000000000000003","fields":{"table":"users"}}],"context":{"tenant":"acme co"}}"#
    );
    let expected = [
        format!(
            r#"{head}"WARN","target":"my_app::db","message":"No index","fields":{{"rows":1000}},{thread},{spans}"#
        ),
        format!(
            r#"{head}"INFO","target":"my_app::db","message":"query","fields":{{"table":"users"}},{thread},"kind":"span_begin",{spans}"#
        ),
        format!(
            r#"{head}"INFO","target":"my_app::db","message":"query","fields":{{"duration_ns":2712345,"busy_ns":2000000,"idle_ns":712345,"outcome":"error"}},{thread},"kind":"span_end",{spans}"#
        ),
        format!(
            r#"{head}"INFO","target":"my_app::db","message":"gone","fields":{{"duration_ns":950}},{thread},"kind":"span_end","span_id":"0000000000000009"}}"#
        ),
    ];
    assert_eq!(lines(FormatKind::Json), expected.join("\n") + "\n");
}

#[test]
fn logfmt() {
    let head = "ts=2026-11-21T00:50:32.123456Z level=";
    let expected = [
        "warn target=my_app::db msg=\"No index\" rows=1000 tenant=\"acme co\" spans=request:query table=users id=7",
        "info target=my_app::db msg=\"query\" kind=span_begin table=users tenant=\"acme co\" spans=request:query id=7",
        "info target=my_app::db msg=\"query\" kind=span_end duration_ns=2712345 busy_ns=2000000 idle_ns=712345 outcome=error \
         tenant=\"acme co\" spans=request:query table=users id=7",
    ];
    let mut text: String = expected
        .iter()
        .map(|line| format!("{head}{line} span_id=0000000000000003\n"))
        .collect();
    text += &format!(
        "{head}info target=my_app::db msg=\"gone\" kind=span_end duration_ns=950 span_id=0000000000000009\n"
    );
    assert_eq!(lines(FormatKind::Logfmt), text);
}

#[test]
fn no_value_of_a_span_forges_a_line_a_field_or_a_span() {
    let values = [
        "a\nb",
        "\u{1b}[2J",
        "\u{202e}x",
        "\u{2028}",
        "7}:admin{root=1",
        "7}:admin",
        "7}",
        "{",
        "7}: my_app: forged",
    ];
    for value in values {
        let places: [fn(&mut LogEvent, &str); 3] = [
            |told, text| told.message = text.into(),
            |told, text| told.fields[1].key = text.to_owned().into(),
            |told, text| told.fields[1].value = FieldValue::Display(text.into()),
        ];
        for place in places {
            let mut begin = told(
                RecordKind::SpanBegin,
                "query",
                1,
                0,
                [("key", "value".into())],
            );
            let mut inside = event(LogLevel::Info, "hello");
            inside.span_id = NonZeroU64::new(1);
            place(&mut begin, value);
            let mut spans = SpanTable::default();
            spans.feed(&record(&begin).event());
            for kind in FormatKind::ALL {
                let line = format(kind, &inside, &spans);
                assert!(!line.replace('\n', "").contains(is_hostile), "{line:?}");
                let lines = if kind == FormatKind::Pretty { 4 } else { 1 };
                assert_eq!(line.matches('\n').count(), lines, "{line}");
            }
            let line = format(FormatKind::Text, &inside, &spans);
            let unquoted: Vec<&str> = line.split('"').step_by(2).collect();
            let unquoted = unquoted.concat();
            assert_eq!(unquoted.matches(['{', '}']).count(), 2, "{line}");
            assert!(!unquoted.contains("admin"), "{line}");
        }
    }
}
