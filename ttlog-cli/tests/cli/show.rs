//! `ttlog show` and its options, on the golden file.

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
fn times_are_relative_to_the_events_or_given() {
    assert_eq!(messages(&["--since", "end-3s"]), [VALUES, LATE, LOGIN]);
    assert_eq!(messages(&["--last", "1500ms"]), [LATE, LOGIN]);
    assert_eq!(messages(&["--last", "1m", "--since", "end-1s"]), [LOGIN]);
    assert_eq!(messages(&["--until", "end-3s"]), [LOGIN, FAILED]);
    assert_eq!(messages(&["--until", "start+1s"]), [LOGIN]);
    assert_eq!(messages(&["--since", "start", "--until", "end"]).len(), 4);
    assert_eq!(messages(&["--until", "yesterday"]).len(), 5);
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
    assert_eq!(
        messages(&["--since", "2026-01-31 00:00:03.5"]),
        [LATE, LOGIN]
    );
    assert_eq!(messages(&["--since", "1h"]).len(), 0);
}

#[test]
fn the_last_are_counted_after_the_other_options() {
    assert_eq!(messages(&["--last", "2"]), [LATE, LOGIN]);
    assert_eq!(messages(&["--last", "1", "--level", "error"]), [FAILED]);
    assert_eq!(messages(&["-n", "0"]).len(), 0);
    assert_eq!(messages(&["-n", "99999999999"]).len(), 5);
}

#[test]
fn conditions_select_by_fields() {
    assert_eq!(messages(&["--where", "user_id"]), [LOGIN, LOGIN]);
    assert_eq!(messages(&["-w", "user_id>=100"]), [LOGIN]);
    assert_eq!(
        messages(&["-w", "user_id", "-w", "duration_ms<1s"]),
        [LOGIN]
    );
    assert_eq!(messages(&["-w", "query~^.?select"]), [FAILED]);
    assert_eq!(messages(&["-w", "attempt<0"]), [LATE]);
    assert_eq!(messages(&["-w", "duration>1min"]), [VALUES]);
    assert_eq!(
        messages(&["-w", "!method=password"]),
        [FAILED, VALUES, LATE]
    );
    assert_eq!(messages(&["-w", "level>=warn", "-w", "line>100"]), [FAILED]);
}

#[test]
fn threads_are_chosen_by_name_or_number() {
    assert_eq!(messages(&["--thread", "main"]), [LOGIN, LOGIN]);
    assert_eq!(messages(&["--thread", "worker \"7\""]), [FAILED, LATE]);
    assert_eq!(messages(&["--thread", "2", "--thread", "7"]).len(), 3);
    assert_eq!(messages(&["--thread", "nobody"]).len(), 0);
}

#[test]
fn files_are_chosen_by_service() {
    assert_eq!(messages(&["--service", "checkout"]).len(), 5);
    assert_eq!(messages(&["--service", "billing"]).len(), 0);
}

#[test]
fn events_can_be_counted() {
    for (arguments, count) in [
        (&["-c"][..], "5\n"),
        (&["--count", "--level", "warn"], "2\n"),
        (&["--count", "--last", "3"], "3\n"),
        (&["--count", "--where", "nothing"], "0\n"),
    ] {
        let run = run(&[&["show"], arguments].concat(), &golden());
        assert_eq!((run.code, run.stdout.as_str()), (Some(0), count));
        assert_eq!(run.stderr, "");
    }
}

#[test]
fn where_nothing_is_wanted_the_reader_learns_what_there_is() {
    let told = |arguments: &[&str]| {
        let run = run(&[&["show"], arguments].concat(), &golden());
        assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""));
        run.stderr.lines().nth(1).unwrap().to_owned()
    };
    let of_time = told(&["--since", "10m"]);
    for part in [
        "none of the 5 events",
        "from 2026-01-30T23:59:59.123456789Z to 2026-01-31T00:00:05.123456789Z",
        "`end-10m`",
    ] {
        assert!(of_time.contains(part), "{of_time}");
    }
    assert!(!told(&["--where", "nothing"]).contains("end-10m"));
}

#[test]
fn a_pager_that_is_named_gets_the_output() {
    let paged = |arguments: &[&str]| run(&[&["show", "-q"], arguments].concat(), &golden());
    let numbered = paged(&["--pager", "sed -n 2p"]);
    assert_eq!(numbered.code, Some(0), "{numbered:?}");
    assert!(numbered.stdout.contains("Query select 1 failed"));
    assert_eq!(numbered.stdout.lines().count(), 1);
    let shell = paged(&["--pager", "sed 1q | wc -l"]);
    assert_eq!((shell.code, shell.stdout.trim()), (Some(0), "1"));
    let missing = paged(&["--pager", "no-such-pager"]);
    assert_eq!((missing.code, missing.stdout.lines().count()), (Some(0), 5));
    assert!(
        missing
            .stderr
            .contains("could not start the pager \"no-such-pager\"")
    );
}

#[test]
fn leaving_the_pager_is_no_error() {
    let mut command = command(&["show", "-q", "--pager", "true"]);
    // More than a pipe holds.
    let files: Vec<_> = (0..300).map(|_| golden()).collect();
    let run: Run = command
        .arg("-f")
        .arg("pretty")
        .args(files)
        .output()
        .unwrap()
        .into();
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
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
fn the_help_has_examples_and_the_exit_codes() {
    let run: Run = command(&["show", "--help"]).output().unwrap().into();
    assert_eq!(run.code, Some(0));
    for part in [
        "Examples:",
        "ttlog show --since 10m",
        "end-30s",
        "status>=500",
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
        (["--since", "tomorrow"], "10m"),
        (["--where", "status>="], "        ^"),
        (["--grep", "("], "unclosed group"),
        (["--format", "xml"], "logfmt"),
        (["--last", "many"], "30s"),
    ] {
        let run = run(&[&["show"], &arguments[..]].concat(), &golden());
        assert_eq!(run.code, Some(2), "{arguments:?}");
        assert!(run.stderr.contains(hint), "{arguments:?}: {}", run.stderr);
    }
}
