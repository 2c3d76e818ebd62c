//! What `ttlog info --json` prints: an object a file, on one line. `docs/cli.md` lists the keys.

use serde_json::{Map, Value, json};
use ttlog_core::LogLevel;
use ttlog_core::snapshot::FactValue;

use super::Findings;
use super::counts::Counts;
use crate::time;

/// How many columns the timeline has, at most.
const COLUMNS: usize = 60;

pub(super) fn report(findings: &Findings, top: usize, text: &mut String) {
    let counts = &findings.counts;
    let reader = &findings.reader;
    let facts: Map<String, Value> = reader
        .facts()
        .iter()
        .filter_map(|(name, value)| {
            let value = match value {
                FactValue::Text(text) => json!(text),
                FactValue::Number(number) => json!(number),
                _ => return None,
            };
            Some((name.to_owned(), value))
        })
        .collect();
    let flaws: Vec<String> = reader.flaws().iter().map(ToString::to_string).collect();
    let report = json!({
        "file": findings.name,
        "bytes": findings.bytes,
        "complete": reader.is_complete(),
        "flaws": flaws,
        "facts": facts,
        "events": counts.events,
        "spans_begun": counts.spans_begun,
        "spans_ended": counts.spans_ended,
        "first_event": counts.span.map(|(first, _)| time::display(first)),
        "last_event": counts.span.map(|(_, last)| time::display(last)),
        "levels": by_level(|level| json!(counts.levels[level as usize])),
        "timeline": timeline(counts),
        "thread_count": counts.threads.len(),
        "threads": counts.busiest_threads(top).iter().map(|(id, thread)| json!({
            "id": id,
            "name": thread.name,
            "events": thread.events,
        })).collect::<Vec<_>>(),
        "call_count": counts.calls.len(),
        "calls": counts.busiest_calls(top).iter().map(|(call, count)| json!({
            "events": count,
            "level": call.level.as_str(),
            "target": call.target,
            "file": call.file,
            "line": call.line,
            "message": call.message,
        })).collect::<Vec<_>>(),
    });
    text.push_str(&report.to_string());
    text.push('\n');
}

fn timeline(counts: &Counts) -> Value {
    let Some((first, last)) = counts.span else {
        return Value::Null;
    };
    let columns = counts.timeline.columns(LogLevel::Info, COLUMNS).len() as u64;
    json!({
        "column_ns": (last - first) / columns,
        "levels": by_level(|level| json!(counts.timeline.columns(level, COLUMNS))),
    })
}

fn by_level(value: impl Fn(LogLevel) -> Value) -> Map<String, Value> {
    LogLevel::ALL
        .into_iter()
        .map(|level| (level.as_str().to_owned(), value(level)))
        .collect()
}
