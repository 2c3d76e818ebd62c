//! [`Logfmt`]: an event as `key=value` pairs on one line, for people and programs.

use super::Format;
use super::escape::{Escapes, push_key, push_quoted, push_word};
use super::number::push_display;
use super::timestamp::push_micros;
use super::value::push_logfmt_value;
use crate::LogLevel;
use crate::decode::EventRef;

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
        for (name, value) in event.fields() {
            out.push(' ');
            push_name(out, name);
            out.push('=');
            push_logfmt_value(out, value);
        }
        if let Some(span) = event.span_id() {
            push_display(out, format_args!(" span_id={span:016x}"));
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

fn push_name(out: &mut String, name: &str) {
    let begin = out.len();
    push_key(out, name);
    if OWN_KEYS.contains(&&out[begin..]) {
        out.insert_str(begin, "field.");
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
