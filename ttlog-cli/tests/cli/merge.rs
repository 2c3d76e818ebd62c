//! Several files as one stream.

use std::io::Write;
use std::process::Stdio;

use crate::common::{Run, Snapshot, command, event, golden};

fn show(arguments: &[&str], files: &[&Snapshot]) -> Run {
    let mut command = command(&[&["show", "--quiet"], arguments].concat());
    command.args(files.iter().map(|file| &file.path));
    command.output().unwrap().into()
}

/// What stands behind the pid's bracket and the time, and in front of the bracket.
fn services_and_messages(run: &Run) -> Vec<(String, String)> {
    assert_eq!(run.code, Some(0), "{run:?}");
    run.stdout
        .lines()
        .map(|line| {
            let (service, rest) = line.split_once('[').unwrap();
            let (_, message) = rest.split_once("till: ").unwrap();
            (service.to_owned(), message.to_owned())
        })
        .collect()
}

#[test]
fn the_events_of_several_files_are_in_the_order_of_time_and_tell_their_process() {
    let even = Snapshot::of("even", [0, 2, 4].map(|n| event(n, &n.to_string()).build()));
    let odd = Snapshot::of("odd", [1, 3, 5].map(|n| event(n, &n.to_string()).build()));
    let expected: Vec<_> = (0..6)
        .map(|n| (["even", "odd"][n % 2].to_owned(), n.to_string()))
        .collect();
    assert_eq!(services_and_messages(&show(&[], &[&even, &odd])), expected);
    assert_eq!(services_and_messages(&show(&[], &[&odd, &even])), expected);
    let last = show(&["--last", "2"], &[&odd, &even]);
    assert_eq!(services_and_messages(&last), expected[4..]);
    let json = show(&["-f", "json", "--last", "1us"], &[&even, &odd]);
    let services: Vec<serde_json::Value> = json
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(services.len(), 2, "the last microsecond of both together");
    assert_eq!(services[0]["service"], "even");
    assert_eq!(services[1]["service"], "odd");
    assert!(services[1]["pid"].is_u64());
    let logfmt = show(&["-f", "logfmt"], &[&even, &odd]);
    assert!(logfmt.stdout.starts_with("service=\"even\" pid="));
}

#[test]
fn files_of_other_services_are_left_out() {
    let even = Snapshot::of("even", [0, 2].map(|n| event(n, &n.to_string()).build()));
    let odd = Snapshot::of("odd", [1, 3].map(|n| event(n, &n.to_string()).build()));
    let run = show(&["--service", "odd", "--count"], &[&even, &odd]);
    assert_eq!(run.stdout, "2\n");
    // Of one file it need not be told which.
    let run = show(&["--service", "odd", "--since", "start"], &[&even, &odd]);
    assert!(run.stdout.starts_with("2026-01-31T00:00:00.000001Z"));
    assert_eq!(run.stdout.lines().count(), 2);
}

#[test]
fn an_event_in_two_snapshots_of_a_process_is_shown_once() {
    let directory = tempfile::tempdir().unwrap();
    let handle = ttlog_core::init()
        .recorder_only()
        .service("twice")
        .snapshot_dir(directory.path())
        .build()
        .unwrap();
    let emit = |n: u64| {
        use ttlog_core::Logger;
        // Some of them in the same moment.
        handle.logger().emit(event(n / 3, &n.to_string()).build());
    };
    (0..10).for_each(emit);
    let first = handle.snapshot("one").unwrap();
    (10..20).for_each(emit);
    let second = handle.snapshot("two").unwrap();
    for files in [[&first, &second], [&second, &first]] {
        let run: Run = command(&["show", "-q"])
            .args(files)
            .output()
            .unwrap()
            .into();
        let numbers: Vec<_> = services_and_messages(&run)
            .into_iter()
            .map(|(_, message)| message)
            .collect();
        let expected: Vec<_> = (0..20).map(|n| n.to_string()).collect();
        assert_eq!(numbers, expected);
    }
}

#[test]
fn stdin_is_a_file_among_others_and_is_read_twice_where_it_has_to_be() {
    let bytes = std::fs::read(golden()).unwrap();
    for (arguments, events) in [(&[][..], 5), (&["--last", "3s"], 3)] {
        let mut child = command(&["show", "-f", "json"])
            .args(arguments)
            .arg(golden())
            .arg("-")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(&bytes).unwrap();
        let run: Run = child.wait_with_output().unwrap().into();
        assert_eq!((run.code, run.stdout.lines().count()), (Some(0), events));
        assert!(
            run.stderr
                .lines()
                .nth(1)
                .unwrap()
                .starts_with("stdin: checkout")
        );
    }
}

#[test]
fn a_missing_file_among_others_is_told_and_the_others_are_shown() {
    for arguments in [&[][..], &["--last", "1h"]] {
        let run: Run = command(&["show", "-q", "/missing.ttlog"])
            .args(arguments)
            .arg(golden())
            .output()
            .unwrap()
            .into();
        assert_eq!((run.code, run.stdout.lines().count()), (Some(1), 5));
        assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    }
}
