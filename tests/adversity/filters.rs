//! Levels and filters that change while others log.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use ttlog::{LogLevel, Message, debug, enabled, info, is_enabled, trace, warn};

use crate::support::{Kept, flush_and_balance, wait_until};

#[test]
fn filters_change_from_many_threads_while_others_log() {
    let kept = Kept::default();
    let handle = ttlog::init().sink(kept.clone()).build().unwrap();
    let done = AtomicBool::new(false);
    thread::scope(|threads| {
        for seed in 0..3_usize {
            let (handle, done) = (&handle, &done);
            threads.spawn(move || {
                let directives = [
                    "trace",
                    "off",
                    "warn,adversity=debug",
                    "adversity::filters=off",
                ];
                for turn in seed.. {
                    if done.load(Ordering::Relaxed) {
                        break;
                    }
                    if turn % 2 == 0 {
                        handle.set_level(LogLevel::ALL[turn % LogLevel::ALL.len()]);
                    } else {
                        handle
                            .set_filter(directives[turn % directives.len()])
                            .unwrap();
                    }
                }
            });
        }
        let loggers: Vec<_> = (0..2)
            .map(|_| {
                threads.spawn(|| {
                    handle.scope(|| {
                        for n in 0..20_000_u64 {
                            trace!("event", n);
                            info!("event", n);
                            warn!("event", n);
                        }
                    });
                })
            })
            .collect();
        for logger in loggers {
            logger.join().unwrap();
        }
        done.store(true, Ordering::Relaxed);
    });
    let stats = flush_and_balance(&handle);
    assert_eq!(stats.dropped, 0);
    let before = kept.len();
    handle.set_filter("warn").unwrap();
    handle.scope(|| {
        info!("not wanted");
        warn!("wanted");
        assert!(!enabled!(LogLevel::Info));
        assert!(is_enabled(LogLevel::Warn, "anything"));
    });
    flush_and_balance(&handle);
    assert_eq!(kept.messages()[before..], ["wanted"]);
}

#[test]
fn pipelines_with_different_filters_each_get_what_they_want() {
    let kept = [Kept::default(), Kept::default()];
    let quiet = ttlog::init()
        .level(LogLevel::Warn)
        .sink(kept[0].clone())
        .build()
        .unwrap();
    let verbose = ttlog::init()
        .level(LogLevel::Trace)
        .sink(kept[1].clone())
        .build()
        .unwrap();
    let log = || {
        trace!("trace");
        debug!("debug");
        info!("info");
        warn!("warn");
    };
    thread::scope(|threads| {
        threads.spawn(|| quiet.scope(log));
        threads.spawn(|| verbose.scope(log));
    });
    quiet.scope(|| {
        log();
        verbose.scope(log);
        log();
    });
    flush_and_balance(&quiet);
    flush_and_balance(&verbose);
    assert_eq!(kept[0].messages(), ["warn"; 3]);
    assert_eq!(
        kept[1].messages(),
        ["trace", "debug", "info", "warn"].repeat(2)
    );
}

#[test]
fn a_wrong_directive_is_told_and_the_rest_is_in_force() {
    let kept = Kept::default();
    let handle = ttlog::init().sink(kept.clone()).build().unwrap();
    let error = handle
        .set_filter("warn,hyper=loud,adversity=debug")
        .unwrap_err();
    assert_eq!(error.directive(), "hyper=loud");
    assert!(error.to_string().contains("hyper=loud"));
    handle.scope(|| {
        debug!("mine");
        debug!(target: "other", "not mine");
        warn!(target: "other", "not mine, but grave");
    });
    flush_and_balance(&handle);
    assert_eq!(kept.messages(), ["mine", "not mine, but grave"]);
}

#[test]
fn filter_and_level_can_be_set_by_message() {
    let handle = ttlog::init().recorder_only().build().unwrap();
    let control = handle.sender();
    control.send(Message::SetFilter("off".into())).unwrap();
    wait_until("nothing is wanted", || {
        handle.scope(|| !enabled!(LogLevel::Critical))
    });
    control.send(Message::SetLevel(LogLevel::Trace)).unwrap();
    wait_until("everything is wanted", || {
        handle.scope(|| enabled!(LogLevel::Trace))
    });
}
