//! Rotation, restart, pruning and failures, on real files and by the time of the events.

use std::fs;
use std::time::{Duration, UNIX_EPOCH};

use super::{RollingFile, RollingSink, Rotation};
use crate::LogLevel;
use crate::decode::EventRef;
use crate::format::Format;
use crate::format::testing::{LOGIN_TIME, event, record};
use crate::sink::Sink;
use crate::sink::testing::TempDir;

const SECOND: u64 = 1_000_000_000;

/// The message and a line's end: each byte of the output is known.
struct Bare;

impl Format for Bare {
    fn format(&self, event: &EventRef<'_>, out: &mut String) {
        out.push_str(event.message());
        out.push('\n');
    }
}

fn rolling(directory: &TempDir) -> RollingFile {
    RollingFile::new(directory.path("app.log")).format(Bare)
}

/// Logs so many seconds after 2026-11-21T00:50:32Z.
fn log(sink: &mut RollingSink, seconds: u64, message: &str) {
    let mut event = event(LogLevel::Info, message);
    event.timestamp_nanos = LOGIN_TIME + seconds * SECOND;
    sink.write(&record(&event).event()).unwrap();
}

fn text(directory: &TempDir, name: &str) -> String {
    fs::read_to_string(directory.path(name)).unwrap()
}

/// Sets when the file was last written, so many seconds after 2026-11-21T00:50:32Z.
fn touch(directory: &TempDir, name: &str, seconds: u64) {
    let file = fs::File::options()
        .append(true)
        .open(directory.path(name))
        .unwrap();
    let time = UNIX_EPOCH + Duration::from_nanos(LOGIN_TIME + seconds * SECOND);
    file.set_modified(time).unwrap();
}

#[test]
fn a_file_never_gets_larger_than_it_may_and_no_event_is_split() {
    let directory = TempDir::new();
    let mut sink = rolling(&directory).max_bytes(10).open().unwrap();
    for (seconds, message) in [
        (0, "aaaa"),
        (1, "bbbb"),
        (2, "c"),
        (3, "a larger one"),
        (4, "d"),
    ] {
        log(&mut sink, seconds, message);
    }
    sink.flush().unwrap();
    assert_eq!(
        directory.names(),
        [
            "app.2026-11-21T00-50-33Z.log",
            "app.2026-11-21T00-50-34Z.log",
            "app.2026-11-21T00-50-35Z.log",
            "app.log"
        ]
    );
    assert_eq!(
        text(&directory, "app.2026-11-21T00-50-33Z.log"),
        "aaaa\nbbbb\n"
    );
    assert_eq!(text(&directory, "app.2026-11-21T00-50-34Z.log"), "c\n");
    assert_eq!(
        text(&directory, "app.2026-11-21T00-50-35Z.log"),
        "a larger one\n"
    );
    assert_eq!(text(&directory, "app.log"), "d\n");
}

#[test]
fn files_of_one_second_are_numbered_in_the_order_of_time() {
    let directory = TempDir::new();
    for run in 0..3 {
        // Each run goes on behind the names of the run before.
        if run > 0 {
            touch(&directory, "app.log", 0);
        }
        let mut sink = rolling(&directory).max_bytes(1).open().unwrap();
        for number in 0..5 {
            log(&mut sink, 0, &format!("{run}{number}"));
        }
        sink.flush().unwrap();
    }
    let all: String = directory
        .names()
        .iter()
        .map(|name| text(&directory, name))
        .collect();
    let expected: String = (0..15).map(|i| format!("{}{}\n", i / 5, i % 5)).collect();
    assert_eq!(all, expected, "{:?}", directory.names());
    assert!(
        directory
            .names()
            .contains(&"app.2026-11-21T00-50-32Z_0013.log".to_owned())
    );
}

#[test]
fn a_new_period_begins_a_new_file_and_late_events_stay() {
    let directory = TempDir::new();
    let mut sink = rolling(&directory)
        .every(Rotation::Minutely)
        .open()
        .unwrap();
    for (seconds, message) in [(0, "a"), (27, "b"), (28, "c"), (26, "late"), (3600, "d")] {
        log(&mut sink, seconds, message);
    }
    sink.flush().unwrap();
    assert_eq!(text(&directory, "app.2026-11-21T00-50-59Z.log"), "a\nb\n");
    assert_eq!(
        text(&directory, "app.2026-11-21T00-51-00Z.log"),
        "c\nlate\n"
    );
    assert_eq!(text(&directory, "app.log"), "d\n");
}

#[test]
fn size_and_period_work_together() {
    let directory = TempDir::new();
    let builder = rolling(&directory)
        .every(Duration::from_secs(10))
        .max_bytes(4);
    let mut sink = builder.open().unwrap();
    for (seconds, message) in [(0, "a"), (1, "b"), (2, "c"), (8, "d")] {
        log(&mut sink, seconds, message);
    }
    sink.flush().unwrap();
    assert_eq!(text(&directory, "app.2026-11-21T00-50-33Z.log"), "a\nb\n");
    assert_eq!(text(&directory, "app.2026-11-21T00-50-34Z.log"), "c\n");
    assert_eq!(text(&directory, "app.log"), "d\n");
}

#[test]
fn a_restart_goes_on_with_the_size_and_the_period_of_the_file() {
    let directory = TempDir::new();
    let open = || rolling(&directory).every(Rotation::Minutely).max_bytes(8);
    fs::write(directory.path("app.log"), "old\n").unwrap();
    touch(&directory, "app.log", 0);
    let mut sink = open().open().unwrap();
    log(&mut sink, 1, "abc");
    drop(sink);
    assert_eq!(text(&directory, "app.log"), "old\nabc\n");
    touch(&directory, "app.log", 1);
    let mut sink = open().open().unwrap();
    log(&mut sink, 2, "d");
    drop(sink);
    assert_eq!(
        text(&directory, "app.2026-11-21T00-50-33Z.log"),
        "old\nabc\n"
    );
    touch(&directory, "app.log", 2);
    let mut sink = open().open().unwrap();
    log(&mut sink, 60, "e");
    drop(sink);
    assert_eq!(text(&directory, "app.2026-11-21T00-50-34Z.log"), "d\n");
    assert_eq!(text(&directory, "app.log"), "e\n");
}

#[test]
fn the_oldest_files_are_removed_and_no_others() {
    let directory = TempDir::new();
    let others = [
        "app.2026-11-20.log",
        "app.2000-01-01T00-00-00Z.txt",
        "app.log.1",
        "other.log",
    ];
    for name in others {
        fs::write(directory.path(name), "mine").unwrap();
    }
    fs::create_dir(directory.path("app.2000-01-01T00-00-00Z.log")).unwrap();
    fs::write(directory.path("app.2000-01-02T00-00-00Z.log"), "old").unwrap();
    let mut sink = rolling(&directory)
        .max_bytes(1)
        .keep_files(2)
        .open()
        .unwrap();
    for seconds in 0..5 {
        log(&mut sink, seconds, "x");
    }
    sink.flush().unwrap();
    let mut expected = vec![
        "app.2000-01-01T00-00-00Z.log",
        "app.2026-11-21T00-50-34Z.log",
        "app.2026-11-21T00-50-35Z.log",
        "app.log",
    ];
    expected.extend(others);
    expected.sort();
    assert_eq!(directory.names(), expected);
}

#[test]
fn so_many_bytes_are_kept() {
    let directory = TempDir::new();
    let mut sink = rolling(&directory)
        .max_bytes(1)
        .keep_bytes(10)
        .open()
        .unwrap();
    for seconds in 0..5 {
        log(&mut sink, seconds, "xxx");
    }
    sink.flush().unwrap();
    assert_eq!(directory.names().len(), 3);
    drop(sink);
    // What may be kept is less now, so the start removes some.
    drop(rolling(&directory).keep_bytes(4).open().unwrap());
    assert_eq!(
        directory.names(),
        ["app.2026-11-21T00-50-35Z.log", "app.log"]
    );
}

#[test]
fn a_file_that_somebody_removed_is_made_again() {
    let directory = TempDir::new();
    let mut sink = rolling(&directory).max_bytes(1).open().unwrap();
    log(&mut sink, 0, "a");
    sink.flush().unwrap();
    fs::remove_file(directory.path("app.log")).unwrap();
    log(&mut sink, 1, "b");
    sink.flush().unwrap();
    assert_eq!(directory.names(), ["app.log"]);
    assert_eq!(text(&directory, "app.log"), "b\n");
}

#[test]
fn the_directory_is_made() {
    let directory = TempDir::new();
    let path = directory.path("logs").join("of app").join("app.log");
    let mut sink = RollingFile::new(&path).format(Bare).open().unwrap();
    log(&mut sink, 0, "a");
    sink.flush().unwrap();
    assert_eq!(fs::read_to_string(path).unwrap(), "a\n");
}

#[test]
fn what_can_not_be_opened_is_named() {
    let directory = TempDir::new();
    let (file, taken) = (directory.path("file"), directory.path("taken"));
    fs::write(&file, "").unwrap();
    fs::create_dir(&taken).unwrap();
    for (path, named) in [(file.join("app.log"), &file), (taken.clone(), &taken)] {
        let error = RollingFile::new(path).open().unwrap_err().to_string();
        assert!(
            error.starts_with(&format!("{}: ", named.display())),
            "{error}"
        );
    }
}

/// The name of a directory can't be taken by renaming a file; so the place of the active file is taken away.
#[test]
fn where_rotation_fails_logging_goes_on_and_the_failure_is_reported_once() {
    let directory = TempDir::new();
    let inner = directory.path("inner");
    fs::create_dir(&inner).unwrap();
    let builder = RollingFile::new(inner.join("app.log"))
        .format(Bare)
        .max_bytes(4);
    let mut sink = builder.open().unwrap();
    log(&mut sink, 0, "a");
    // The directory moves away, and a file stands in its place: nothing can be renamed or made there.
    let moved = directory.path("moved");
    fs::rename(&inner, &moved).unwrap();
    fs::write(&inner, "in the way").unwrap();
    let mut failures = 0;
    for seconds in 1..60 {
        log(&mut sink, seconds, "b");
        failures += usize::from(sink.flush().is_err());
    }
    assert_eq!(failures, 1);
    let so_far = fs::read_to_string(moved.join("app.log")).unwrap();
    assert_eq!(so_far, format!("a\n{}", "b\n".repeat(59)));
    fs::remove_file(&inner).unwrap();
    fs::rename(&moved, &inner).unwrap();
    log(&mut sink, 70, "c");
    sink.flush().unwrap();
    assert_eq!(fs::read_to_string(inner.join("app.log")).unwrap(), "c\n");
    let aside = inner.join("app.2026-11-21T00-51-31Z.log");
    assert_eq!(fs::read_to_string(aside).unwrap(), so_far);
}

#[test]
fn a_name_that_is_no_file_is_an_error() {
    assert!(RollingFile::new("/").open().is_err());
    let directory = TempDir::new();
    let in_a_file = directory.path("file").join("app.log");
    fs::write(directory.path("file"), "in the way").unwrap();
    assert!(RollingFile::new(in_a_file).open().is_err());
}

#[cfg(feature = "compression")]
mod compression {
    use super::*;
    use std::io::Read;

    fn unpacked(directory: &TempDir, name: &str) -> String {
        let file = fs::File::open(directory.path(name)).unwrap();
        let mut text = String::new();
        flate2::read::GzDecoder::new(file)
            .read_to_string(&mut text)
            .unwrap();
        text
    }

    #[test]
    fn files_that_were_set_aside_are_compressed() {
        let directory = TempDir::new();
        let builder = rolling(&directory).max_bytes(1).keep_files(3).compress();
        let mut sink = builder.open().unwrap();
        for seconds in 0..6 {
            log(&mut sink, seconds, &format!("event {seconds}"));
        }
        sink.flush().unwrap();
        sink.wait_for_compression().unwrap();
        assert_eq!(
            directory.names(),
            [
                "app.2026-11-21T00-50-34Z.log.gz",
                "app.2026-11-21T00-50-35Z.log.gz",
                "app.2026-11-21T00-50-36Z.log.gz",
                "app.log"
            ]
        );
        assert_eq!(
            unpacked(&directory, "app.2026-11-21T00-50-35Z.log.gz"),
            "event 3\n"
        );
        assert_eq!(text(&directory, "app.log"), "event 5\n");
    }

    #[test]
    fn bytes_are_counted_as_compressed() {
        let directory = TempDir::new();
        let builder = rolling(&directory).max_bytes(1).keep_bytes(1000).compress();
        let mut sink = builder.open().unwrap();
        let compressible = "x".repeat(900);
        for seconds in 0..8 {
            log(&mut sink, seconds, &compressible);
        }
        sink.flush().unwrap();
        sink.wait_for_compression().unwrap();
        let newest = unpacked(&directory, "app.2026-11-21T00-50-38Z.log.gz");
        assert_eq!(newest.len(), 901);
        assert!(directory.names().len() > 3, "{:?}", directory.names());
    }

    #[test]
    fn what_a_crash_left_is_completed_by_the_next_start() {
        let directory = TempDir::new();
        let write = |name, text| fs::write(directory.path(name), text).unwrap();
        write("app.2026-11-21T00-50-32Z.log", "in the middle\n");
        write("app.2026-11-21T00-50-32Z.log.gz.tmp", "half");
        write("app.2026-11-21T00-50-33Z.log", "complete, not removed\n");
        write("app.2026-11-21T00-50-33Z.log.gz", "will be replaced");
        let mut sink = rolling(&directory).compress().open().unwrap();
        sink.wait_for_compression().unwrap();
        let names = [
            "app.2026-11-21T00-50-32Z.log.gz",
            "app.2026-11-21T00-50-33Z.log.gz",
        ];
        assert_eq!(directory.names(), [names[0], names[1], "app.log"]);
        assert_eq!(unpacked(&directory, names[0]), "in the middle\n");
        assert_eq!(unpacked(&directory, names[1]), "complete, not removed\n");
    }

    #[test]
    fn a_file_that_cannot_be_compressed_stays_and_is_reported() {
        let directory = TempDir::new();
        let mut sink = rolling(&directory).max_bytes(1).compress().open().unwrap();
        sink.wait_for_compression().unwrap();
        // Where the copy would be made stands a directory.
        fs::create_dir(directory.path("app.2026-11-21T00-50-32Z.log.gz.tmp")).unwrap();
        log(&mut sink, 0, "kept");
        log(&mut sink, 1, "next");
        assert!(sink.wait_for_compression().is_err());
        assert_eq!(text(&directory, "app.2026-11-21T00-50-32Z.log"), "kept\n");
        sink.flush().unwrap();
    }
}
