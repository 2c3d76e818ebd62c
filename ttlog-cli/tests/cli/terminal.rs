//! What depends on stdout being a terminal. `script` makes one; where there is no `script` of Linux's kind, nothing is tested.

use std::process::{Command, Stdio};

use crate::common::golden;

/// Runs a command line on a terminal of 80 columns and 24 rows; gives what it writes, or `None` where there is no `script`.
fn on_terminal(line: &str, variables: &[(&str, &str)]) -> Option<String> {
    let version = Command::new("script").arg("--version").output().ok()?;
    if !String::from_utf8_lossy(&version.stdout).contains("util-linux") {
        return None;
    }
    let line = line
        .replace("ttlog", env!("CARGO_BIN_EXE_ttlog"))
        .replace("FILE", golden().to_str()?);
    let output = Command::new("script")
        .args([
            "-qec",
            &format!("stty cols 80 rows 24; {line}; echo \"code $?\""),
            "/dev/null",
        ])
        .env_remove("NO_COLOR")
        .env_remove("TTLOG_PAGER")
        .env_remove("PAGER")
        .env("TERM", "xterm")
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .output()
        .ok()?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Marks each line that went through it.
const MARKS: &str = "sed s/^/paged:/";
/// Some 40 lines.
const LONG: &str = "show -q -f pretty FILE";
/// Some 10 lines.
const SHORT: &str = "show -q FILE";

#[track_caller]
fn check(line: &str, variables: &[(&str, &str)], is_paged: bool) {
    if let Some(output) = on_terminal(&format!("ttlog {line}"), variables) {
        assert_eq!(
            output.contains("paged:"),
            is_paged,
            "{line} {variables:?}\n{output}"
        );
        assert!(output.contains("code 0"), "{output}");
        assert!(output.contains("User logged in"), "{output}");
    }
}

#[test]
fn what_does_not_fit_goes_through_the_pager_of_the_environment() {
    check(LONG, &[("TTLOG_PAGER", MARKS)], true);
    check(LONG, &[("PAGER", MARKS)], true);
    check(LONG, &[("PAGER", "false"), ("TTLOG_PAGER", MARKS)], true);
    check(
        &LONG.replace("show", "info").replace("-q -f pretty", "FILE"),
        &[("PAGER", MARKS)],
        true,
    );
}

#[test]
fn what_fits_or_may_not_be_paged_does_not() {
    check(SHORT, &[("TTLOG_PAGER", MARKS)], false);
    check(
        &LONG.replace("-q", "-q --no-pager"),
        &[("PAGER", MARKS)],
        false,
    );
    check(LONG, &[("PAGER", MARKS), ("TTLOG_PAGER", "")], false);
    check(LONG, &[("PAGER", "cat")], false);
    check(LONG, &[("PAGER", "no-such-pager")], false);
}

#[test]
fn a_terminal_shows_colours_unless_it_must_not() {
    let has_colors = |variables: &[(&str, &str)]| {
        on_terminal(&format!("ttlog {SHORT}"), variables).map(|output| output.contains('\u{1b}'))
    };
    assert_ne!(has_colors(&[]), Some(false));
    assert_ne!(has_colors(&[("NO_COLOR", "1")]), Some(true));
    assert_ne!(has_colors(&[("TERM", "dumb")]), Some(true));
}
