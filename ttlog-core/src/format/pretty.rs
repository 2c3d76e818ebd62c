//! [`Pretty`]: an event on several lines, for people at work on the program.

use super::Format;
use super::chain::line_fields;
use super::color::{BOLD, DIM, DIM_ITALIC, of_level, paint};
use super::escape::{Escapes, push_rest_of_line, push_word};
use super::number::{push_display, push_u64};
use super::text::padded;
use super::timestamp::push_micros;
use super::value::push_value_line;
use crate::decode::{EventRef, ValueRef};
use crate::metadata::RecordKind;

/// Several lines for people at work on the program: the message, each field, where the call is, its thread.
///
/// ```text
/// 2026-11-21T00:50:32.123456Z ERROR Database error
///     query: "SELECT 1"
///     error: connection refused
///       caused by: timed out
///     at src/db.rs:42 in my_app::db
///     on thread worker (3)
///     in span query{table=users}
///     in span request{id=7}
///     in trace 8f21c6d3a4b5e6f78f21c6d3a4b5e601
/// ```
///
/// The fields of contexts stand behind the event's own; the spans are told from the innermost to the outermost. The beginning and the end of a span
/// say so in parentheses, and the first of the spans is the one that they are about.
///
/// A text value stands in quotes; what `Display` or `Debug` made stands as it is, unless it has characters that
/// would end the line, move the cursor or can't be seen: then it is in quotes and escaped, as in
/// [`Text`](super::Text).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pretty;

impl Format for Pretty {
    fn format(&self, event: &EventRef<'_>, out: &mut String) {
        write(event, out, false);
    }

    fn format_colored(&self, event: &EventRef<'_>, out: &mut String) {
        write(event, out, true);
    }

    fn duplicate(&self) -> Option<Box<dyn Format>> {
        Some(Box::new(Pretty))
    }
}

fn write(event: &EventRef<'_>, out: &mut String, colored: bool) {
    paint(out, colored, DIM, |out| {
        push_micros(out, event.timestamp_nanos())
    });
    out.push(' ');
    let level = event.level();
    paint(out, colored, of_level(level), |out| {
        out.push_str(padded(level))
    });
    if !event.message().is_empty() {
        paint(out, colored, BOLD, |out| {
            push_rest_of_line(out, event.message())
        });
    }
    if event.kind() == RecordKind::Event {
        push_fields(out, colored, event.fields());
    } else {
        push_fields(out, colored, line_fields(event));
    }
    push_fields(out, colored, event.context_fields());
    paint(out, colored, DIM, |out| push_origin(out, event));
    out.push('\n');
}

fn push_fields<'a>(
    out: &mut String,
    colored: bool,
    fields: impl Iterator<Item = (&'a str, ValueRef<'a>)>,
) {
    for (name, value) in fields {
        push_field(out, colored, name, value);
    }
}

#[inline(never)]
fn push_field(out: &mut String, colored: bool, name: &str, value: ValueRef<'_>) {
    out.push_str("\n    ");
    paint(out, colored, DIM_ITALIC, |out| {
        push_word(out, name, Escapes::Rust)
    });
    out.push_str(": ");
    push_value_line(out, value);
    if let ValueRef::Error(chain) = value {
        push_causes(out, colored, chain);
    }
}

fn push_causes(out: &mut String, colored: bool, chain: crate::ErrorChain<'_>) {
    for cause in chain.skip(1) {
        out.push_str("\n      ");
        paint(out, colored, DIM_ITALIC, |out| out.push_str("caused by"));
        out.push_str(": ");
        push_rest_of_line(out, cause);
    }
}

/// The lines about the event itself. A line of a field has a name and a colon first, so none can pass for these.
fn push_origin(out: &mut String, event: &EventRef<'_>) {
    out.push_str(match event.kind() {
        RecordKind::Event => "",
        RecordKind::SpanBegin => "\n    (this span begins)",
        RecordKind::SpanEnd => "\n    (this span has ended)",
        RecordKind::SpanFields => "\n    (fields of this span)",
        RecordKind::ContextBegin => "\n    (this context begins)",
        RecordKind::ContextEnd => "\n    (this context has ended)",
    });
    if event.is_cut() {
        out.push_str("\n    (cut: the event was over the size limit)");
    }
    if event.has_panicked() {
        out.push_str("\n    (panicked: a value did while it was formatted)");
    }
    if !event.file().is_empty() {
        out.push_str("\n    at ");
        push_word(out, event.file(), Escapes::Rust);
        out.push(':');
        push_u64(out, event.line().into());
        out.push_str(" in ");
    } else {
        out.push_str("\n    in ");
    }
    match event.target() {
        "" => out.push('-'),
        target => push_word(out, target, Escapes::Rust),
    }
    out.push_str("\n    on thread ");
    if let Some(name) = event.thread_name() {
        push_word(out, name, Escapes::Rust);
        out.push(' ');
    }
    push_display(out, format_args!("({})", event.thread_id()));
    if !event.is_alone() {
        push_spans(out, event);
    }
}

/// A line for each span, the innermost first, and one for the trace.
fn push_spans(out: &mut String, event: &EventRef<'_>) {
    let mut any = false;
    for span in event.spans().rev() {
        any = true;
        if !span.is_context {
            out.push_str("\n    in span ");
            out.push_str(span.label());
        }
    }
    if let Some(span) = event.span_id()
        && !any
    {
        push_display(out, format_args!("\n    in span {span:016x}"));
    }
    if let Some(trace) = event.trace_id() {
        push_display(out, format_args!("\n    in trace {trace:032x}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LogLevel;
    use crate::event::FieldValue;
    use crate::format::testing::{self, event, with};
    use std::num::NonZeroU64;

    #[test]
    fn every_part_has_its_line() {
        let mut event = with(
            event(LogLevel::Error, "Database error"),
            [
                ("query", "SELECT 1".into()),
                (
                    "error",
                    FieldValue::Error(vec!["refused".into(), "timed out".into(), "x\ny".into()]),
                ),
                ("state", FieldValue::Debug("Open { id: 1 }".into())),
                (
                    "two words",
                    FieldValue::Display("a\n    at forged:1".into()),
                ),
            ],
        );
        event.file = Some("src/db.rs".into());
        event.line = Some(42);
        event.span_id = NonZeroU64::new(0xab);
        (event.cut, event.panicked) = (true, true);
        assert_eq!(
            testing::format(&Pretty, &event),
            r#"2026-11-21T00:50:32.123456Z ERROR Database error
    query: "SELECT 1"
    error: refused
      caused by: timed out
      caused by: "x\ny"
    state: Open { id: 1 }
    "two words": "a\n    at forged:1"
    (cut: the event was over the size limit)
    (panicked: a value did while it was formatted)
    at src/db.rs:42 in my_app::db
    on thread worker (3)
    in span 00000000000000ab
"#
        );
    }

    #[test]
    fn what_is_not_known_is_left_out() {
        let mut event = event(LogLevel::Info, "hello");
        event.thread_name = None;
        assert_eq!(
            testing::format(&Pretty, &event),
            "2026-11-21T00:50:32.123456Z INFO  hello\n    in my_app::db\n    on thread (3)\n"
        );
    }

    #[test]
    fn the_message_is_bold() {
        let colored = testing::format_colored(&Pretty, &event(LogLevel::Info, "hello"));
        assert!(colored.contains("\x1b[32mINFO  \x1b[0m\x1b[1mhello\x1b[0m"));
    }
}
