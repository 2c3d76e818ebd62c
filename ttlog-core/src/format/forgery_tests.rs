//! No text that a user brings can pass for a line, a field or another text: for each format, each place and each
//! character that could do it.

use serde_json::Value;

use super::FormatKind;
use super::escape::is_hostile;
use super::testing::{self, event, with};
use crate::event::{FieldValue, LogEvent};
use crate::{Field, LogLevel};

/// Numbers that look random and are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }

    fn text(&mut self) -> String {
        const PARTS: [&str; 24] = [
            "a",
            "user",
            "=",
            "\"",
            "\\",
            " ",
            "\n",
            "\r\n",
            "\0",
            "\t",
            "\u{1b}[2J",
            "\u{85}",
            "\u{9b}31m",
            "\u{202e}",
            "\u{2028}",
            "\u{2069}",
            "\u{feff}",
            "é",
            "日本",
            "🦀",
            "{",
            "}",
            "[cut]",
            "\": 1, \"",
        ];
        (0..self.below(6))
            .map(|_| PARTS[self.below(PARTS.len())])
            .collect()
    }

    fn value(&mut self) -> FieldValue {
        match self.below(12) {
            0 => FieldValue::None,
            1 => (self.below(2) == 0).into(),
            2 => (self.0 as i64).into(),
            3 => self.0.into(),
            4 => (i128::from(self.0) << self.below(60)).into(),
            5 => f64::from_bits(self.0).into(),
            6 => FieldValue::Char(self.text().chars().next().unwrap_or('x')),
            7 => FieldValue::Debug(self.text()),
            8 => FieldValue::Display(self.text()),
            9 => FieldValue::Error((0..self.below(4)).map(|_| self.text()).collect()),
            10 => self.text().into_bytes().into(),
            _ => self.text().into(),
        }
    }

    fn event(&mut self) -> LogEvent {
        let mut event = event(LogLevel::ALL[self.below(6)], &self.text());
        event.timestamp_nanos = self.0;
        event.target = self.text().into();
        event.thread_name = Some(self.text());
        event.file = Some(self.text().into());
        event.module_path = Some(self.text().into());
        event.name = Some(self.text().into());
        for _ in 0..self.below(30) {
            let (key, value) = (self.text().into(), self.value());
            event.fields.push(Field { key, value });
        }
        event
    }
}

fn lines(kind: FormatKind, event: &LogEvent) -> usize {
    let mut out = testing::format(&*kind.boxed(), event);
    assert_eq!(out.pop(), Some('\n'), "{kind}");
    let count = 1 + out.matches('\n').count();
    let out = out.replace('\n', "");
    assert!(!out.contains(is_hostile), "{kind}: {out:?}");
    count
}

/// How many lines an event has when nobody wants to forge any.
fn lines_expected(kind: FormatKind, event: &LogEvent) -> usize {
    let causes = |field: &Field| match &field.value {
        FieldValue::Error(chain) => chain.len().saturating_sub(1),
        _ => 0,
    };
    match kind {
        FormatKind::Pretty => {
            3 + event.fields.len() + event.fields.iter().map(causes).sum::<usize>()
        }
        _ => 1,
    }
}

#[test]
fn no_character_forges_a_line_wherever_it_stands() {
    let places: [fn(&mut LogEvent, String); 11] = [
        |event, text| event.message = text,
        |event, text| event.target = text.into(),
        |event, text| event.name = Some(text.into()),
        |event, text| event.file = Some(text.into()),
        |event, text| event.module_path = Some(text.into()),
        |event, text| event.thread_name = Some(text),
        |event, text| event.fields[0].key = text.into(),
        |event, text| event.fields[0].value = FieldValue::String(text),
        |event, text| event.fields[0].value = FieldValue::Debug(format!("\"{text}\"")),
        |event, text| event.fields[0].value = FieldValue::Error(vec![text.clone(), text]),
        |event, text| event.fields[0].value = FieldValue::Char(text.chars().nth(1).unwrap()),
    ];
    let plain = with(event(LogLevel::Info, "hello"), [("key", "value".into())]);
    for character in (0..=0x10_ffff)
        .filter_map(char::from_u32)
        .filter(|c| is_hostile(*c))
    {
        for place in places {
            let mut event = plain.clone();
            place(&mut event, format!("a{character}b"));
            for kind in FormatKind::ALL {
                assert_eq!(lines(kind, &event), lines_expected(kind, &event));
            }
        }
    }
}

#[test]
fn random_events_have_the_lines_they_should_have() {
    let mut random = Random(1);
    for _ in 0..3000 {
        let event = random.event();
        for kind in FormatKind::ALL {
            let expected = lines_expected(kind, &event);
            assert_eq!(lines(kind, &event), expected, "{kind}: {event:?}");
        }
    }
}

/// What JSON should say of a value.
fn json(value: &FieldValue) -> Value {
    match value {
        FieldValue::None => Value::Null,
        FieldValue::Bool(value) => (*value).into(),
        FieldValue::I64(value) => (*value).into(),
        FieldValue::U64(value) => (*value).into(),
        FieldValue::I128(value) => match (i64::try_from(*value), u64::try_from(*value)) {
            (Ok(value), _) => value.into(),
            (_, Ok(value)) => value.into(),
            _ => value.to_string().into(),
        },
        FieldValue::F64(value) if value.is_finite() => (*value).into(),
        FieldValue::F64(value) => value.to_string().into(),
        FieldValue::Char(value) => value.to_string().into(),
        FieldValue::Error(chain) => serde_json::json!({
            "message": chain.first().map_or("", |text| text),
            "sources": chain.iter().skip(1).collect::<Vec<_>>(),
        }),
        FieldValue::Bytes(_) => value.to_string().into(),
        _ => value.as_str().expect("the value is a text").into(),
    }
}

#[test]
fn json_gives_back_every_text_and_value() {
    let mut random = Random(2);
    for _ in 0..3000 {
        let event = random.event();
        let line = testing::format(&super::Json, &event);
        let read: Value = serde_json::from_str(&line).expect("the line is JSON");
        assert_eq!(read["message"], event.message.as_str());
        assert_eq!(read["target"], &*event.target);
        assert_eq!(read["level"], event.level.as_str());
        let optional = |text: &str| match text {
            "" => Value::Null,
            text => text.into(),
        };
        assert_eq!(read["file"], optional(event.file.as_deref().unwrap()));
        assert_eq!(read["name"], optional(event.name.as_deref().unwrap()));
        let thread = event.thread_name.as_deref().unwrap();
        assert_eq!(read["thread"]["name"], optional(thread));
        let fields = read["fields"].as_object().expect("fields are an object");
        assert_eq!(fields.len(), event.fields.len());
        for (index, field) in event.fields.iter().enumerate() {
            let same = |earlier: &&Field| earlier.key == field.key;
            let key = match event.fields[..index].iter().filter(same).count() {
                0 => field.key.to_string(),
                earlier => format!("{}#{}", field.key, earlier + 1),
            };
            // What parses a float back may differ in its last bit.
            match (&fields[&key], json(&field.value)) {
                (Value::Number(read), Value::Number(given)) if given.is_f64() => {
                    let (read, given) = (read.as_f64().unwrap(), given.as_f64().unwrap());
                    assert!((read - given).abs() <= given.abs() * 1e-15);
                }
                (read, given) => assert_eq!(*read, given, "{line}"),
            }
        }
    }
}

/// Takes a line of words and `key=value` pairs apart, as its readers do: strings in quotes are one piece.
fn pieces(line: &str) -> Vec<&str> {
    let (mut pieces, mut begin, mut in_quotes, mut escaped) = (Vec::new(), 0, false, false);
    for (position, character) in line.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if in_quotes => escaped = true,
            '"' => in_quotes = !in_quotes,
            ' ' | '\n' if !in_quotes => {
                pieces.push(&line[begin..position]);
                begin = position + 1;
            }
            _ => {}
        }
    }
    assert!(!in_quotes, "a quote isn't closed: {line}");
    pieces
}

#[test]
fn logfmt_has_exactly_the_fields_that_the_event_has() {
    let mut random = Random(3);
    for _ in 0..3000 {
        let event = random.event();
        let line = testing::format(&super::Logfmt, &event);
        let pieces = pieces(&line);
        assert_eq!(pieces.len(), 4 + event.fields.len(), "{line}");
        let message: String = serde_json::from_str(&pieces[3]["msg=".len()..]).unwrap();
        assert_eq!(message, event.message);
        for (piece, field) in pieces[4..].iter().zip(&event.fields) {
            let (key, value) = piece.split_once('=').expect("a field has a value");
            assert!(!key.is_empty() && !key.contains(['"', '\\']));
            if let FieldValue::String(text) = &field.value {
                let read = serde_json::from_str(value).unwrap_or(value.to_owned());
                assert_eq!(read, *text);
            }
        }
    }
}

#[test]
fn text_has_exactly_the_fields_that_the_event_has() {
    let mut random = Random(4);
    for _ in 0..3000 {
        let event = random.event();
        let line = testing::format(&super::Text, &event);
        let fields = pieces(&line)
            .into_iter()
            .filter(|piece| without_strings(piece).contains('='))
            .count();
        assert_eq!(fields, event.fields.len(), "{line}");
    }
}

/// The piece without what is in quotes.
fn without_strings(piece: &str) -> String {
    let (mut out, mut in_quotes, mut escaped) = (String::new(), false, false);
    for character in piece.chars() {
        match character {
            _ if escaped => escaped = false,
            '\\' if in_quotes => escaped = true,
            '"' => in_quotes = !in_quotes,
            _ if !in_quotes => out.push(character),
            _ => {}
        }
    }
    out
}
