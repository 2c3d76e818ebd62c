//! Conditions on an event with a field of every kind.

use std::net::Ipv4Addr;
use std::time::Duration;

use ttlog_core::{EventBuilder, FieldValue, LogEvent, LogLevel, Logger};

use super::Condition;

/// An event with fields of every kind.
fn event() -> LogEvent {
    EventBuilder::with_capacity(16)
        .level(LogLevel::Warn)
        .target("shop::db")
        .message("Query failed")
        .field("status", 503)
        .field("big", u128::from(u64::MAX) + 1)
        .field("ratio", 0.5)
        .field("duration_ms", 1500)
        .field("elapsed", Duration::from_millis(20))
        .field("path", "/api/users")
        .field("port", FieldValue::Display("8080".into()))
        .field("query", FieldValue::Debug("\"select 1\"".into()))
        .field("peer", FieldValue::Ip(Ipv4Addr::LOCALHOST.into()))
        .field("retried", true)
        .field("none", FieldValue::None)
        .field("two words", "x=y")
        .field(
            "error",
            FieldValue::Error(vec!["outer".into(), "cause".into()]),
        )
        .field("tag", "a")
        .field("tag", "b")
        .build()
}

/// Which of the conditions hold for the event.
fn holding<'a>(conditions: &[&'a str]) -> Vec<&'a str> {
    let directory = tempfile::tempdir().unwrap();
    let handle = ttlog_core::init()
        .recorder_only()
        .snapshot_dir(directory.path())
        .build()
        .unwrap();
    handle.logger().emit(event());
    let path = handle.snapshot("a test").unwrap();
    let mut reader = ttlog_core::SnapshotReader::open(path).unwrap();
    let event = reader.next_event().unwrap().unwrap();
    let mut scratch = String::new();
    let mut holds = |text: &str| {
        let condition: Condition = text.parse().unwrap_or_else(|error| panic!("{error}"));
        condition.holds(&event, &mut scratch)
    };
    conditions
        .iter()
        .copied()
        .filter(|text| holds(text))
        .collect()
}

#[track_caller]
fn check(hold: &[&str], fail: &[&str]) {
    let all = [hold, fail].concat();
    assert_eq!(holding(&all), hold);
}

#[test]
fn numbers_are_compared_as_numbers() {
    check(
        &[
            "status>=500",
            "status = 503",
            "status==503.0",
            "status<1_000",
            "status!=200",
            "big>18446744073709551615",
            "big=18446744073709551616",
            "ratio<0.6",
            "status > -1",
            "status<1e3",
        ],
        &[
            "status>503",
            "status=5",
            "status<60",
            "big<0",
            "ratio>=1",
            "status=abc",
            "status>abc",
        ],
    );
}

#[test]
fn lengths_of_time_have_units() {
    check(
        &[
            "elapsed>10ms",
            "elapsed=20ms",
            "elapsed<0.1",
            "elapsed<=1s",
            "duration_ms>1s",
            "duration_ms=1500",
            "duration_ms=1.5s",
        ],
        &["elapsed>1", "duration_ms>2s", "status>1s", "elapsed=abc"],
    );
}

#[test]
fn texts_are_compared_as_texts() {
    check(
        &[
            "path=/api/users",
            "path>/api",
            "port>=80",
            "port=8080",
            "query=select 1",
            "query=\"\\\"select 1\\\"\"",
            "peer=127.0.0.1",
            "retried=true",
            "\"two words\"=x=y",
            "\"two words\"=\"x=y\"",
            "error=outer: cause",
            "tag=a",
            "tag=b",
            "tag!=a",
        ],
        &[
            "path=\"/api\"",
            "port=8080.0",
            "peer=::1",
            "retried=false",
            "tag=c",
        ],
    );
}

#[test]
fn regular_expressions_search_the_text() {
    check(
        &[
            "path~^/api",
            "path!~admin",
            "error~cause$",
            "status~^50",
            "path ~ (?i)USERS",
            "peer~^127\\.",
        ],
        &["path~^users", "path!~users", "none~.", "missing!~x"],
    );
}

#[test]
fn a_bare_name_asks_whether_there_is_a_value() {
    check(
        &[
            "status",
            "!missing",
            "!none",
            "none=none",
            "!path=/other",
            "!missing=1",
            "\"two words\"",
        ],
        &[
            "none",
            "missing",
            "!status",
            "none!=5",
            "missing!=5",
            "missing=none",
        ],
    );
}

#[test]
fn what_every_event_has_stands_behind_its_fields() {
    check(
        &[
            "level>=warn",
            "@level=WARN",
            "target=shop::db",
            "message~failed",
            "@message",
            "!name",
            "level<error",
        ],
        &["level>warn", "level=info", "@name", "@file=x", "@thread=0"],
    );
}

#[test]
fn an_error_points_at_the_place() {
    for (text, reason, place) in [
        ("", "the name of a field is missing", 0),
        (">=500", "the name of a field is missing", 0),
        ("status>=", "a value is missing behind `>=`", 8),
        ("status is 5", "expected one of", 7),
        ("a\"b", "expected one of", 1),
        ("path=\"abc", "this quote is not closed", 5),
        ("é=\"a\" x", "nothing may follow the value", 6),
        ("path~(x", "not a regular expression", 5),
        ("@colour=red", "there are @level", 1),
        ("a!5", "expected one of", 1),
        ("a=>5", "there is no operator `=>`", 1),
    ] {
        let shown = text.parse::<Condition>().unwrap_err().to_string();
        assert!(shown.contains(reason), "{text}: {shown}");
        let mark = shown.lines().last().unwrap();
        assert_eq!(
            mark,
            format!("    {}^", " ".repeat(place)),
            "{text}: {shown}"
        );
    }
}

#[test]
fn no_text_makes_the_parser_panic() {
    let pieces = [
        "a",
        "=",
        "!",
        "<",
        ">",
        "~",
        "\"",
        "\\",
        " ",
        "@",
        "level",
        "1",
        "10ms",
        "_",
        ".",
        "-",
        "(",
        ")",
        "[",
        "é",
        "\u{1b}",
        "\n",
        "99999999999999999999999999999999999999999999",
        "nan",
        "inf",
        "\u{202e}",
    ];
    let mut valid = 0;
    crate::testing::strings(&pieces, |text| match text.parse::<Condition>() {
        Ok(_) => valid += 1,
        Err(error) => assert!(error.to_string().ends_with('^')),
    });
    assert!(valid > 100, "{valid} of the texts are conditions");
}
