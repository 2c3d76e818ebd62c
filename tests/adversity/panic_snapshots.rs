//! The snapshot that a panic leaves behind. Each case is a child process.

use std::io::{self, Write};
use std::panic;
use std::path::{Path, PathBuf};
use std::sync::Barrier;
use std::thread;

use ttlog::{LogEvent, LogLevel, SnapshotReader, info};

use crate::support::{
    Directory, Gate, Gated, Kept, child_directory, run_child, run_child_with, tiny,
};

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

/// Runs a child; gives the messages of the panics that each of its snapshots has, from the snapshot with the fewest to that with
/// the most.
fn panics_of_child(child: &str) -> Vec<Vec<String>> {
    let directory = Directory::new();
    run_child(&format!("panic_snapshots::{child}"), &directory);
    panics_in(&directory)
}

fn panics_in(directory: &Directory) -> Vec<Vec<String>> {
    let panics_of = |path: &PathBuf| {
        let events = SnapshotReader::open(path).unwrap().log_events().unwrap();
        let panics = events.into_iter().filter(|event| event.target == "panic");
        panics.map(|event| event.message).collect()
    };
    let mut snapshots: Vec<Vec<String>> = directory.snapshots().iter().map(panics_of).collect();
    snapshots.sort_by_key(Vec::len);
    snapshots
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
fn of_panics_at_once_every_one_is_in_a_snapshot() {
    for _ in 0..5 {
        let snapshots = panics_of_child("child_with_panics_at_once");
        assert!(snapshots.len() <= 5, "{snapshots:?}");
        for thread in 0..THREADS {
            let message = format!("thread panicked: trouble {thread}");
            assert!(snapshots.concat().contains(&message), "{snapshots:?}");
        }
    }
}

const THREADS: usize = 8;

#[test]
#[ignore = "the child of another test"]
fn child_with_panics_at_once() {
    let Some(directory) = child_directory() else {
        return;
    };
    set_up(&directory);
    let ready = Barrier::new(THREADS);
    thread::scope(|threads| {
        let spawn = |n: usize| {
            let ready = &ready;
            threads.spawn(move || {
                ready.wait();
                panic!("trouble {n}");
            })
        };
        let threads: Vec<_> = (0..THREADS).map(spawn).collect();
        for thread in threads {
            thread.join().unwrap_err();
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
    assert!(outcome.status.success(), "{}", outcome.stderr);
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

#[test]
fn panics_without_end_leave_few_snapshots_and_are_all_in_the_last() {
    let snapshots = panics_of_child("child_that_panics_often");
    // Four at once, those of the seconds that a slow machine takes, and the one at the end.
    assert!(snapshots.len() < 100, "{}", snapshots.len());
    let expected = (0..200).map(|n| format!("thread panicked: trouble {n}"));
    assert!(expected.eq(snapshots.last().unwrap().iter().cloned()));
}

#[test]
#[ignore = "the child of another test"]
fn child_that_panics_often() {
    let Some(directory) = child_directory() else {
        return;
    };
    set_up(&directory);
    for n in 0..200 {
        panic::catch_unwind(|| panic!("trouble {n}")).unwrap_err();
    }
}

#[test]
fn a_backtrace_is_in_the_snapshot_where_one_is_asked_for() {
    let directory = Directory::new();
    let child = "panic_snapshots::child_with_a_thread_that_panics";
    run_child_with(child, &directory, &[("RUST_BACKTRACE", "1")]);
    let mut snapshot = SnapshotReader::open(&directory.snapshots()[0]).unwrap();
    let events = snapshot.log_events().unwrap();
    let last = events.last().unwrap();
    assert_is_panic(last, "trouble 7");
    let backtrace = last.field("backtrace").unwrap().as_str().unwrap();
    assert!(
        backtrace.contains("child_with_a_thread_that_panics"),
        "{backtrace}"
    );
}

#[test]
fn a_sink_that_is_stuck_keeps_no_panic_from_its_snapshot() {
    let snapshots = panics_of_child("child_that_panics_with_a_stuck_sink");
    assert_eq!(snapshots, [["thread panicked: despite the sink"]]);
}

#[test]
#[ignore = "the child of another test"]
fn child_that_panics_with_a_stuck_sink() {
    let Some(directory) = child_directory() else {
        return;
    };
    let gate = Gate::closed();
    let sink = Gated {
        gate,
        kept: Kept::default(),
    };
    let _handle = tiny().snapshot_dir(&directory).sink(sink).init();
    // More than rings and recorder hold: the snapshot thread is held back, until the sink is given up on.
    (0..5_000).for_each(|n| info!("event", n));
    panic!("despite the sink");
}

#[test]
fn a_panic_while_another_unwinds_aborts_and_both_are_in_a_snapshot() {
    let snapshots = panics_of_child("child_that_panics_twice");
    let expected = ["thread panicked: the first", "thread panicked: the second"];
    assert_eq!(snapshots[0][0], expected[0]);
    assert_eq!(snapshots[1][..2], expected);
}

#[test]
#[ignore = "the child of another test"]
fn child_that_panics_twice() {
    struct Second;

    impl Drop for Second {
        fn drop(&mut self) {
            panic!("the second");
        }
    }

    let Some(directory) = child_directory() else {
        return;
    };
    set_up(&directory);
    let _second = Second;
    panic!("the first");
}

#[test]
fn whatever_the_previous_hook_does_the_snapshot_is_there() {
    for child in [
        "child_whose_hook_panics",
        "child_whose_hook_exits",
        "child_whose_hook_aborts",
    ] {
        let snapshots = panics_of_child(child);
        assert_eq!(snapshots, [["thread panicked: with a hook"]], "{child}");
    }
}

fn panic_with_hook(hook: fn()) {
    let Some(directory) = child_directory() else {
        return;
    };
    panic::set_hook(Box::new(move |_| hook()));
    let _handle = tiny().snapshot_dir(directory).recorder_only().init();
    panic!("with a hook");
}

#[test]
#[ignore = "the child of another test"]
fn child_whose_hook_panics() {
    panic_with_hook(|| panic!("in the hook"));
}

#[test]
#[ignore = "the child of another test"]
fn child_whose_hook_exits() {
    panic_with_hook(|| std::process::exit(3));
}

#[test]
#[ignore = "the child of another test"]
fn child_whose_hook_aborts() {
    panic_with_hook(|| std::process::abort());
}

#[test]
fn a_payload_may_be_no_text_or_a_huge_one() {
    let directory = Directory::new();
    let child = "panic_snapshots::child_with_odd_payloads";
    let outcome = run_child(child, &directory);
    assert!(outcome.status.success(), "{}", outcome.stderr);
    let snapshots = panics_in(&directory);
    let [first, second] = &snapshots[..] else {
        panic!("{} snapshots", snapshots.len());
    };
    assert_eq!(first[..], ["thread panicked: no message"]);
    assert!(second[1].starts_with("thread panicked: aaaa"));
    for path in directory.snapshots() {
        let mut snapshot = SnapshotReader::open(path).unwrap();
        let reason = snapshot
            .facts()
            .text(ttlog::snapshot::fact::REASON)
            .unwrap();
        assert!(
            reason.starts_with("panic: ") && reason.len() < 250,
            "{reason}"
        );
        for event in snapshot.log_events().unwrap() {
            if event.target == "panic" {
                assert_is_panic(&event, "thread panicked: ");
                assert_eq!(event.cut, event.message.len() > 100);
            }
        }
    }
}

#[test]
#[ignore = "the child of another test"]
fn child_with_odd_payloads() {
    let Some(directory) = child_directory() else {
        return;
    };
    panic::set_hook(Box::new(|_| ()));
    let _handle = ttlog::init().snapshot_dir(directory).recorder_only().init();
    panic::catch_unwind(|| panic::panic_any(7)).unwrap_err();
    let huge = "a".repeat(1 << 20);
    panic::catch_unwind(|| panic!("{huge}")).unwrap_err();
}

#[test]
fn a_panic_of_a_thread_that_is_ending_is_in_a_snapshot() {
    let snapshots = panics_of_child("child_that_panics_in_a_destructor");
    assert_eq!(snapshots.last().unwrap()[0], "thread panicked: farewell");
}

#[test]
#[ignore = "the child of another test"]
fn child_that_panics_in_a_destructor() {
    struct Farewell;

    impl Drop for Farewell {
        fn drop(&mut self) {
            panic!("farewell");
        }
    }

    thread_local! {
        static FAREWELL: std::cell::Cell<Option<Farewell>> = const { std::cell::Cell::new(None) };
    }

    let Some(directory) = child_directory() else {
        return;
    };
    set_up(&directory);
    let _ = thread::spawn(|| {
        FAREWELL.set(Some(Farewell));
        info!("hello");
    })
    .join();
}

#[test]
fn a_panic_within_a_scope_or_of_a_custom_logger_is_in_the_snapshot() {
    let directory = Directory::new();
    let outcome = run_child("panic_snapshots::child_that_panics_elsewhere", &directory);
    assert!(outcome.status.success(), "{}", outcome.stderr);
    let expected = [
        "thread panicked: in a scope",
        "thread panicked: in a logger",
    ];
    assert_eq!(panics_in(&directory).last().unwrap()[..], expected);
}

#[test]
#[ignore = "the child of another test"]
fn child_that_panics_elsewhere() {
    struct Panics;

    impl ttlog::Logger for Panics {
        fn emit(&self, _: LogEvent) {
            panic!("in a logger");
        }

        fn flush(&self) {}

        fn set_level(&self, _: LogLevel) {}
    }

    let Some(directory) = child_directory() else {
        return;
    };
    set_up(&directory);
    let kept = Kept::default();
    let local = tiny().sink(kept.clone()).build().unwrap();
    panic::catch_unwind(|| local.scope(|| panic!("in a scope"))).unwrap_err();
    assert!(local.flush());
    assert_eq!(kept.messages(), ["thread panicked: in a scope"]);
    ttlog::install_logger(Box::new(Panics));
    thread::spawn(|| info!("event")).join().unwrap_err();
}
