//! Each row of the tables in `docs/migration.md` compiles on both sides; those of calls are run, and record the same.

#![allow(unused, reason = "the rows are fragments of programs")]

use std::error::Error;
use std::sync::Once;

use tracing_subscriber::prelude::*;
use ttlog::{Field, LogEvent, LogLevel, RecordKind};
use ttlog_integrations::{TtlogLogAdapter, TtlogSlogDrain, TtlogTracingLayer};

type Outcome = Result<(), Box<dyn Error>>;

struct Row {
    line: u32,
    section: &'static str,
    table: &'static str,
    before: fn() -> Outcome,
    after: fn() -> Outcome,
}

include!(concat!(env!("OUT_DIR"), "/rows.rs"));

fn slog_logger() -> slog::Logger {
    slog::Logger::root(TtlogSlogDrain::new(), slog::o!())
}

/// What somebody who reads the events gets to know: level, target, message, the fields with those of contexts around, the spans around.
fn told(work: impl FnOnce() -> Outcome) -> Vec<String> {
    let memory = ttlog::sink::Memory::new();
    let handle = ttlog::init()
        .level(LogLevel::Trace)
        .sink(memory.clone())
        .build()
        .unwrap();
    handle.scope(|| work().unwrap());
    handle.flush();
    memory.events().iter().filter_map(line).collect()
}

fn line(event: &LogEvent) -> Option<String> {
    if event.kind != RecordKind::Event {
        return None;
    }
    let contexts = event.spans.iter().filter(|span| span.is_context);
    let of_contexts = contexts.flat_map(|span| &span.fields);
    let fields = shown(of_contexts.chain(&event.fields));
    let spans = event.spans.iter().filter(|span| !span.is_context);
    let spans: Vec<_> = spans
        .map(|span| (&span.name, span.level, shown(&span.fields)))
        .collect();
    let (level, target, message) = (event.level, &event.target, &event.message);
    Some(format!(
        "{level} {target} {message:?} {fields:?} in {spans:?}"
    ))
}

/// Fields in the order of their names. What made a text of a value is not told: `tracing` itself doesn't tell `%` from `?`.
fn shown<'a>(fields: impl IntoIterator<Item = &'a Field>) -> Vec<String> {
    let shown = |field: &Field| format!("{}={}", field.key, field.value);
    let mut fields: Vec<_> = fields.into_iter().map(shown).collect();
    fields.sort();
    fields
}

/// Lets everything that a row's first side can log by into ttlog.
fn bridged(work: fn() -> Outcome) -> Outcome {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| log::set_boxed_logger(Box::new(TtlogLogAdapter::new())).unwrap());
    log::set_max_level(log::LevelFilter::Trace);
    let subscriber = tracing_subscriber::registry().with(TtlogTracingLayer::new());
    tracing::subscriber::with_default(subscriber, work)
}

#[test]
fn both_sides_of_a_call_record_the_same() {
    let calls: Vec<_> = ROWS.iter().filter(|row| row.table == "Calls").collect();
    assert!(calls.len() > 20, "the tables were not found");
    for row in calls {
        let before = told(|| bridged(row.before));
        let after = told(row.after);
        assert!(!after.is_empty(), "line {} logs nothing", row.line);
        assert_eq!(before, after, "line {}, {}", row.line, row.section);
    }
}
