//! [`Logfmt`]: an event as `key=value` pairs on one line, for people and programs.

use super::Format;
use super::chain::shown_id;
use super::escape::{Escapes, push_key, push_quoted, push_word};
use super::number::push_display;
use super::timestamp::push_micros;
use super::value::push_logfmt_value;
use crate::LogLevel;
use crate::decode::{EventRef, ValueRef};
use crate::metadata::RecordKind;

/// One line of `key=value` pairs, as Grafana, Heroku and many others read it.
///
/// ```text
/// ts=2026-11-21T00:50:32.123456Z level=info target=my_app::db msg="User logged in" user_id=123
/// ```
///
/// A value with a space, a quote, a backslash, `=` or what can't be seen is in quotes and escaped as in JSON. A name
/// can't be quoted: what may not stand in one becomes `_`, and a field named like a key of the line's own
/// (`ts`, `level`, `target`, `msg`, `span_id`, `cut`, `panicked`) is called `field.level` and so on.
/// Missing values are `null`, durations are seconds.
///
/// In a span, the names of all spans, the outermost first, are in `spans`, and `span_id` is the number of the innermost, 16 hexadecimal digits; `trace_id`,
/// 32 of them, is there where the trace is known, and a field of that name is `field.trace_id` then.
/// Behind the event's own fields stand those of its contexts, then those of its spans, the innermost first. `kind` is `span_begin` or `span_end`
/// in lines that tell of that.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Logfmt;

const OWN_KEYS: [&str; 7] = ["ts", "level", "target", "msg", "span_id", "cut", "panicked"];

impl Format for Logfmt {
    fn format(&self, event: &EventRef<'_>, out: &mut String) {
        out.push_str("ts=");
        push_micros(out, event.timestamp_nanos());
        out.push_str(match event.level() {
            LogLevel::Trace => " level=trace target=",
            LogLevel::Debug => " level=debug target=",
            LogLevel::Info => " level=info target=",
            LogLevel::Warn => " level=warn target=",
            LogLevel::Error => " level=error target=",
            LogLevel::Critical => " level=critical target=",
        });
        push_word(out, event.target(), Escapes::Json);
        out.push_str(" msg=");
        push_quoted(out, event.message(), Escapes::Json);
        if event.is_alone() {
            for (name, value) in event.fields() {
                push_field(out, &OWN_KEYS, name, value);
            }
        } else {
            push_spans(out, event);
        }
        if event.is_cut() {
            out.push_str(" cut=true");
        }
        if event.has_panicked() {
            out.push_str(" panicked=true");
        }
        out.push('\n');
    }

    fn duplicate(&self) -> Option<Box<dyn Format>> {
        Some(Box::new(Logfmt))
    }
}

/// Inlined, so that a name is compared with keys that are known then.
#[inline(always)]
fn push_field(out: &mut String, own_keys: &[&str], name: &str, value: ValueRef<'_>) {
    out.push(' ');
    let begin = out.len();
    push_key(out, name);
    if own_keys.contains(&&out[begin..]) {
        out.insert_str(begin, "field.");
    }
    out.push('=');
    push_logfmt_value(out, value);
}

/// The fields of the event, of its contexts and of its spans, those first that are nearest to it.
#[inline(never)]
fn push_spans(out: &mut String, event: &EventRef<'_>) {
    let mut own_keys = OWN_KEYS.to_vec();
    own_keys.push("spans");
    if event.kind() != RecordKind::Event {
        own_keys.push("kind");
        out.push_str(" kind=");
        out.push_str(event.kind().as_str());
    }
    let trace_id = event.trace_id();
    if trace_id.is_some() {
        own_keys.push("trace_id");
    }
    for (name, value) in event.told_fields() {
        push_field(out, &own_keys, name, value);
    }
    for context in event.spans().filter(|span| span.is_context) {
        // What a trace's context says of it, the line says itself.
        let is_said = |name: &str| context.continues_trace() && name == "trace_id";
        for (name, value) in context.fields().filter(|(name, _)| !is_said(name)) {
            push_field(out, &own_keys, name, value);
        }
    }
    let mut spans = event.spans().filter(|span| !span.is_context).peekable();
    let is_known = spans.peek().is_some();
    if is_known {
        out.push_str(" spans=");
        let mut names = String::new();
        for (place, span) in spans.enumerate() {
            if place > 0 {
                names.push(':');
            }
            names.push_str(&span.name);
        }
        push_word(out, &names, Escapes::Json);
    }
    // The fields of the span that begins are the event's.
    let own = match event.kind() {
        RecordKind::SpanBegin => event.own_span_id(),
        _ => None,
    };
    let around = event.spans().rev();
    for span in around.filter(|span| !span.is_context && Some(span.id) != own) {
        for (name, value) in span.fields() {
            push_field(out, &own_keys, name, value);
        }
    }
    if let Some(id) = trace_id {
        push_display(out, format_args!(" trace_id={id:032x}"));
    }
    if let Some(id) = shown_id(event) {
        push_display(out, format_args!(" span_id={id:016x}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::{self, event, with};
    use std::num::NonZeroU64;

    #[test]
    fn an_event_is_one_line_of_pairs() {
        let mut event = with(
            event(LogLevel::Warn, "User \"x\"\n"),
            [
                ("user id", 1.into()),
                ("level", "in\u{1b}fo".into()),
                ("span id", 2.into()),
            ],
        );
        event.span_id = NonZeroU64::new(1);
        (event.cut, event.panicked) = (true, true);
        assert_eq!(
            testing::format(&Logfmt, &event),
            "ts=2026-11-21T00:50:32.123456Z level=warn target=my_app::db msg=\"User \\\"x\\\"\\n\" \
             user_id=1 field.level=\"in\\u001bfo\" field.span_id=2 span_id=0000000000000001 cut=true \
             panicked=true\n"
        );
    }

    #[test]
    fn every_kind_of_value_has_its_text() {
        let event = with(event(LogLevel::Info, ""), testing::every_kind_of_value());
        let line = testing::format(&Logfmt, &event);
        let fields = "none=null bool=true i64=-7 u64=18446744073709551615 \
             i128=-170141183460469231731687303715884105728 \
             u128=340282366920938463463374607431768211455 f32=0.1 f64=1e300 nan=NaN char=é str=plain \
             string=\"two words\" display=\"a=b\" debug=\"\\\"it's \\\\\\\"so\\\\\\\"\\\"\" \
             error=\"failed: because\" bytes=00ff duration=0.0015 ip=127.0.0.1\n";
        assert!(line.ends_with(fields), "{line}");
    }
}
