//! Both programs say the same.

use std::process::Command;

use serde_json::Value;

/// What a program logs: level, target, message, fields, and the spans around with theirs.
#[derive(Debug, PartialEq)]
struct Said {
    level: String,
    target: String,
    message: String,
    fields: Value,
    spans: Vec<(String, Value)>,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn lines(output: Vec<u8>) -> Vec<Value> {
    let output = String::from_utf8(output).unwrap();
    output
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn with_the_use_line_changed_the_program_says_the_same() {
    let tracing = Command::new(env!("CARGO_BIN_EXE_with_tracing"))
        .output()
        .unwrap();
    let before: Vec<_> = lines(tracing.stdout).into_iter().map(by_tracing).collect();
    let ttlog = Command::new(env!("CARGO_BIN_EXE_with_ttlog"))
        .env("TTLOG_FORMAT", "json")
        .env("TTLOG_SPANS", "off")
        .output()
        .unwrap();
    let after: Vec<_> = lines(ttlog.stderr).into_iter().map(by_ttlog).collect();
    assert_eq!(before.len(), 10);
    assert_eq!(before, after);
}

fn by_tracing(line: Value) -> Said {
    let mut fields = line["fields"].clone();
    let message = fields
        .as_object_mut()
        .and_then(|fields| fields.remove("message"));
    let span = |span: &Value| {
        let mut fields = span.clone();
        let name = fields
            .as_object_mut()
            .and_then(|fields| fields.remove("name"));
        (text(&name.unwrap_or_default()), fields)
    };
    Said {
        level: text(&line["level"]),
        target: text(&line["target"]).replace("with_tracing", "program"),
        message: text(&message.unwrap_or_default()),
        fields,
        spans: line["spans"]
            .as_array()
            .into_iter()
            .flatten()
            .map(span)
            .collect(),
    }
}

fn by_ttlog(line: Value) -> Said {
    let object = |value: &Value| match value {
        Value::Null => Value::Object(Default::default()),
        value => value.clone(),
    };
    Said {
        level: text(&line["level"]),
        target: text(&line["target"]).replace("with_ttlog", "program"),
        message: text(&line["message"]),
        fields: object(&line["fields"]),
        spans: line["spans"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|span| (text(&span["name"]), object(&span["fields"])))
            .collect(),
    }
}
