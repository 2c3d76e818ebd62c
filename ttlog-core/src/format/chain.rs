//! The chain of spans in front of a line: `request{id=7}:query{table=users}`.
//!
//! In front of the target nothing that an event says can stand. Within a chain a value that has a brace is in quotes besides those that always
//! are, so none can pass for another span.

use std::num::NonZeroU64;

use super::escape::{Escapes, push_quoted, push_word};
use super::value::push_value;
use crate::decode::{EventRef, ValueRef};
use crate::metadata::RecordKind;
use crate::span::SpanInfo;

/// What stands in lines for a span, or ` a=1` for a context.
pub(crate) fn label(span: &SpanInfo) -> String {
    let mut label = String::new();
    if span.is_context {
        for (name, value) in span.fields() {
            label.push(' ');
            push_word(&mut label, name, Escapes::Rust);
            label.push('=');
            push_value(&mut label, value);
        }
        return label;
    }
    push_part(&mut label, |out| match &*span.name {
        "" => out.push('-'),
        name => push_word(out, name, Escapes::Rust),
    });
    let mut before = '{';
    for (name, value) in span.fields() {
        label.push(before);
        before = ' ';
        push_part(&mut label, |out| push_word(out, name, Escapes::Rust));
        label.push('=');
        push_part(&mut label, |out| push_value(out, value));
    }
    if before == ' ' {
        label.push('}');
    }
    label
}

/// Writes what `write` writes; in quotes where it has what ends a span or a name in a chain.
fn push_part(out: &mut String, write: impl FnOnce(&mut String)) {
    let begin = out.len();
    write(out);
    let part = &out[begin..];
    let is_name_or_value = !part.contains(['{', '}']) && !part.ends_with(':');
    if !part.starts_with('"') && !is_name_or_value {
        let part = out.split_off(begin);
        push_quoted(out, &part, Escapes::Rust);
    }
}

/// Writes the spans that the event is in, and `: `; in front of them what kind of record it is.
pub(super) fn push_chain(out: &mut String, event: &EventRef<'_>) {
    out.push_str(match event.kind() {
        RecordKind::Event => "",
        RecordKind::SpanBegin | RecordKind::ContextBegin => "-> ",
        RecordKind::SpanFields => "-- ",
        RecordKind::SpanEnd | RecordKind::ContextEnd => "<- ",
    });
    let begin = out.len();
    let is_known = is_known(event);
    for span in event.spans().filter(|span| !span.is_context) {
        if out.len() > begin {
            out.push(':');
        }
        out.push_str(span.label());
    }
    if event.kind() != RecordKind::Event && !is_known {
        if out.len() > begin {
            out.push(':');
        }
        push_part(out, |out| push_word(out, event.message(), Escapes::Rust));
    }
    if out.len() > begin {
        out.push_str(": ");
    }
}

/// Whether the span that a record tells of is the last of its chain.
pub(super) fn is_known(event: &EventRef<'_>) -> bool {
    event
        .spans()
        .next_back()
        .is_some_and(|span| Some(span.id) == event.own_span_id())
}

/// Writes the fields of the contexts that the event is in, each with a space in front.
pub(super) fn push_context(out: &mut String, event: &EventRef<'_>) {
    for context in event.spans().filter(|span| span.is_context) {
        out.push_str(context.label());
    }
}

/// The fields that a span's line has behind its chain: none at its beginning, where they are in it; at its end how long it
/// was, in units that people read.
pub(super) fn line_fields<'a>(
    event: &EventRef<'a>,
) -> impl Iterator<Item = (&'a str, ValueRef<'a>)> + use<'a> {
    let (kind, is_known) = (event.kind(), is_known(event));
    event
        .told_fields()
        .filter_map(move |(name, value)| match (kind, value) {
            (RecordKind::SpanBegin | RecordKind::ContextBegin, _) if is_known => None,
            (RecordKind::SpanEnd, ValueRef::U64(length_ns)) => match name.strip_suffix("_ns") {
                Some(name) => Some((name, ValueRef::Duration(rounded(length_ns)))),
                None => Some((name, value)),
            },
            _ => Some((name, value)),
        })
}

/// A length of time with three or four digits.
fn rounded(length_ns: u64) -> std::time::Duration {
    let mut unit = 1;
    while length_ns / unit >= 10_000 {
        unit *= 10;
    }
    std::time::Duration::from_nanos(length_ns / unit * unit)
}

/// The number of the innermost span, which is that of the record where it tells of one; where no span is known, the number
/// that the event has.
pub(super) fn shown_id(event: &EventRef<'_>) -> Option<NonZeroU64> {
    let mut spans = event.spans().rev().peekable();
    if event.own_span_id().is_none() && spans.peek().is_some() {
        return spans.find(|span| !span.is_context).map(|span| span.id);
    }
    event.own_span_id().or(event.span_id())
}
