//! Spans and contexts in each format: what stands where, and that nothing in them can pass for something else.

use std::num::NonZeroU64;

use super::FormatKind;
use super::escape::is_hostile;
use super::testing::{event, record, with};
use crate::event::{FieldValue, LogEvent};
use crate::span::{SpanTable, TracePrefix};
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

/// Two spans in a trace from outside, which a context tells of, and an event in a trace of this process, as lines.
fn lines_in_traces(kind: FormatKind) -> String {
    let mut spans = SpanTable::default();
    spans.set_trace_prefix(TracePrefix::from_hex("00000000000000ab"));
    let texts = [
        ("trace_id", format!("{:032x}", 0xcd)),
        ("parent_span_id", format!("{:016x}", 0xef)),
    ];
    let fields = texts.map(|(name, text)| (name, FieldValue::Display(text)));
    let context = told(RecordKind::ContextBegin, "trace", 1, 0, fields);
    let begins = [
        told(RecordKind::SpanBegin, "request", 2, 1, []),
        told(RecordKind::SpanBegin, "alone", 3, 0, []),
    ];
    spans.feed(&record(&context).event());
    for begin in &begins {
        spans.feed(&record(begin).event());
    }
    let own = with(event(LogLevel::Info, "x"), [("trace_id", 1.into())]);
    let lines = [1, 2, 3].map(|id| {
        let mut event = own.clone();
        event.span_id = NonZeroU64::new(id);
        format(kind, &event, &spans)
    });
    lines.concat()
}

#[test]
fn a_trace_has_its_id_in_formats_for_programs_and_in_the_one_of_many_lines() {
    let json = lines_in_traces(FormatKind::Json);
    let told: Vec<&str> = json
        .lines()
        .map(|line| &line[line.find(",\"trace_id\"").unwrap()..])
        .collect();
    let context = r#""context":{"trace_id":"000000000000000000000000000000cd","parent_span_id":"00000000000000ef"}"#;
    assert_eq!(
        told,
        [
            format!(r#","trace_id":"000000000000000000000000000000cd",{context}}}"#),
            format!(
                r#","trace_id":"000000000000000000000000000000cd","span_id":"0000000000000002","spans":[{{"name":"request","id":"0000000000000002","fields":{{}}}}],{context}}}"#
            ),
            r#","trace_id":"00000000000000ab0000000000000003","span_id":"0000000000000003","spans":[{"name":"alone","id":"0000000000000003","fields":{}}]}"#.to_owned(),
        ]
    );
    let logfmt = lines_in_traces(FormatKind::Logfmt);
    let told: Vec<&str> = logfmt
        .lines()
        .map(|line| &line[line.find("field.").unwrap()..])
        .collect();
    assert_eq!(
        told,
        [
            "field.trace_id=1 parent_span_id=00000000000000ef trace_id=000000000000000000000000000000cd",
            "field.trace_id=1 parent_span_id=00000000000000ef spans=request trace_id=000000000000000000000000000000cd span_id=0000000000000002",
            "field.trace_id=1 spans=alone trace_id=00000000000000ab0000000000000003 span_id=0000000000000003",
        ]
    );
    let pretty = lines_in_traces(FormatKind::Pretty);
    let traces: Vec<&str> = pretty
        .lines()
        .filter_map(|line| line.strip_prefix("    in trace "))
        .collect();
    assert_eq!(
        traces,
        [
            "000000000000000000000000000000cd",
            "000000000000000000000000000000cd",
            "00000000000000ab0000000000000003"
        ]
    );
    let text = lines_in_traces(FormatKind::Text);
    assert!(!text.contains("00ab"), "{text}");
    assert_eq!(text.matches("parent_span_id=00000000000000ef").count(), 2);
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
