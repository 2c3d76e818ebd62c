use super::*;
use crate::event::{Field, LogEvent};
use crate::format::testing::{event, record};
use crate::level::LogLevel;

fn told(kind: RecordKind, id: u64, parent: u64) -> LogEvent {
    let mut told = event(LogLevel::Info, &format!("span {id}"));
    told.kind = kind;
    told.span_id = NonZeroU64::new(parent);
    told.fields.push(Field {
        key: crate::SPAN_ID.into(),
        value: id.into(),
    });
    told
}

fn feed(table: &mut SpanTable, kind: RecordKind, id: u64, parent: u64) {
    table.feed(&record(&told(kind, id, parent)).event());
}

fn chain(table: &SpanTable, id: u64) -> Vec<u64> {
    let chain = table.chain(NonZeroU64::new(id), None);
    chain.map(|span| span.id.get()).collect()
}

#[test]
fn a_parent_stays_as_long_as_its_children() {
    use RecordKind::{Event, SpanBegin, SpanEnd};
    let mut table = SpanTable::default();
    feed(&mut table, SpanBegin, 1, 0);
    feed(&mut table, SpanBegin, 2, 1);
    feed(&mut table, SpanBegin, 3, 2);
    feed(&mut table, SpanEnd, 1, 0);
    feed(&mut table, SpanEnd, 2, 0);
    assert_eq!(chain(&table, 3), [1, 2, 3]);
    feed(&mut table, SpanEnd, 3, 0);
    // Who is told of the end sees it yet.
    assert_eq!(chain(&table, 3), [1, 2, 3]);
    feed(&mut table, Event, 0, 0);
    assert_eq!((table.spans.len(), table.bytes), (0, 0));
}

#[test]
fn a_parent_that_is_told_after_its_child_stays_as_long() {
    use RecordKind::{Event, SpanBegin, SpanEnd};
    let mut table = SpanTable::default();
    feed(&mut table, SpanBegin, 2, 1);
    feed(&mut table, SpanBegin, 1, 0);
    feed(&mut table, SpanBegin, 3, 1);
    feed(&mut table, SpanEnd, 3, 0);
    feed(&mut table, SpanEnd, 1, 0);
    feed(&mut table, Event, 0, 0);
    assert_eq!(chain(&table, 2), [1, 2]);
    feed(&mut table, SpanBegin, 4, 9);
    for id in [4, 2] {
        feed(&mut table, SpanEnd, id, 0);
    }
    feed(&mut table, Event, 0, 0);
    assert_eq!((table.spans.len(), table.waiting.len()), (0, 0));
}

#[test]
fn spans_that_never_end_take_bounded_memory_and_those_around_others_go_last() {
    let mut table = SpanTable {
        most_bytes: 1 << 20,
        ..SpanTable::default()
    };
    feed(&mut table, RecordKind::SpanBegin, 1, 0);
    for id in 2..=100_000 {
        feed(&mut table, RecordKind::SpanBegin, id, 1);
    }
    assert!(table.waiting.is_empty());
    assert!((1 << 19..=1 << 20).contains(&table.bytes));
    let kept = table.spans.len();
    assert!((1_000..10_000).contains(&kept), "{kept}");
    assert_eq!(table.dropped(), 100_000 - kept as u64);
    assert_eq!(chain(&table, 100_000), [1, 100_000]);
    assert_eq!(chain(&table, 2), [0; 0]);
    for id in 1..=100_000 {
        feed(&mut table, RecordKind::SpanEnd, id, 0);
    }
    feed(&mut table, RecordKind::Event, 0, 0);
    assert_eq!((table.spans.len(), table.bytes), (0, 0));
    assert!(table.order.len() <= 64);
    assert!(table.spans.capacity() <= 4 * LEAST_ROOM);
}

/// A context that says that it continues the trace 0x77, called by the span 0x99.
fn continued(id: u64, parent: u64, trace_id: &str) -> LogEvent {
    let mut begin = told(RecordKind::ContextBegin, id, parent);
    begin.message = "trace".into();
    for (key, text) in [
        ("trace_id", trace_id),
        ("parent_span_id", "0000000000000099"),
    ] {
        let value = crate::FieldValue::Display(text.to_owned());
        let key = key.into();
        begin.fields.push(Field { key, value });
    }
    begin
}

/// The trace and the span of what is directly in a span or context.
fn inside(table: &SpanTable, id: u64) -> (Option<u128>, Option<u64>) {
    let inside = table.inside(NonZeroU64::new(id));
    let trace = inside.trace_id().map(u128::from);
    (trace, inside.span.map(u64::from))
}

fn with_prefix(prefix: u64) -> SpanTable {
    let mut table = SpanTable::default();
    table.set_trace_prefix(TracePrefix::new(prefix));
    table
}

const REMOTE: &str = "00000000000000000000000000000077";

#[test]
fn a_trace_is_found_by_its_chain_however_deep_and_in_whatever_order_it_was_told() {
    use RecordKind::{ContextBegin, SpanBegin};
    let mut table = with_prefix(5);
    feed(&mut table, ContextBegin, 1, 0);
    assert_eq!(inside(&table, 1), (None, None));
    for id in 2..=1000 {
        feed(&mut table, SpanBegin, id, id - 1);
    }
    let trace = Some(5 << 64 | 2);
    assert_eq!(inside(&table, 1000), (trace, Some(1000)));
    // As in a ring where what lasts longest is told again last.
    for id in (2..=10).rev() {
        feed(&mut table, SpanBegin, 2000 + id, 2000 + id - 1);
        assert_eq!(inside(&table, 2010), (None, Some(2010)));
    }
    feed(&mut table, ContextBegin, 2001, 1000);
    assert_eq!(inside(&table, 2010), (trace, Some(2010)));
    feed(&mut table, SpanBegin, 2011, 2010);
    assert_eq!(inside(&table, 2001), (trace, Some(1000)));
    assert_eq!(inside(&table, 2011), (trace, Some(2011)));
}

#[test]
fn a_trace_from_outside_is_the_one_of_all_in_it() {
    let mut table = with_prefix(5);
    feed(&mut table, RecordKind::SpanBegin, 1, 0);
    table.feed(&record(&continued(2, 1, REMOTE)).event());
    assert_eq!(inside(&table, 2), (Some(0x77), Some(0x99)));
    feed(&mut table, RecordKind::ContextBegin, 3, 2);
    assert_eq!(inside(&table, 3), (Some(0x77), Some(0x99)));
    feed(&mut table, RecordKind::SpanBegin, 4, 3);
    assert_eq!(inside(&table, 4), (Some(0x77), Some(4)));
    assert_eq!(inside(&table, 1), (Some(5 << 64 | 1), Some(1)));
}

#[test]
fn no_trace_is_guessed() {
    // The prefix is not known: a file of an earlier version.
    let mut table = SpanTable::default();
    feed(&mut table, RecordKind::SpanBegin, 1, 0);
    feed(&mut table, RecordKind::SpanBegin, 2, 1);
    assert_eq!(inside(&table, 2), (None, Some(2)));
    table.feed(&record(&continued(3, 2, REMOTE)).event());
    assert_eq!(inside(&table, 3), (Some(0x77), Some(0x99)));
    // An outer span is missing, and what a context said of its trace was not recorded.
    let mut table = with_prefix(5);
    feed(&mut table, RecordKind::SpanBegin, 2, 1);
    feed(&mut table, RecordKind::SpanBegin, 3, 2);
    table.feed(&record(&continued(4, 0, "[redacted]")).event());
    feed(&mut table, RecordKind::SpanBegin, 5, 4);
    for id in [1, 2, 3, 5] {
        assert_eq!(inside(&table, id), (None, Some(id)));
    }
}

#[test]
fn nonsense_is_bounded_too() {
    let mut table = SpanTable::default();
    // Each is the other's parent, and a span is its own.
    for _ in 0..3 {
        feed(&mut table, RecordKind::SpanBegin, 1, 2);
        feed(&mut table, RecordKind::SpanBegin, 2, 1);
        feed(&mut table, RecordKind::SpanBegin, 3, 3);
    }
    assert_eq!(chain(&table, 2).len(), DEEPEST);
    for id in [3, 2, 1, 1, 7] {
        feed(&mut table, RecordKind::SpanEnd, id, 0);
        feed(&mut table, RecordKind::SpanFields, id, 0);
    }
    assert!(table.spans.len() <= 3);
}
