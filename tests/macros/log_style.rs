//! The forms of the `log` crate.

use ttlog::{LogLevel, debug, info, log};

use crate::support::{Failure, event, fields, message};

fn names(call: impl Fn()) -> Vec<String> {
    fields(call)
        .into_iter()
        .map(|(name, value)| format!("{name}={value:?}"))
        .collect()
}

#[test]
fn fields_stand_in_front_of_a_semicolon() {
    let x = 3;
    let call = || info!(a = 1, b = "two"; "text {} {x}", x + 1);
    assert_eq!(message(call), "text 4 3");
    assert_eq!(names(call), ["a=I64(1)", "b=String(\"two\")"]);
    assert_eq!(message(|| info!(a = 1,; "text")), "text");
    assert_eq!(
        names(|| info!(a = 1; "text", c = 2)),
        ["a=I64(1)", "c=I64(2)"]
    );
    assert_eq!(message(|| info!(a = 1;)), "");
}

#[test]
fn captures_stand_behind_names() {
    let (short, other) = (1, 'c');
    let call = || {
        info!(
            k1:? = 'a', k2:% = 2, k3:debug = "d", k4:display = other, k5:err = Failure, "quoted key":? = 5,
            short, short:?, short:%, short:debug, short:display; "text"
        );
    };
    assert_eq!(
        names(call),
        [
            "k1=Debug(\"'a'\")",
            "k2=Display(\"2\")",
            "k3=Debug(\"\\\"d\\\"\")",
            "k4=Display(\"c\")",
            "k5=Error([\"it failed\", \"because\"])",
            "quoted key=Debug(\"5\")",
            "short=I64(1)",
            "short=Debug(\"1\")",
            "short=Display(\"1\")",
            "short=Debug(\"1\")",
            "short=Display(\"1\")",
        ]
    );
}

#[test]
fn captures_stand_in_lists_without_semicolon_too() {
    let short = 1;
    assert_eq!(
        names(|| info!("text", k:? = 'a', short:?)),
        ["k=Debug(\"'a'\")", "short=Debug(\"1\")"]
    );
}

#[test]
fn targets_and_levels_come_first() {
    let a = 1;
    let event = event(|| log!(target: "t", LogLevel::Error, a, b:? = 2; "text {}", a));
    assert_eq!(
        (&*event.target, event.level, &*event.message),
        ("t", LogLevel::Error, "text 1")
    );
    assert_eq!(names(|| debug!(target: "t", a; "text")), ["a=I64(1)"]);
}

#[test]
fn a_call_can_be_asked_for_by_the_other_name() {
    let events = crate::support::events_at(LogLevel::Info, || {
        assert!(!ttlog::log_enabled!(LogLevel::Debug));
        assert!(ttlog::log_enabled!(target: "other", ttlog::Level::Warn));
    });
    assert!(events.is_empty());
}
