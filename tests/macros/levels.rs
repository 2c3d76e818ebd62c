//! The level of a call.

use ttlog::{
    LogLevel, critical, debug, enabled, error, event as log_event, info, log, trace, warn,
};

use crate::support::{event, events_at, fields};

#[test]
fn each_macro_has_its_level() {
    assert_eq!(event(|| trace!("text")).level, LogLevel::Trace);
    assert_eq!(event(|| debug!("text")).level, LogLevel::Debug);
    assert_eq!(event(|| info!("text")).level, LogLevel::Info);
    assert_eq!(event(|| warn!("text")).level, LogLevel::Warn);
    assert_eq!(event(|| error!("text")).level, LogLevel::Error);
    assert_eq!(event(|| critical!("text")).level, LogLevel::Critical);
}

#[test]
fn a_level_may_be_computed() {
    for level in LogLevel::ALL {
        let call = || log!(level, "text {}", 1, a = 2);
        assert_eq!(
            (event(call).level, &*event(call).message),
            (level, "text 1")
        );
        assert_eq!(fields(call), [("a".into(), 2.into())]);
        assert_eq!(event(|| log_event!(level, "text")).level, level);
        assert_eq!(event(|| log!(level)).level, level);
        assert_eq!(
            event(|| log!(name: "n", level, "text")).name.as_deref(),
            Some("n")
        );
    }
    let call = || log!(if true { LogLevel::Warn } else { LogLevel::Info }, "text");
    assert_eq!(event(call).level, LogLevel::Warn);
}

#[test]
fn levels_can_be_asked_for() {
    let events = events_at(LogLevel::Warn, || {
        assert!(!enabled!(LogLevel::Info));
        assert!(enabled!(LogLevel::Warn));
        assert!(enabled!(target: "x", LogLevel::Critical,));
        let target = String::from("computed");
        assert!(!enabled!(target: target, LogLevel::Debug));
        if enabled!(LogLevel::Error) && !enabled!(LogLevel::Trace) {
            error!("asked");
        }
    });
    assert_eq!(events.len(), 1);
}

#[test]
fn what_is_not_enabled_is_not_recorded() {
    let events = events_at(LogLevel::Error, || {
        info!("text");
        log!(LogLevel::Warn, "text");
        log!(target: &String::from("t"), LogLevel::Warn, "text");
        log!(LogLevel::Error, "text");
    });
    assert_eq!(events.len(), 1);
}
