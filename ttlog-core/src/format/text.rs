//! [`Text`]: an event on one line, for people.

use super::Format;
use super::chain::{line_fields, push_chain, push_context};
use super::color::{DIM, DIM_ITALIC, of_level, paint};
use super::escape::{Escapes, push_sentence, push_word};
use super::labels::push_target;
use super::timestamp::push_micros;
use super::value::push_value;
use crate::LogLevel;
use crate::decode::{EventRef, ValueRef};
use crate::metadata::RecordKind;

/// One line for people: time in UTC, level, target, message, fields.
///
/// ```text
/// 2026-11-21T00:50:32.123456Z INFO  my_app::db: User logged in user_id=123 duration_ms=45
/// 2026-11-21T00:50:32.123478Z INFO  -> request{id=7}:query{table=users}: my_app::db:
/// 2026-11-21T00:50:32.123512Z WARN  request{id=7}:query{table=users}: my_app::db: No index rows=1000
/// 2026-11-21T00:50:32.126190Z INFO  <- request{id=7}:query{table=users}: my_app::db: duration=2.712ms
/// ```
///
/// - A value, target or name that has a space, a quote, a backslash or `=` stands in quotes, escaped as in a
///   Rust string; so does one with characters that can't be seen or that move the cursor. What `Debug`
///   makes of a string is in quotes already and stays as it is.
/// - A message stands in quotes where it has an `=`, which could pass for a field, a quote that it doesn't close, or
///   such a character.
/// - An error stands before its sources, with `: ` between them; bytes are hexadecimal; an empty target is `-`.
/// - `[cut]` before the target: something is missing, the event was over the size limit. `[panicked]`: a value
///   panicked while it was formatted. `[format panicked]`: the format that was asked for did.
/// - The spans that the event is in stand before the target, the outermost first, with their fields; the fields of contexts
///   stand behind the event's own. `->` before them: the last of the spans begins; `<-`: it has ended, after `duration`, for
///   `busy` of which it was entered (the times of several threads are added up) and for `idle` of which it was not, with another `outcome` than that it came to its end.
/// - Fields of the same name stand beside each other. Thread, source line and the numbers of spans are left out; [`Pretty`](super::Pretty)
///   and [`Json`](super::Json) have them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Text;

impl Format for Text {
    fn format(&self, event: &EventRef<'_>, out: &mut String) {
        if event.is_plain() && event.is_alone() {
            write_plain(event, out);
        } else {
            write::<false>(event, out, "");
        }
    }

    fn format_colored(&self, event: &EventRef<'_>, out: &mut String) {
        write::<true>(event, out, "");
    }

    fn duplicate(&self) -> Option<Box<dyn Format>> {
        Some(Box::new(Text))
    }
}

/// The same as [`Text`], with a mark of its own before the target.
pub(super) fn format_marked(event: &EventRef<'_>, out: &mut String, mark: &str) {
    write::<false>(event, out, mark);
}

/// The level's name, as wide as most of them, and a space.
#[inline]
pub(super) fn padded(level: LogLevel) -> &'static str {
    match level {
        LogLevel::Trace => "TRACE ",
        LogLevel::Debug => "DEBUG ",
        LogLevel::Info => "INFO  ",
        LogLevel::Warn => "WARN  ",
        LogLevel::Error => "ERROR ",
        LogLevel::Critical => "CRITICAL ",
    }
}

/// The same as [`write`] for an event with nothing unusual: what its call site determines is there already.
fn write_plain(event: &EventRef<'_>, out: &mut String) {
    let labels = event.metadata().labels();
    push_micros(out, event.timestamp_nanos());
    out.push(' ');
    match event.formatted_message() {
        None => out.push_str(labels.head()),
        Some(message) => {
            out.push_str(labels.head_without_message());
            if !message.is_empty() {
                out.push(' ');
                push_sentence(out, message);
            }
        }
    }
    let mut fields = event.fields();
    for label in labels.fields() {
        let Some((_, value)) = fields.next() else {
            break;
        };
        out.push_str(label);
        push_value(out, value);
    }
    push_fields::<false>(out, fields);
    out.push('\n');
}

fn write<const COLORED: bool>(event: &EventRef<'_>, out: &mut String, mark: &str) {
    paint(out, COLORED, DIM, |out| {
        push_micros(out, event.timestamp_nanos())
    });
    out.push(' ');
    let level = event.level();
    paint(out, COLORED, of_level(level), |out| {
        out.push_str(padded(level))
    });
    // In front of the target, no message and no value can forge them.
    out.push_str(mark);
    if event.is_cut() {
        out.push_str("[cut] ");
    }
    if event.has_panicked() {
        out.push_str("[panicked] ");
    }
    if event.is_alone() {
        push_rest::<COLORED>(event, out);
    } else {
        push_rest_in_spans::<COLORED>(event, out);
    }
    out.push('\n');
}

fn push_rest<const COLORED: bool>(event: &EventRef<'_>, out: &mut String) {
    paint(out, COLORED, DIM, |out| push_target(out, event.target()));
    if !event.message().is_empty() {
        out.push(' ');
        push_sentence(out, event.message());
    }
    push_fields::<COLORED>(out, event.fields());
}

/// The same with the chain of spans in front and the fields of contexts behind. At the beginning and the end of a span the chain
/// has what is to say of it.
fn push_rest_in_spans<const COLORED: bool>(event: &EventRef<'_>, out: &mut String) {
    push_chain(out, event);
    if event.kind() == RecordKind::Event {
        push_rest::<COLORED>(event, out);
    } else {
        paint(out, COLORED, DIM, |out| push_target(out, event.target()));
        push_fields::<COLORED>(out, line_fields(event));
    }
    push_context(out, event);
}

fn push_fields<'a, const COLORED: bool>(
    out: &mut String,
    fields: impl Iterator<Item = (&'a str, ValueRef<'a>)>,
) {
    for (name, value) in fields {
        out.push(' ');
        paint(out, COLORED, DIM_ITALIC, |out| {
            push_word(out, name, Escapes::Rust)
        });
        out.push('=');
        push_value(out, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::FieldValue;
    use crate::format::testing::{self, LOGIN_TIME, event, with};

    fn text(event: &crate::LogEvent) -> String {
        testing::format(&Text, event)
    }

    #[test]
    fn an_event_is_one_line() {
        let event = with(
            event(LogLevel::Info, "User logged in"),
            [("user_id", 123.into()), ("duration_ms", 45u64.into())],
        );
        assert_eq!(event.timestamp_nanos, LOGIN_TIME);
        assert_eq!(
            text(&event),
            "2026-11-21T00:50:32.123456Z INFO  my_app::db: User logged in user_id=123 duration_ms=45\n"
        );
    }

    #[test]
    fn every_kind_of_value_has_its_text() {
        let values = testing::every_kind_of_value();
        let event = with(event(LogLevel::Critical, ""), values);
        assert_eq!(
            text(&event),
            "2026-11-21T00:50:32.123456Z CRITICAL my_app::db: none=None bool=true i64=-7 \
             u64=18446744073709551615 i128=-170141183460469231731687303715884105728 \
             u128=340282366920938463463374607431768211455 f32=0.1 f64=1e300 nan=NaN char=é str=plain \
             string=\"two words\" display=\"a=b\" debug=\"it's \\\"so\\\"\" error=\"failed: because\" \
             bytes=00ff duration=1.5ms ip=127.0.0.1\n"
        );
    }

    #[test]
    fn nothing_can_pass_for_a_field_or_for_a_mark() {
        let mut event = with(
            event(LogLevel::Warn, "hello admin=true"),
            [
                ("user", FieldValue::String("bob admin=true".into())),
                ("debug", FieldValue::Debug("Some(\"x\")".into())),
                ("forged", FieldValue::Debug("\"x\" admin=\"true\"".into())),
            ],
        );
        event.target = "[cut] x".into();
        (event.cut, event.panicked) = (true, true);
        assert_eq!(
            text(&event),
            "2026-11-21T00:50:32.123456Z WARN  [cut] [panicked] \"[cut] x\": \"hello admin=true\" \
             user=\"bob admin=true\" debug=\"Some(\\\"x\\\")\" forged=\"\\\"x\\\" admin=\\\"true\\\"\"\n"
        );
    }

    #[test]
    fn colours_are_around_the_parts_and_nowhere_else() {
        let event = with(event(LogLevel::Error, "no"), [("key", "\x1b[0m".into())]);
        let colored = testing::format_colored(&Text, &event);
        assert_eq!(
            colored,
            "\x1b[2m2026-11-21T00:50:32.123456Z\x1b[0m \x1b[31mERROR \x1b[0m\x1b[2mmy_app::db:\x1b[0m no \
             \x1b[2;3mkey\x1b[0m=\"\\u{1b}[0m\"\n"
        );
    }
}
