//! [`Json`]: an event as a JSON object on one line, for programs.

use smallvec::SmallVec;

use super::Format;
use super::chain::shown_id;
use super::escape::{Escapes, push_inside_quotes, push_quoted};
use super::number::{push_debug, push_display, push_hex, push_i64, push_seconds, push_u64};
use super::timestamp::push_nanos;
use crate::decode::{ErrorChain, EventRef, ValueRef};
use crate::metadata::RecordKind;
use crate::span::SpanInfo;

/// One JSON object a line, for programs.
///
/// ```text
/// {"timestamp":"2026-11-21T00:50:32.123456789Z","level":"INFO","target":"my_app::db","message":"User logged in",
///  "fields":{"user_id":123},"thread":{"id":3,"name":"worker"},"file":"src/db.rs","line":42}
/// ```
///
/// `timestamp` (RFC 3339, UTC, nanoseconds), `level`, `target`, `message`, `fields` and `thread.id` are always there;
/// `name`, `module_path` (where it isn't the target), `thread.name`, `file`, `line` and `span_id` (16 hexadecimal digits)
/// where they are known; `"cut":true` where the event was over the size limit, `"panicked":true` where a value
/// panicked while it was formatted.
///
/// In a span, `spans` lists those that are known, the outermost first, each with `name`, `id` and `fields`, and `span_id` is the innermost's. `trace_id` (32
/// hexadecimal digits) is there where the trace is known: see [`EventRef::trace_id`]. `context` has the fields of the contexts. `"kind":"span_begin"` and `"kind":"span_end"` are in lines that tell of the last of the spans; the fields of an end are `duration_ns`,
/// where it was measured `busy_ns` and `idle_ns`, and `outcome` where that is `error`, `panicked` or `cancelled`.
///
/// | value | JSON |
/// |---|---|
/// | `None` | `null` |
/// | integer | a number; a string beyond the range of `i64` and `u64`, since readers would round it |
/// | float | a number with the fewest digits that give it back; `"NaN"`, `"inf"`, `"-inf"` |
/// | character, text, `%`, `?`, address | a string |
/// | error | `{"message":"…","sources":["…"]}` |
/// | bytes | a string of hexadecimal digits |
/// | `Duration` | a number of seconds, all nine digits exact |
///
/// Of fields with the same name the second is called `name#2`, the third `name#3`: a key stands only once.
/// All that can't be seen or moves the cursor is escaped as `\u….`, in names too.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Json;

impl Json {
    /// Appends the object of the fields alone, without a line's end: `{"user_id":123}`.
    pub fn format_fields(&self, event: &EventRef<'_>, out: &mut String) {
        out.push('{');
        push_fields(out, event.told_fields());
        out.push('}');
    }

    /// Appends the object of a span's fields: `{"table":"users"}`.
    pub fn format_span_fields(&self, span: &SpanInfo, out: &mut String) {
        out.push('{');
        push_fields(out, span.fields());
        out.push('}');
    }

    /// Appends a text as a JSON string, quotes included; what can't be seen or moves the cursor is escaped.
    pub fn format_text(&self, text: &str, out: &mut String) {
        push_string(out, text);
    }
}

impl Format for Json {
    fn format(&self, event: &EventRef<'_>, out: &mut String) {
        out.push_str("{\"timestamp\":\"");
        push_nanos(out, event.timestamp_nanos());
        out.push_str("\",\"level\":\"");
        out.push_str(event.level().as_str());
        out.push_str("\",\"target\":");
        push_string(out, event.target());
        push_text_if_any(out, ",\"name\":", event.name());
        out.push_str(",\"message\":");
        push_string(out, event.message());
        out.push_str(",\"fields\":");
        self.format_fields(event, out);
        out.push_str(",\"thread\":{\"id\":");
        push_u64(out, event.thread_id().into());
        push_text_if_any(out, ",\"name\":", event.thread_name().unwrap_or(""));
        out.push('}');
        if event.module_path() != event.target() {
            push_text_if_any(out, ",\"module_path\":", event.module_path());
        }
        push_text_if_any(out, ",\"file\":", event.file());
        if event.line() != 0 {
            out.push_str(",\"line\":");
            push_u64(out, event.line().into());
        }
        if !event.is_alone() {
            push_spans(out, event);
        }
        if event.is_cut() {
            out.push_str(",\"cut\":true");
        }
        if event.has_panicked() {
            out.push_str(",\"panicked\":true");
        }
        out.push_str("}\n");
    }

    fn duplicate(&self) -> Option<Box<dyn Format>> {
        Some(Box::new(Json))
    }
}

fn push_string(out: &mut String, text: &str) {
    push_quoted(out, text, Escapes::Json);
}

fn push_text_if_any(out: &mut String, key: &str, text: &str) {
    if !text.is_empty() {
        out.push_str(key);
        push_string(out, text);
    }
}

/// The keys that only records have which tell of a span or are in one.
#[inline(never)]
fn push_spans(out: &mut String, event: &EventRef<'_>) {
    if event.kind() != RecordKind::Event {
        push_display(out, format_args!(",\"kind\":\"{}\"", event.kind().as_str()));
    }
    if let Some(id) = event.trace_id() {
        push_display(out, format_args!(",\"trace_id\":\"{id:032x}\""));
    }
    if let Some(id) = shown_id(event) {
        push_display(out, format_args!(",\"span_id\":\"{id:016x}\""));
    }
    let mut separator = ",\"spans\":[";
    for span in event.spans().filter(|span| !span.is_context) {
        out.push_str(separator);
        separator = ",";
        out.push_str("{\"name\":");
        push_string(out, &span.name);
        push_display(
            out,
            format_args!(",\"id\":\"{:016x}\",\"fields\":", span.id),
        );
        Json.format_span_fields(span, out);
        out.push('}');
    }
    if separator == "," {
        out.push(']');
    }
    let mut context = event.context_fields().peekable();
    if context.peek().is_some() {
        out.push_str(",\"context\":{");
        push_fields(out, context);
        out.push('}');
    }
}

#[inline(always)]
fn push_fields<'a>(out: &mut String, fields: impl Iterator<Item = (&'a str, ValueRef<'a>)>) {
    let mut names: SmallVec<[&str; 16]> = SmallVec::new();
    for (name, value) in fields {
        out.push_str(if names.is_empty() { "\"" } else { ",\"" });
        push_inside_quotes(out, name, Escapes::Json);
        let earlier = names.iter().filter(|earlier| **earlier == name).count();
        if earlier > 0 {
            out.push('#');
            push_u64(out, earlier as u64 + 1);
        }
        names.push(name);
        out.push_str("\":");
        push_value(out, value);
    }
}

fn push_value(out: &mut String, value: ValueRef<'_>) {
    match value {
        ValueRef::None => out.push_str("null"),
        ValueRef::Bool(value) => out.push_str(if value { "true" } else { "false" }),
        ValueRef::I64(value) => push_i64(out, value),
        ValueRef::U64(value) => push_u64(out, value),
        ValueRef::I128(value) => match i64::try_from(value) {
            Ok(value) => push_i64(out, value),
            Err(_) => push_wide(out, value, u64::try_from(value).is_ok()),
        },
        ValueRef::U128(value) => push_wide(out, value, u64::try_from(value).is_ok()),
        ValueRef::F32(value) if value.is_finite() => push_debug(out, value),
        ValueRef::F64(value) if value.is_finite() => push_debug(out, value),
        ValueRef::F32(value) => push_display(out, format_args!("\"{value}\"")),
        ValueRef::F64(value) => push_display(out, format_args!("\"{value}\"")),
        ValueRef::Char(value) => push_string(out, value.encode_utf8(&mut [0; 4])),
        ValueRef::Str(text) | ValueRef::Display(text) | ValueRef::Debug(text) => {
            push_string(out, text);
        }
        ValueRef::Error(chain) => push_error(out, chain),
        ValueRef::Bytes(bytes) => {
            out.push('"');
            push_hex(out, bytes);
            out.push('"');
        }
        ValueRef::Duration(value) => push_seconds(out, value),
        ValueRef::Ip(value) => push_display(out, format_args!("\"{value}\"")),
    }
}

/// Writes an integer as a number where it fits into 64 bits, otherwise as a string.
fn push_wide(out: &mut String, value: impl std::fmt::Display, fits: bool) {
    if fits {
        push_display(out, value);
    } else {
        push_display(out, format_args!("\"{value}\""));
    }
}

fn push_error(out: &mut String, mut chain: ErrorChain<'_>) {
    out.push_str("{\"message\":");
    push_string(out, chain.next().unwrap_or(""));
    out.push_str(",\"sources\":[");
    for (index, source) in chain.enumerate() {
        if index > 0 {
            out.push(',');
        }
        push_string(out, source);
    }
    out.push_str("]}");
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU64;

    use super::*;
    use crate::LogLevel;
    use crate::format::testing::{self, event, with};

    #[test]
    fn the_whole_line_is_as_documented() {
        let mut event = with(
            event(LogLevel::Info, "User \"x\""),
            [("user_id", 123.into())],
        );
        event.file = Some("src/db.rs".into());
        event.line = Some(42);
        event.name = Some("login".into());
        event.module_path = Some("my_app::other".into());
        event.span_id = NonZeroU64::new(u64::MAX);
        (event.cut, event.panicked) = (true, true);
        assert_eq!(
            testing::format(&Json, &event),
            concat!(
                r#"{"timestamp":"2026-11-21T00:50:32.123456789Z","level":"INFO","target":"my_app::db","#,
                r#""name":"login","message":"User \"x\"","fields":{"user_id":123},"#,
                r#""thread":{"id":3,"name":"worker"},"module_path":"my_app::other","file":"src/db.rs","#,
                r#""line":42,"span_id":"ffffffffffffffff","cut":true,"panicked":true}"#,
                "\n"
            )
        );
    }

    #[test]
    fn every_kind_of_value_is_as_documented() {
        let event = with(event(LogLevel::Info, ""), testing::every_kind_of_value());
        let line = testing::format(&Json, &event);
        let fields = concat!(
            r#""fields":{"none":null,"bool":true,"i64":-7,"u64":18446744073709551615,"#,
            r#""i128":"-170141183460469231731687303715884105728","#,
            r#""u128":"340282366920938463463374607431768211455","f32":0.1,"f64":1e300,"nan":"NaN","#,
            r#""char":"é","str":"plain","string":"two words","display":"a=b","debug":"\"it's \\\"so\\\"\"","#,
            r#""error":{"message":"failed","sources":["because"]},"bytes":"00ff","duration":0.0015,"#,
            r#""ip":"127.0.0.1"}"#
        );
        assert!(line.contains(fields), "{line}");
    }

    #[test]
    fn wide_integers_are_numbers_up_to_64_bits() {
        let wide = [
            ("a", i128::from(u64::MAX).into()),
            ("b", i128::from(i64::MIN).into()),
            ("c", (u128::from(u64::MAX) + 1).into()),
            ("d", 5u128.into()),
        ];
        let line = testing::format(&Json, &with(event(LogLevel::Info, ""), wide));
        let fields = r#"{"a":18446744073709551615,"b":-9223372036854775808,"c":"18446744073709551616","d":5}"#;
        assert!(line.contains(fields), "{line}");
    }

    #[test]
    fn the_fields_and_a_text_can_be_had_alone() {
        let event = testing::record(&with(event(LogLevel::Info, ""), [("a", "\"\n".into())]));
        let mut out = String::from("x: ");
        Json.format_fields(&event.event(), &mut out);
        out.push(' ');
        Json.format_text("é\u{1b}", &mut out);
        assert_eq!(out, r#"x: {"a":"\"\n"} "é\u001b""#);
    }

    #[test]
    fn a_key_stands_only_once() {
        let same = [
            ("a", 1.into()),
            ("b", 2.into()),
            ("a", 3.into()),
            ("a", 4.into()),
        ];
        let line = testing::format(&Json, &with(event(LogLevel::Info, ""), same));
        assert!(line.contains(r#"{"a":1,"b":2,"a#2":3,"a#3":4}"#), "{line}");
    }
}
