//! The check of a file of lines: nothing lost, nothing doubled, nothing changed.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// The first value of `user_id`; the events count up from here, so all have the same width.
pub(crate) const FIRST_USER_ID: u64 = 1_000_000;

/// Asserts that the file has each of the events once, one a line and with nothing else, and those of each thread in order.
/// Thread `t` of `threads` wrote the `t`-th of equal parts.
///
/// # Panics
/// If anything is lost, doubled, out of order or not as it should be.
pub(crate) fn check_lines(path: &Path, events: usize, threads: usize) {
    let file = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let part = events / threads;
    let mut next: Vec<usize> = (0..threads).map(|thread| thread * part).collect();
    let mut count = 0;
    for line in BufReader::with_capacity(1 << 20, file).lines() {
        let line = line.expect("the file is text");
        let index = (number_after(&line, "user_id") - FIRST_USER_ID) as usize;
        assert!(index < events, "no such event was logged: {line}");
        let next = &mut next[index / part];
        assert_eq!(
            index, *next,
            "an event is lost, doubled or out of order at: {line}"
        );
        assert_eq!(
            number_after(&line, "duration_ms"),
            index as u64 & 1023,
            "another value was logged: {line}"
        );
        *next += 1;
        count += 1;
    }
    assert_eq!(count, events, "each event is one line");
}

fn number_after(line: &str, name: &str) -> u64 {
    let from = line
        .find(name)
        .unwrap_or_else(|| panic!("no {name} in: {line}"))
        + name.len();
    let digits = line[from..].trim_start_matches(|c: char| !c.is_ascii_digit());
    let end = digits
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(digits.len());
    digits[..end]
        .parse()
        .unwrap_or_else(|_| panic!("no value of {name} in: {line}"))
}

#[cfg(test)]
mod tests {
    use super::super::Scratch;
    use super::{check_lines, number_after};

    fn check(name: &str, lines: &str, threads: usize) {
        let scratch = Scratch::new(name);
        let path = scratch.path().join("lines");
        std::fs::write(&path, lines).expect("the scratch directory is writable");
        check_lines(&path, 2, threads);
    }

    #[test]
    fn fields_are_found_in_every_style() {
        for line in [
            "user_id=42 x",
            r#"{"user_id":42}"#,
            "duration_ms: 7, user_id: 42",
        ] {
            assert_eq!(number_after(line, "user_id"), 42);
        }
    }

    #[test]
    fn whole_files_pass() {
        check(
            "one",
            "user_id=1000000 duration_ms=0\nuser_id=1000001 duration_ms=1\n",
            1,
        );
        check(
            "two",
            "user_id=1000001 duration_ms=1\nuser_id=1000000 duration_ms=0\n",
            2,
        );
    }

    #[test]
    #[should_panic(expected = "each event is one line")]
    fn a_lost_event_is_found() {
        check("lost", "user_id=1000000 duration_ms=0\n", 1);
    }

    #[test]
    #[should_panic(expected = "out of order")]
    fn a_doubled_event_is_found() {
        check(
            "double",
            "user_id=1000000 duration_ms=0\nuser_id=1000000 duration_ms=0\n",
            1,
        );
    }
}
