//! The file of a black box: read as a snapshot is, made into one, and followed while its process runs.

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use ttlog_core::{Logger, TtlogHandle};

use crate::common::{Run, Snapshot, command, event, run};

/// A black box in use by this process.
struct LiveBox {
    directory: tempfile::TempDir,
    handle: TtlogHandle,
}

impl LiveBox {
    fn new() -> LiveBox {
        let directory = tempfile::tempdir().unwrap();
        let handle = ttlog_core::init()
            .recorder_only()
            .service("shop")
            .black_box(directory.path().join("box"))
            .snapshot_dir(directory.path())
            .build()
            .unwrap();
        LiveBox { directory, handle }
    }

    fn path(&self) -> std::path::PathBuf {
        self.directory.path().join("box")
    }

    fn emit(&self, numbers: std::ops::Range<u64>) {
        for number in numbers {
            let event = event(number, "drawer open").field("number", number);
            self.handle.logger().emit(event.build());
        }
        self.handle.flush();
    }
}

#[test]
fn every_command_reads_the_black_box_of_a_running_process() {
    let live = LiveBox::new();
    live.emit(0..100);
    let shown = run(&["show", "--last", "3us"], &live.path());
    assert_eq!(
        (shown.code, shown.stdout.lines().count()),
        (Some(0), 4),
        "{shown:?}"
    );
    assert!(
        shown
            .stdout
            .lines()
            .last()
            .unwrap()
            .ends_with("drawer open number=99")
    );
    assert!(shown.stderr.contains("shop pid"), "{}", shown.stderr);
    assert!(
        shown.stderr.contains("(is still running)"),
        "{}",
        shown.stderr
    );
    let info = run(&["info"], &live.path());
    assert!(info.stdout.contains("  events here      100\n"), "{info:?}");
    let csv = run(&["export", "-f", "csv", "--all-fields"], &live.path());
    assert_eq!((csv.code, csv.stdout.lines().count()), (Some(0), 101));
}

#[test]
fn a_black_box_comes_through_a_pipe_too() {
    let live = LiveBox::new();
    live.emit(0..10);
    let bytes = std::fs::read(live.path()).unwrap();
    let mut child = command(&["show", "-q", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&bytes).unwrap();
    let run: Run = child.wait_with_output().unwrap().into();
    assert_eq!((run.code, run.stdout.lines().count()), (Some(0), 10));
}

#[test]
fn a_black_box_is_made_into_a_snapshot() {
    let live = LiveBox::new();
    live.emit(0..10);
    let snapshot = live.directory.path().join("out.ttlog");
    let output = ["recover", "--output", snapshot.to_str().unwrap()];
    let recovered = run(&output, &live.path());
    assert_eq!((recovered.code, recovered.stdout.as_str()), (Some(0), ""));
    assert!(
        recovered
            .stderr
            .contains("the process is still running; 10 events in"),
        "{}",
        recovered.stderr
    );
    let from_image = run(&["show", "-q"], &live.path());
    let from_snapshot = run(&["show", "-q"], &snapshot);
    assert_eq!(from_image.stdout, from_snapshot.stdout);
    assert_eq!(run_count(&snapshot), "10\n");
}

fn run_count(path: &std::path::Path) -> String {
    run(&["show", "--count"], path).stdout
}

#[test]
fn what_is_no_black_box_is_refused_and_leaves_no_file() {
    let snapshot = Snapshot::of("shop", [event(1, "a").build()]);
    let output = snapshot.beside("out.ttlog");
    let refused = run(&["recover", "-o", output.to_str().unwrap()], &snapshot.path);
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.stderr.contains("not a black box"),
        "{}",
        refused.stderr
    );
    assert!(!output.exists());
    let refused = run(&["show", "--follow"], &snapshot.path);
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.stderr.contains("not a black box"),
        "{}",
        refused.stderr
    );
    let several: Run = command(&["show", "--follow", "a", "b"])
        .output()
        .unwrap()
        .into();
    assert_eq!(several.code, Some(2));
}

/// A process with a black box, which logs the numbers that it is told to and ends with its stdin.
#[test]
#[ignore = "a child process"]
fn logs_what_it_is_told() {
    let path = std::env::var_os("BOX_PATH").expect("started by a test");
    let handle = ttlog_core::init()
        .recorder_only()
        .service("shop")
        .black_box(path)
        .build()
        .unwrap();
    for line in std::io::stdin().lock().lines().map(Result::unwrap) {
        let (first, end) = line.split_once(' ').unwrap();
        for number in first.parse::<u64>().unwrap()..end.parse().unwrap() {
            let event = event(number, "drawer open").field("number", number);
            handle.logger().emit(event.build());
        }
        handle.flush();
        writeln!(std::io::stderr(), "done").unwrap();
    }
    // As one that is killed: nothing is tidied up.
    std::process::abort();
}

#[test]
fn the_black_box_of_a_running_process_is_followed_to_its_end() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("box");
    let mut process = std::process::Command::new(std::env::current_exe().unwrap())
        .args([
            "--ignored",
            "--exact",
            "image::logs_what_it_is_told",
            "--nocapture",
        ])
        .env("BOX_PATH", &path)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut orders = process.stdin.take().unwrap();
    let mut answers = BufReader::new(process.stderr.take().unwrap()).lines();
    let mut log = |numbers: &str| {
        writeln!(orders, "{numbers}").unwrap();
        let answer = answers.find(|line| line.as_ref().is_ok_and(|line| line == "done"));
        assert!(answer.is_some());
    };
    log("0 30");
    let mut follower = command(&["show", "--follow", "-w", "number!=31"])
        .arg(&path)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(follower.stdout.take().unwrap()).lines();
    let mut number = || {
        let line = lines.next()?.unwrap();
        Some(
            line.rsplit_once("number=")
                .unwrap()
                .1
                .parse::<u64>()
                .unwrap(),
        )
    };
    // The last ten, then what comes while it is followed.
    for expected in 20..30 {
        assert_eq!(number(), Some(expected));
    }
    log("30 33");
    assert_eq!(number(), Some(30));
    assert_eq!(number(), Some(32));
    drop(orders);
    assert_eq!(number(), None);
    process.wait().unwrap();
    let run: Run = follower.wait_with_output().unwrap().into();
    assert_eq!(run.code, Some(0));
    assert!(
        run.stderr.contains("the process has ended"),
        "{}",
        run.stderr
    );
    let left = crate::common::run(&["show"], &path);
    assert_eq!(left.stdout.lines().count(), 33);
    assert!(left.stderr.contains("(was killed"), "{}", left.stderr);
}

#[test]
fn a_damaged_black_box_gives_events_or_an_error() {
    let live = LiveBox::new();
    live.emit(0..10);
    let mut bytes = std::fs::read(live.path()).unwrap();
    let whole = bytes.clone();
    let file = live.directory.path().join("damaged");
    for place in (0..bytes.len()).step_by(bytes.len() / 40 + 1).chain(0..8) {
        bytes.copy_from_slice(&whole);
        bytes[place] ^= 0x55;
        std::fs::write(&file, &bytes[..bytes.len() - place % 4096]).unwrap();
        let run = run(&["show", "-q"], &file);
        assert!(matches!(run.code, Some(0 | 1)), "{place}: {run:?}");
        assert!(!run.stderr.contains("panicked"), "{place}: {run:?}");
    }
}
