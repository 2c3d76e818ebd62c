//! `timer!`.

use std::cell::Cell;

use ttlog::{FieldValue, LogEvent, LogLevel, info, timer};

use crate::support::{event, events_at};

fn names(event: &LogEvent) -> Vec<&str> {
    event.fields.iter().map(|field| &*field.key).collect()
}

#[test]
fn a_timer_logs_its_duration_when_it_is_dropped() {
    let events = events_at(LogLevel::Trace, || {
        let _timer = timer!("outer");
        info!("within");
    });
    let messages: Vec<_> = events.iter().map(|event| &*event.message).collect();
    assert_eq!(messages, ["within", "outer"]);
    assert_eq!(events[1].level, LogLevel::Info);
    assert_eq!(events[1].target, module_path!());
    assert!(matches!(events[1]["duration"], FieldValue::Duration(_)));
}

#[test]
fn a_timer_has_fields_a_level_and_a_target() {
    let (rows, route) = (Cell::new(0), "/");
    let event_of_fields = event(|| {
        let _timer = timer!("t", rows = rows.get(), route, %route, kind = "constant",);
        rows.set(7);
    });
    assert_eq!(event_of_fields["rows"], 7);
    assert_eq!(
        names(&event_of_fields),
        ["duration", "rows", "route", "route", "kind"]
    );
    let of_level = event(|| drop(timer!(LogLevel::Warn, "t", route)));
    assert_eq!(of_level.level, LogLevel::Warn);
    assert_eq!(names(&of_level), ["duration", "route"]);
    let target = String::from("computed");
    assert_eq!(event(|| drop(timer!(target: &target, "t"))).target, target);
    let of_both = event(|| drop(timer!(target: "t", LogLevel::Error, "t", route)));
    assert_eq!((&*of_both.target, of_both.level), ("t", LogLevel::Error));
}

#[test]
fn a_timer_that_is_not_wanted_or_is_discarded_logs_nothing() {
    let call = || {
        let _timer = timer!(LogLevel::Debug, "t", a = unreachable());
        timer!("t").discard();
    };
    fn unreachable() -> u8 {
        unreachable!()
    }
    assert!(events_at(LogLevel::Info, call).is_empty());
}
