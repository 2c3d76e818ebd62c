//! Snapshots that nobody asks for: on severe events, at intervals, on a signal; and those that code without a handle asks for.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use ttlog::{LogEvent, LogLevel, SnapshotReader, TtlogBuilder, TtlogHandle, error, info, warn};

use crate::support::{Directory, PATIENCE, child_directory, run_child_to_success};

fn recorder(directory: &Directory) -> TtlogBuilder {
    ttlog::init()
        .recorder_only()
        .snapshot_dir(directory.path())
        .service("shop")
}

/// The reasons and the events of all snapshots, in the order of their times.
fn snapshots(directory: &Directory) -> Vec<(String, Vec<LogEvent>)> {
    let mut snapshots: Vec<_> = directory
        .snapshots()
        .iter()
        .map(|path| {
            let mut snapshot = SnapshotReader::open(path).unwrap();
            let events = snapshot.log_events().unwrap();
            assert!(snapshot.is_complete(), "{:?}", snapshot.flaws());
            let facts = snapshot.facts();
            let time = facts.number("snapshot_time_ns").unwrap();
            (time, facts.text("reason").unwrap().to_owned(), events)
        })
        .collect();
    snapshots.sort_by_key(|(time, ..)| *time);
    snapshots
        .into_iter()
        .map(|(_, reason, events)| (reason, events))
        .collect()
}

/// Waits until so many snapshots were written.
#[track_caller]
fn wait_for_snapshots(handle: &TtlogHandle, count: u64) {
    let since = Instant::now();
    while handle.stats().snapshots < count {
        assert!(since.elapsed() < PATIENCE, "{:?}", handle.stats());
        thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_severe_event_leaves_a_snapshot_that_has_it_and_what_came_before() {
    let directory = Directory::new();
    let handle = recorder(&directory)
        .snapshot_on(LogLevel::Error)
        .build()
        .unwrap();
    handle.scope(|| {
        info!("context");
        warn!("not yet");
    });
    handle.flush();
    handle.scope(|| error!("Database error", code = 7));
    wait_for_snapshots(&handle, 1);
    let snapshots = snapshots(&directory);
    assert_eq!(snapshots.len(), 1);
    let (reason, events) = &snapshots[0];
    assert_eq!(reason, "event at error: Database error");
    let messages: Vec<_> = events.iter().map(|event| &*event.message).collect();
    assert_eq!(messages, ["context", "not yet", "Database error"]);
}

#[test]
fn a_storm_of_errors_writes_two_files_and_every_error_is_in_one() {
    let directory = Directory::new();
    let handle = recorder(&directory)
        .snapshot_on(LogLevel::Error)
        .snapshot_min_interval(Duration::from_secs(3600))
        .build()
        .unwrap();
    handle.scope(|| error!("the first, {}", 0));
    wait_for_snapshots(&handle, 1);
    for n in 1..=500 {
        handle.scope(|| error!("another", n));
    }
    // The interval is not over: the end of the pipeline doesn't wait for it.
    drop(handle);
    let snapshots = snapshots(&directory);
    let reasons: Vec<_> = snapshots.iter().map(|(reason, _)| &**reason).collect();
    assert_eq!(
        reasons,
        [
            "event at error: the first, 0",
            "event at error: another (and 499 more)"
        ]
    );
    assert_eq!(snapshots[1].1.len(), 501);
}

#[test]
fn an_interval_writes_snapshots_as_long_as_events_come() {
    let directory = Directory::new();
    let handle = recorder(&directory)
        .snapshot_every(Duration::from_millis(1))
        .build()
        .unwrap();
    for count in 1..=2 {
        handle.scope(|| info!("event"));
        wait_for_snapshots(&handle, count);
    }
    drop(handle);
    let snapshots = snapshots(&directory);
    assert_eq!(snapshots[0].0, "interval of 1ms");
    assert_eq!(snapshots.last().unwrap().1.len(), 2);
    assert_eq!(snapshots.len(), 2, "nothing new was recorded");
}

#[test]
fn code_without_a_handle_takes_a_snapshot_of_where_it_logs_to() {
    let directory = Directory::new();
    let handle = recorder(&directory).build().unwrap();
    let path = handle.scope(|| {
        info!("here");
        ttlog::snapshot("no handle").unwrap()
    });
    assert!(path.starts_with(directory.path()));
    let snapshots = snapshots(&directory);
    assert_eq!(snapshots[0].0, "no handle");
    assert_eq!(snapshots[0].1.len(), 1);
}

#[test]
fn an_exit_waits_for_the_snapshots_of_its_last_errors() {
    let directory = Directory::new();
    run_child_to_success("triggers::child_that_exits_after_errors", &directory);
    // They may be written at the same time.
    let mut reasons: Vec<_> = snapshots(&directory)
        .into_iter()
        .map(|(reason, _)| reason)
        .collect();
    reasons.sort();
    assert_eq!(
        reasons,
        ["event at error: the first", "event at error: the last"]
    );
}

#[test]
#[ignore = "the child of another test"]
fn child_that_exits_after_errors() {
    let Some(directory) = child_directory() else {
        return;
    };
    let handle = global(&directory).snapshot_on(LogLevel::Error).init();
    error!("the first");
    handle.flush();
    error!("the last");
    std::process::exit(0);
}

#[test]
fn a_panic_leaves_one_snapshot_where_its_event_would_trigger_another() {
    let directory = Directory::new();
    run_child_to_success("triggers::child_that_panics", &directory);
    let snapshots = snapshots(&directory);
    let reasons: Vec<_> = snapshots.iter().map(|(reason, _)| &**reason).collect();
    assert_eq!(reasons, ["panic: oh", "event at error: after"]);
}

#[test]
#[ignore = "the child of another test"]
fn child_that_panics() {
    let Some(directory) = child_directory() else {
        return;
    };
    let _handle = global(&directory).snapshot_on(LogLevel::Error).init();
    thread::spawn(|| panic!("oh")).join().unwrap_err();
    error!("after");
    std::process::exit(0);
}

fn global(directory: &Path) -> TtlogBuilder {
    ttlog::init().recorder_only().snapshot_dir(directory)
}

#[cfg(all(unix, feature = "signals"))]
mod signal {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    static PREVIOUS: AtomicUsize = AtomicUsize::new(0);

    extern "C" fn previous(_: libc::c_int) {
        PREVIOUS.fetch_add(1, Ordering::Relaxed);
    }

    #[test]
    fn a_signal_leaves_a_snapshot_and_reaches_the_handler_that_was_there() {
        let directory = Directory::new();
        run_child_to_success("triggers::signal::child_that_signals_itself", &directory);
        let reasons: Vec<_> = snapshots(&directory)
            .into_iter()
            .map(|(reason, _)| reason)
            .collect();
        // A global pipeline and one beside it.
        assert_eq!(reasons, ["signal SIGUSR1"; 2]);
    }

    #[test]
    #[ignore = "the child of another test"]
    fn child_that_signals_itself() {
        let Some(directory) = child_directory() else {
            return;
        };
        let handler = previous as extern "C" fn(libc::c_int) as libc::sighandler_t;
        // SAFETY: the handler only adds to a counter.
        unsafe { libc::signal(libc::SIGUSR1, handler) };
        let handle = global(&directory).snapshot_on_signal().init();
        let beside = global(&directory).snapshot_on_signal().build().unwrap();
        let unconcerned = global(&directory).build().unwrap();
        info!("event");
        // SAFETY: the signal has a handler.
        unsafe { libc::raise(libc::SIGUSR1) };
        assert_eq!(PREVIOUS.load(Ordering::Relaxed), 1);
        wait_for_snapshots(&handle, 1);
        wait_for_snapshots(&beside, 1);
        assert_eq!(unconcerned.stats().snapshots, 0);
    }
}
