//! `ttlog show` and its options, on the golden file.

use std::io::Write;
use std::process::Stdio;

use crate::common::{Run, command, golden, run};

/// Runs `ttlog show` on the golden file; gives the messages in the order of the output.
#[track_caller]
fn messages(arguments: &[&str]) -> Vec<String> {
    let arguments = [&["show", "--format", "json"], arguments].concat();
    let run = run(&arguments, &golden());
    assert_eq!(run.code, Some(0), "{run:?}");
    let message = |line: &str| {
        let (_, rest) = line.split_once(r#""message":""#).unwrap();
        rest.split_once('"').unwrap().0.to_owned()
    };
    run.stdout.lines().map(message).collect()
}

const LOGIN: &str = "User logged in";
const FAILED: &str = "Query select 1 failed";
const VALUES: &str = "all";
const LATE: &str = "made at run time";

#[test]
fn the_events_are_shown_as_text_and_the_process_on_stderr() {
    let run = run(&["show"], &golden());
    assert_eq!(run.code, Some(0));
    let lines: Vec<_> = run.stdout.lines().collect();
    assert_eq!(lines.len(), 5);
    assert_eq!(
        lines[0],
        "2026-01-30T23:59:59.123456Z INFO  shop::auth: User logged in user_id=123 method=password duration_ms=45"
    );
    assert_eq!(run.stderr.lines().count(), 1);
    for part in [
        "checkout",
        "pid 4711",
        "till-3",
        "before deploy",
        "2026-01-31T00:00:06.123",
        "8 recorded",
        "2 overwritten",
        "1 dropped",
    ] {
        assert!(run.stderr.contains(part), "{part}: {}", run.stderr);
    }
}

#[test]
fn every_format_can_be_chosen() {
    let first = |format| {
        let run = run(&["show", "--quiet", "--format", format], &golden());
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
        run.stdout.lines().next().unwrap().to_owned()
    };
    assert!(first("json").starts_with('{') && first("json").ends_with('}'));
    assert!(first("logfmt").contains("level=info") && first("logfmt").contains("user_id=123"));
    assert!(!first("pretty").contains("user_id"));
    assert_eq!(first("text"), first("text"));
}

#[test]
fn levels_keep_what_is_as_severe_and_more() {
    assert_eq!(messages(&["--level", "warn"]), [FAILED, LATE]);
    assert_eq!(messages(&["-l", "INFO"]), [LOGIN, FAILED, LATE, LOGIN]);
    assert_eq!(messages(&["--level", "critical"]).len(), 0);
}

#[test]
fn targets_are_matched_at_path_borders() {
    assert_eq!(messages(&["--target", "shop::auth"]), [LOGIN]);
    assert_eq!(
        messages(&["--target", "shop::db", "-t", "plugin"]),
        [FAILED, LATE]
    );
    assert_eq!(messages(&["--target", "shop"]).len(), 4);
    assert_eq!(messages(&["--target", "sho"]).len(), 0);
}

#[test]
fn grep_searches_messages_and_values() {
    assert_eq!(messages(&["--grep", "logged (in|out)"]), [LOGIN, LOGIN]);
    assert_eq!(messages(&["-g", "^passw"]), [LOGIN, LOGIN]);
    assert_eq!(messages(&["--grep", "timed out"]), [FAILED]);
    assert_eq!(messages(&["--grep", "^-3$"]), [LATE]);
    assert_eq!(messages(&["--grep", "127\\.0\\.0\\.1"]), [VALUES]);
    assert_eq!(messages(&["--grep", "USER"]).len(), 0);
    assert_eq!(messages(&["--grep", "(?i)USER LOGGED"]).len(), 2);
}

#[test]
fn times_are_relative_to_the_snapshot_or_given() {
    assert_eq!(messages(&["--since", "4s"]), [VALUES, LATE, LOGIN]);
    assert_eq!(messages(&["--until", "4s"]), [LOGIN, FAILED]);
    assert_eq!(
        messages(&["--since", "2026-01-31T00:00:03Z"]),
        [LATE, LOGIN]
    );
    assert_eq!(
        messages(&["--until", "2026-01-31T01:00:01+01:00"]),
        [LOGIN, FAILED]
    );
    let exact = [
        "--since",
        "2026-01-31T00:00:02.123456789",
        "--until",
        "2026-01-31T00:00:02.12345679",
    ];
    assert_eq!(messages(&exact), [VALUES]);
    assert_eq!(messages(&["--since", "2h"]).len(), 5);
}

#[test]
fn the_last_are_counted_after_the_other_options() {
    assert_eq!(messages(&["--last", "2"]), [LATE, LOGIN]);
    assert_eq!(messages(&["--last", "1", "--level", "error"]), [FAILED]);
    assert_eq!(messages(&["-n", "0"]).len(), 0);
    assert_eq!(messages(&["-n", "99999999999"]).len(), 5);
}

#[test]
fn colours_are_shown_when_they_are_asked_for() {
    let colored = |arguments: &[&str]| {
        let arguments = [&["show", "--quiet"], arguments].concat();
        run(&arguments, &golden()).stdout.contains('\u{1b}')
    };
    assert!(colored(&["--color", "always"]));
    assert!(!colored(&["--color", "never"]));
    assert!(!colored(&[]), "a pipe is no terminal");
}

#[test]
fn several_files_and_stdin_are_shown_one_after_another() {
    let golden = golden();
    let mut child = command(&["show", "-f", "json"])
        .arg(&golden)
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let bytes = std::fs::read(&golden).unwrap();
    child.stdin.take().unwrap().write_all(&bytes).unwrap();
    let run: Run = child.wait_with_output().unwrap().into();
    assert_eq!((run.code, run.stdout.lines().count()), (Some(0), 10));
    assert!(
        run.stderr
            .lines()
            .nth(1)
            .unwrap()
            .starts_with("stdin: checkout")
    );
}

#[test]
fn the_help_has_examples_and_the_exit_codes() {
    let run: Run = command(&["show", "--help"]).output().unwrap().into();
    assert_eq!(run.code, Some(0));
    for part in [
        "Examples:",
        "ttlog show --since 10m",
        "Exit status:",
        "--grep",
    ] {
        assert!(run.stdout.contains(part), "{part}");
    }
}

#[test]
fn a_wrong_command_line_is_refused_with_what_would_be_right() {
    for (arguments, hint) in [
        (["--level", "loud"], "critical"),
        (["--since", "yesterday"], "10m"),
        (["--grep", "("], "unclosed group"),
        (["--format", "xml"], "logfmt"),
        (["--last", "many"], "--last"),
    ] {
        let run = run(&[&["show"], &arguments[..]].concat(), &golden());
        assert_eq!(run.code, Some(2), "{arguments:?}");
        assert!(run.stderr.contains(hint), "{arguments:?}: {}", run.stderr);
    }
}
