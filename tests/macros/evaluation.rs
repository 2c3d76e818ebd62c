//! When, how often and in which order the values of a call are evaluated.

use std::cell::{Cell, RefCell};

use ttlog::{LogLevel, info, log};

use crate::support::{events_at, fields, message};

#[test]
fn each_value_is_evaluated_once_and_in_order() {
    let order = RefCell::new(Vec::new());
    let note = |step: u8| {
        order.borrow_mut().push(step);
        step
    };
    let events = events_at(LogLevel::Trace, || {
        info!(a = note(1), { format!("k{}", note(2)) } = %note(3), "{} {b} {:1$}", note(4), 5, b = note(6));
    });
    assert_eq!(events[0].message, "4 6 4    ".replace("4    ", "    5"));
    assert_eq!(*order.borrow(), [1, 2, 3, 4, 6]);
}

#[test]
fn nothing_is_evaluated_where_the_event_is_not_wanted() {
    let count = Cell::new(0);
    let step = || {
        count.set(count.get() + 1);
        count.get()
    };
    events_at(LogLevel::Error, || {
        info!(a = step(), "text {}", step());
        log!(LogLevel::Info, a = step());
        info!(parent: Some(step()), "text");
    });
    assert_eq!(count.get(), 0);
}

#[test]
fn a_computed_target_is_evaluated_once() {
    let count = Cell::new(0);
    let target = || {
        count.set(count.get() + 1);
        String::from("target")
    };
    events_at(LogLevel::Trace, || info!(target: target(), "text"));
    assert_eq!(count.get(), 1);
}

#[test]
fn temporaries_live_as_long_as_the_event() {
    struct Guard(String);
    impl Guard {
        fn text(&self) -> &str {
            &self.0
        }
    }
    let call = || {
        info!(
            text = Guard("kept".into()).text(),
            "{}",
            Guard("shown".into()).text()
        )
    };
    assert_eq!(message(call), "shown");
    assert_eq!(fields(call)[0].1.as_str(), Some("kept"));
}

#[test]
fn values_are_not_moved() {
    let (owned, boxed) = (String::from("owned"), Box::new(5));
    let mut count = 1;
    let reference = &mut count;
    info!(owned, x = boxed, y = *reference, reference, "{}", owned);
    *reference += 1;
    drop((owned, boxed));
    assert_eq!(count, 2);
}

#[test]
fn a_value_may_log_too() {
    fn noisy(depth: u8) -> u8 {
        if depth > 0 {
            info!("inner", depth = noisy(depth - 1));
        }
        depth
    }
    let events = events_at(LogLevel::Trace, || {
        info!(
            "outer {}",
            noisy(2),
            x = {
                info!("block");
                1
            }
        );
    });
    let messages: Vec<_> = events.iter().map(|event| &*event.message).collect();
    assert_eq!(messages, ["inner", "inner", "block", "outer 2"]);
}
