//! How many events of a call are logged.

use ttlog::{LogLevel, info, log, warn};

use crate::support::{events_at, shown};

/// How many events there are, and how many say that they follow some that were held back.
fn counted(call: impl FnOnce()) -> (usize, usize) {
    let events = events_at(LogLevel::Info, call);
    let told = events
        .iter()
        .filter(|event| event.field("held_back").is_some());
    (events.len(), told.count())
}

#[test]
fn once_logs_the_first_event() {
    let call = |x: u8| info!(once, x, "text {x}");
    let events = events_at(LogLevel::Info, || (0..100).for_each(call));
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].message, "text 0");
    assert_eq!(events[0].fields.len(), 1);
    assert_eq!(events_at(LogLevel::Info, || call(0)), []);
}

#[test]
fn a_level_that_is_not_wanted_uses_nothing_up() {
    let call = || info!(once, "text");
    assert_eq!(events_at(LogLevel::Warn, call), []);
    assert_eq!(events_at(LogLevel::Info, call).len(), 1);
}

#[test]
fn a_limit_lets_a_burst_pass() {
    // None of the next is due before an hour is over.
    let call = || (0..100).for_each(|x| info!(limit = "7/h", "text", x));
    assert_eq!(counted(call), (7, 0));
    assert_eq!(
        counted(|| (0..100).for_each(|_| info!(limit = "7/d", "text"))),
        (7, 0)
    );
    assert_eq!(
        counted(|| (0..100).for_each(|_| info!(every = "24h", "text"))),
        (1, 0)
    );
}

#[test]
fn a_limit_holds_for_all_threads() {
    let handle = ttlog::init().recorder_only().build().unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                handle.scope(|| (0..1_000).for_each(|x| info!(limit = "50/d", x)));
            });
        }
    });
    handle.flush();
    // What is held back is no event, lost or other.
    let stats = handle.stats();
    assert_eq!((stats.recorded, stats.dropped), (50, 0));
}

#[test]
fn the_next_event_tells_how_many_were_held_back() {
    let call = || (0..9).for_each(|x| info!(sample = 0.25, "text", x));
    let events = events_at(LogLevel::Info, call);
    let told: Vec<_> = events
        .iter()
        .map(|event| {
            (
                event.field("x").unwrap().to_string(),
                event.field("held_back"),
            )
        })
        .collect();
    let three = &3_u64.into();
    assert_eq!(
        told,
        [
            ("0".into(), None),
            ("4".into(), Some(three)),
            ("8".into(), Some(three))
        ]
    );
}

#[test]
fn nothing_is_evaluated_for_what_is_held_back() {
    let mut evaluated = 0;
    let mut next = || {
        evaluated += 1;
        evaluated
    };
    events_at(LogLevel::Info, || {
        for _ in 0..10 {
            info!(sample = 0.5, "text {}", next());
        }
    });
    assert_eq!(evaluated, 5);
}

#[test]
fn limits_stand_among_the_prefixes_in_any_order() {
    let (target, level) = (String::from("t"), LogLevel::Warn);
    assert_eq!(
        counted(|| {
            for _ in 0..3 {
                info!(target: "t", once, name: "n", "text");
                info!(limit = "1/d", target: &target, "text");
                log!(target: "t", every = "24h", level, "text");
                warn!(sample = 1.0, x = 1; "text");
                info!(once,);
            }
        }),
        (1 + 1 + 1 + 3 + 1, 0)
    );
}

#[test]
fn the_words_are_names_of_fields_too() {
    let (once, limit, n) = (true, "10/s", 10);
    let both = |call: &dyn Fn()| [shown(call), shown(call)].map(|fields| fields.join(" "));
    assert_eq!(
        both(&|| info!("limit" = "10/s", limit = "10/s", "text")),
        ["limit=10/s limit=10/s"; 2]
    );
    assert_eq!(both(&|| info!(limit, every = 5)), ["limit=10/s every=5"; 2]);
    assert_eq!(
        both(&|| info!(limit = n, sample = 1)),
        ["limit=10 sample=1"; 2]
    );
    assert_eq!(both(&|| info!(limit = %limit)), ["limit=10/s"; 2]);
    assert_eq!(both(&|| info!(every = "1" == "2")), ["every=false"; 2]);
    assert_eq!(
        both(&|| info!({ limit = "10/s" }, "text")),
        ["limit=10/s"; 2]
    );
    assert_eq!(both(&|| info!("text", limit = "10/s")), ["limit=10/s"; 2]);
    assert_eq!(both(&|| info!(n, sample = 0.5)), ["n=10 sample=0.5"; 2]);
    assert_eq!(both(&|| info!("text", once)), ["once=true"; 2]);
    assert_eq!(both(&|| info!(once = once, "text")), ["once=true"; 2]);
}
