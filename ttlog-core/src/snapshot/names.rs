//! The names of snapshot files: how they are made, and which files have such names.
//!
//! `{service or executable}-{pid}-{UTC time}-{counter}.ttlog`, with `.partial` behind it until the file is whole.

use std::path::Path;

use super::facts::{Facts, fact};
use crate::format::timestamp;

/// Ends the name of a snapshot.
pub(crate) const ENDING: &str = ".ttlog";
/// Ends the name of one that is not whole yet.
pub(crate) const PARTIAL_ENDING: &str = ".ttlog.partial";
/// What a time in a name looks like; `0` stands for any digit.
const TIME_PATTERN: &str = "0000-00-00T00-00-00.000Z";

/// A name taken apart. The order is that of age.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SnapshotName {
    time: String,
    counter: u64,
    pub(super) pid: u64,
    pub(super) is_partial: bool,
}

impl SnapshotName {
    /// Takes apart the name of a file, if it is one that ttlog gives to snapshots of this service.
    pub(super) fn parse(file: &str, service: &str) -> Option<SnapshotName> {
        let (stem, is_partial) = match file.strip_suffix(PARTIAL_ENDING) {
            Some(stem) => (stem, true),
            None => (file.strip_suffix(ENDING)?, false),
        };
        let rest = stem.strip_prefix(service)?.strip_prefix('-')?;
        let (pid, rest) = rest.split_once('-')?;
        let (time, rest) = rest.split_at_checked(TIME_PATTERN.len())?;
        let is_time = time
            .bytes()
            .zip(TIME_PATTERN.bytes())
            .all(|(byte, pattern)| match pattern {
                b'0' => byte.is_ascii_digit(),
                _ => byte == pattern,
            });
        if !is_time {
            return None;
        }
        Some(SnapshotName {
            time: time.to_owned(),
            counter: number(rest.strip_prefix('-')?)?,
            pid: number(pid)?,
            is_partial,
        })
    }
}

/// A number as it is written into names.
fn number(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

/// The name up to the process id: what all snapshots of a service have in common.
pub(super) fn service(facts: &Facts) -> String {
    let executable = || {
        Path::new(facts.text(fact::EXECUTABLE)?)
            .file_stem()?
            .to_str()
    };
    let service = facts.text(fact::SERVICE).filter(|name| !name.is_empty());
    sanitized(service.or_else(executable).unwrap_or_default())
}

/// The file's name up to the counter.
pub(super) fn stem(facts: &Facts) -> String {
    let time = utc(facts.number(fact::SNAPSHOT_TIME_NS).unwrap_or(0));
    format!("{}-{}", name_of_process(facts), time.escape_ascii())
}

/// The file's name up to the time.
pub(crate) fn name_of_process(facts: &Facts) -> String {
    let pid = facts.number(fact::PID).unwrap_or(0);
    format!("{}-{pid}", service(facts))
}

/// What can stand in a file's name on every system: letters, digits, `_`, `-` and inner dots, 64 at most.
fn sanitized(name: &str) -> String {
    let name: String = name
        .trim_matches('.')
        .chars()
        .map(|character| match character {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '_' | '-' | '.' => character,
            _ => '_',
        })
        .take(64)
        .collect();
    if name.is_empty() {
        "ttlog".to_owned()
    } else {
        name
    }
}

/// A time to the millisecond, as `2026-01-30T23-59-59.123Z`. Does only what a signal handler may.
pub(crate) fn utc(nanos: u64) -> [u8; 24] {
    let mut text = *b"0000-00-00T00-00-00.000Z";
    text[..19].copy_from_slice(&timestamp::file_stamp(nanos)[..19]);
    let milliseconds = (nanos / 1_000_000 % 1000) as u16;
    for (place, unit) in [(20, 100), (21, 10), (22, 1)] {
        text[place] = b'0' + (milliseconds / unit % 10) as u8;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_the_calendar() {
        assert_eq!(&utc(0), b"1970-01-01T00-00-00.000Z");
        assert_eq!(&utc(951_782_400_009_999_999), b"2000-02-29T00-00-00.009Z");
        assert_eq!(&utc(999_000_000), b"1970-01-01T00-00-00.999Z");
    }

    #[test]
    fn names_become_those_of_files() {
        assert_eq!(sanitized("a/b:c"), "a_b_c");
        assert_eq!(sanitized("..."), "ttlog");
        assert_eq!(sanitized(&"x".repeat(99)).len(), 64);
        assert_eq!(stem(&Facts::default()), "ttlog-0-1970-01-01T00-00-00.000Z");
    }

    #[test]
    fn what_is_named_is_recognized_and_nothing_else() {
        let mut facts = Facts::default();
        facts.set_text(fact::SERVICE, "check out-1");
        facts.set_number(fact::PID, 4711);
        facts.set_number(fact::SNAPSHOT_TIME_NS, 1_772_323_199_123_456_789);
        let (service, stem) = (service(&facts), stem(&facts));
        for (ending, is_partial) in [(ENDING, false), (PARTIAL_ENDING, true)] {
            let file = format!("{stem}-12{ending}");
            let name = SnapshotName::parse(&file, &service).unwrap();
            assert_eq!((name.pid, name.counter), (4711, 12));
            assert_eq!(
                (&*name.time, name.is_partial),
                ("2026-02-28T23-59-59.123Z", is_partial)
            );
            // Of services whose names begin alike.
            for other in [
                "check_out",
                "check_out-",
                "check_out-1-4711",
                "check_out-10",
                "",
            ] {
                assert_eq!(SnapshotName::parse(&file, other), None, "{other}");
            }
        }
        for file in [
            "check_out-1-4711-2026-02-28T23-59-59.123Z-12.ttlog.bak",
            "check_out-1-4711-2026-02-28T23-59-59.123Z.ttlog",
            "check_out-1-4711-2026-02-28T23-59-59-12.ttlog",
            "check_out-1-+711-2026-02-28T23-59-59.123Z-12.ttlog",
            "check_out-1-4711-2026-02-28T23-59-59.123Z-012.ttlog",
            "check_out-1-4711-2026-02-28T23-59-59.1é3Z-12.ttlog",
            "check_out-1-notes.ttlog",
            "check_out-1-.ttlog",
            "",
        ] {
            assert_eq!(SnapshotName::parse(file, &service), None, "{file}");
        }
    }

    #[test]
    fn the_order_is_that_of_age() {
        let names = [
            "s-9-2026-01-30T23-59-59.122Z-7.ttlog",
            "s-1-2026-01-30T23-59-59.123Z-9.ttlog",
            "s-1-2026-01-30T23-59-59.123Z-10.ttlog",
            "s-1-2026-01-31T00-00-00.000Z-0.ttlog",
        ];
        assert!(
            names
                .map(|name| SnapshotName::parse(name, "s").unwrap())
                .is_sorted()
        );
    }
}
