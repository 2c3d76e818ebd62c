//! The forms of the `tracing` crate.

use ttlog::{LogLevel, event as log_event, info};

use crate::support::{event, fields, message};

fn names(call: impl Fn()) -> Vec<String> {
    fields(call)
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect()
}

#[test]
fn fields_stand_in_braces() {
    let (x, y) = ("x", 2);
    let call = || info!({ a = 1, b = %x, ?y, y, }, "text {}", y);
    assert_eq!(message(call), "text 2");
    assert_eq!(names(call), ["a=1", "b=x", "y=2", "y=2"]);
    assert_eq!(names(|| info!({ a = 1 })), ["a=1"]);
    assert_eq!(names(|| info!({ y }, "text")), ["y=2"]);
    assert_eq!(names(|| info!(target: "t", { a = 1 }, "text")), ["a=1"]);
    assert_eq!(names(|| info!({})), [""; 0]);
}

#[test]
fn the_event_macro_takes_prefixes_and_a_level() {
    let event = event(
        || log_event!(name: "n", target: "t", parent: 1u64, LogLevel::Debug, { a = 1 }, "text"),
    );
    assert_eq!(
        (event.name.as_deref(), &*event.target, event.level),
        (Some("n"), "t", LogLevel::Debug)
    );
    assert_eq!(
        names(|| log_event!(LogLevel::Info, a = 1, b = ?2)),
        ["a=1", "b=2"]
    );
}

#[test]
fn fields_stand_in_front_of_the_message() {
    let user = "Ada";
    let call = || info!(user, question = ?"why", answer.found = true, "for {user}: {}", 42,);
    assert_eq!(message(call), "for Ada: 42");
    assert_eq!(
        names(call),
        ["user=Ada", "question=\"why\"", "answer.found=true"]
    );
}

#[test]
fn the_type_of_a_value_may_be_found_out_below_the_call() {
    fn parse(text: &str) -> Result<u32, std::num::ParseIntError> {
        let number = text.parse()?;
        info!(number, copy = number, "parsed {number}");
        Ok(number)
    }
    let names = names(|| assert_eq!(parse("17"), Ok(17)));
    assert_eq!(names, ["number=17", "copy=17"]);
}
