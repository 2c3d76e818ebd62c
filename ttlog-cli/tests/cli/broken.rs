//! Files that can't be read, or not wholly; and readers of the output that go away.

use std::io::Read;
use std::path::Path;
use std::process::Stdio;

use crate::common::{Run, TestFile, command, golden, run};

/// The only line on stderr of a run that failed and printed nothing.
#[track_caller]
fn only_line(run: &Run) -> &str {
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{run:?}");
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    run.stderr.trim_end()
}

#[test]
fn a_missing_or_foreign_or_broken_file_is_told_in_one_line() {
    let bytes = std::fs::read(golden()).unwrap();
    let mut damaged_header = bytes.clone();
    damaged_header[9] ^= 1;
    let cases = [
        (
            "foreign",
            &b"2026-01-30 INFO a line of text\n"[..],
            "not a ttlog snapshot",
        ),
        ("empty", &b""[..], "not a ttlog snapshot"),
        (
            "short",
            &bytes[..9],
            "the snapshot is cut or damaged in its first 16 bytes",
        ),
        (
            "damaged",
            &damaged_header,
            "the snapshot is cut or damaged in its first 16 bytes",
        ),
    ];
    for command in ["show", "info"] {
        let missing = run(&[command], Path::new("/missing.ttlog"));
        assert!(only_line(&missing).starts_with("ttlog: /missing.ttlog: "));
        for (name, bytes, told) in cases {
            let file = TestFile::new(&format!("{command}-{name}"), bytes);
            let run = run(&[command], &file.0);
            let line = only_line(&run);
            assert_eq!(line, format!("ttlog: {}: {told}", file.0.display()));
        }
    }
}

#[test]
fn a_file_of_a_newer_version_is_told_in_one_line() {
    // Magic and version 7.1 with their CRC-32C.
    let header = *b"\x89ttlog\r\n\x07\x00\x01\x00";
    let crc = crc32c(&header);
    let file = TestFile::new("newer", &[&header[..], &crc.to_le_bytes()].concat());
    let run = run(&["show"], &file.0);
    let line = only_line(&run);
    assert!(
        line.contains("format version 7.1; this reader knows version 1"),
        "{line}"
    );
}

/// As `docs/format.md` defines it.
fn crc32c(bytes: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = (sum >> 1) ^ (0x82F6_3B78 * (sum & 1));
        }
    }
    !sum
}

#[test]
fn of_a_truncated_file_the_events_are_shown_and_one_line_warns() {
    let bytes = std::fs::read(golden()).unwrap();
    let file = TestFile::new("truncated", &bytes[..bytes.len() - 60]);
    for (arguments, events) in [(&["show", "-q"][..], 2), (&["show", "-q", "-n", "1"], 1)] {
        let run = run(arguments, &file.0);
        assert_eq!((run.code, run.stdout.lines().count()), (Some(1), events));
        assert_eq!(run.stderr.lines().count(), 1);
        assert!(run.stderr.contains("warning: truncated"), "{}", run.stderr);
    }
    let run = run(&["info"], &file.0);
    assert_eq!(run.code, Some(1));
    assert!(
        run.stdout.contains("events here      2") && run.stdout.contains("complete         no")
    );
}

#[test]
fn of_a_damaged_file_the_whole_blocks_are_shown() {
    let mut bytes = std::fs::read(golden()).unwrap();
    let place = bytes
        .windows(14)
        .position(|window| window == b"Query select 1")
        .unwrap();
    bytes[place] = b'X';
    let file = TestFile::new("damaged-block", &bytes);
    let run = run(&["show", "-q"], &file.0);
    assert_eq!((run.code, run.stdout.lines().count()), (Some(1), 4));
    assert_eq!(run.stderr.lines().count(), 1);
    assert!(run.stderr.contains("CRC mismatch"), "{}", run.stderr);
}

#[test]
fn after_a_bad_file_the_next_ones_are_shown() {
    let output = command(&["show", "-q", "/missing.ttlog"])
        .arg(golden())
        .output();
    let run: Run = output.unwrap().into();
    assert_eq!((run.code, run.stdout.lines().count()), (Some(1), 5));
}

#[test]
fn control_characters_in_a_file_name_do_not_reach_the_terminal() {
    let run = run(&["show"], Path::new("/a\n\u{1b}[31mb.ttlog"));
    assert!(only_line(&run).contains("/a\\n\\u{1b}[31mb.ttlog"));
}

#[test]
fn a_reader_that_goes_away_ends_the_command_quietly() {
    let mut command = command(&["show", "-q", "-f", "json"]);
    // More than a pipe holds.
    for _ in 0..200 {
        command.arg(golden());
    }
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut [0; 10]).unwrap();
    drop(stdout);
    let run: Run = child.wait_with_output().unwrap().into();
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
}
