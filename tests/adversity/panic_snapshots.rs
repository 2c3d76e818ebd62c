//! The snapshot that a panic leaves behind. Each case is a child process.

use std::io::{self, Write};
use std::panic;
use std::path::Path;
use std::sync::Barrier;
use std::thread;

use ttlog::{LogEvent, LogLevel, SnapshotReader, info};

use crate::support::{Directory, Kept, child_directory, run_child, tiny};

fn set_up(directory: &Path) {
    panic::set_hook(Box::new(|info| {
        // What an application's own hook would do.
        let _ = writeln!(io::stderr(), "previous hook: {info}");
    }));
    let handle = tiny().snapshot_dir(directory).sink(Kept::default()).init();
    std::mem::forget(handle);
    info!("context");
}

/// Runs a child that panics; gives the events of its one snapshot.
fn events_of_child(child: &str, previous_hook_says: &[&str]) -> Vec<LogEvent> {
    let directory = Directory::new();
    let outcome = run_child(&format!("panic_snapshots::{child}"), &directory);
    assert!(outcome.stderr.contains("previous hook: "));
    for text in previous_hook_says {
        assert!(outcome.stderr.contains(text), "{}", outcome.stderr);
    }
    let snapshots = directory.snapshots();
    assert_eq!(snapshots.len(), 1, "{}", outcome.stderr);
    assert!(outcome.stderr.contains(snapshots[0].to_str().unwrap()));
    let mut snapshot = SnapshotReader::open(&snapshots[0]).unwrap();
    let events = snapshot.log_events().unwrap();
    assert!(snapshot.is_complete());
    events
}

fn assert_is_panic(event: &LogEvent, message: &str) {
    assert_eq!(event.level, LogLevel::Critical);
    assert!(event.message.contains(message), "{event:?}");
    assert!(
        event
            .file
            .as_deref()
            .unwrap()
            .ends_with("panic_snapshots.rs")
    );
    assert!(event.line.unwrap() > 0);
    let location = event.field("location").unwrap().as_str().unwrap();
    assert!(location.contains("panic_snapshots.rs"), "{location}");
}

#[test]
fn a_panic_of_the_main_thread_leaves_a_snapshot_that_ends_with_it() {
    let events = events_of_child("child_that_panics", &["the main trouble"]);
    assert_eq!(events[0].message, "context");
    assert_is_panic(events.last().unwrap(), "the main trouble");
}

#[test]
#[ignore = "the child of another test"]
fn child_that_panics() {
    let Some(directory) = child_directory() else {
        return;
    };
    set_up(&directory);
    panic!("the main trouble");
}

#[test]
fn a_panic_of_another_thread_leaves_a_snapshot_that_ends_with_it() {
    let events = events_of_child("child_with_a_thread_that_panics", &["trouble 7"]);
    let last = events.last().unwrap();
    assert_is_panic(last, "trouble 7");
    assert_eq!(last.thread_name.as_deref(), Some("unlucky"));
}

#[test]
#[ignore = "the child of another test"]
fn child_with_a_thread_that_panics() {
    let Some(directory) = child_directory() else {
        return;
    };
    set_up(&directory);
    let thread = thread::Builder::new().name("unlucky".into());
    let thread = thread.spawn(|| panic!("trouble {}", 7)).unwrap();
    thread.join().unwrap_err();
}

#[test]
fn two_panics_at_once_leave_a_snapshot() {
    let events = events_of_child("child_with_two_panics_at_once", &["first", "second"]);
    let last = events.last().unwrap();
    assert_is_panic(last, " trouble");
}

#[test]
#[ignore = "the child of another test"]
fn child_with_two_panics_at_once() {
    let Some(directory) = child_directory() else {
        return;
    };
    set_up(&directory);
    let ready = Barrier::new(2);
    thread::scope(|threads| {
        for text in ["first trouble", "second trouble"] {
            let ready = &ready;
            threads.spawn(move || {
                ready.wait();
                panic!("{text}");
            });
        }
    });
}

#[test]
fn a_panic_that_unwinds_through_a_scope_and_an_event_is_in_the_snapshot() {
    let events = events_of_child("child_that_panics_in_a_value_of_its_own", &["no value"]);
    assert_is_panic(events.last().unwrap(), "no value");
}

#[test]
#[ignore = "the child of another test"]
fn child_that_panics_in_a_value_of_its_own() {
    struct NoValue;

    impl ttlog::Value for NoValue {
        fn record(&self, _: ttlog::Slot<'_>) -> ttlog::Recorded {
            panic!("no value");
        }
    }

    let Some(directory) = child_directory() else {
        return;
    };
    set_up(&directory);
    info!("never", value = NoValue);
}

#[test]
fn a_panic_that_is_a_values_own_affair_leaves_none() {
    let directory = Directory::new();
    let outcome = run_child(
        "panic_snapshots::child_that_panics_in_a_display",
        &directory,
    );
    assert!(outcome.succeeded, "{}", outcome.stderr);
    assert!(directory.snapshots().is_empty());
}

#[test]
#[ignore = "the child of another test"]
fn child_that_panics_in_a_display() {
    struct Bomb;

    impl std::fmt::Display for Bomb {
        fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            panic!("boom");
        }
    }

    let Some(directory) = child_directory() else {
        return;
    };
    set_up(&directory);
    info!("event", value = %Bomb);
}
