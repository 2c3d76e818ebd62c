//! `ttlog info`, on the golden file and on a snapshot of a running pipeline.

use crate::common::{golden, golden_lz4, run};
use ttlog_core::{EventBuilder, LogLevel, Logger};

#[test]
fn facts_counts_and_log_calls_are_listed() {
    let run = run(&["info", "--top", "2"], &golden());
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    for line in [
        "  service          checkout",
        "  start time       2026-01-30T23:58:59.123456789Z",
        "  overwritten      2",
        "  events here      5",
        "  threads          3",
        "  INFO             2",
        "  complete         yes",
        "           1 × DEBUG shop src/main.rs:5 all",
    ] {
        assert!(
            run.stdout.lines().any(|other| other == line),
            "{line}\n{}",
            run.stdout
        );
    }
    let calls = run.stdout.lines().filter(|line| line.contains('×')).count();
    assert_eq!(calls, 2);
}

#[test]
fn a_compressed_snapshot_is_read_to_its_end() {
    let run = run(&["info"], &golden_lz4());
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    assert!(
        run.stdout.contains("  events here      26\n"),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout.contains("  complete         yes\n"),
        "{}",
        run.stdout
    );
}

#[test]
fn a_snapshot_of_a_running_pipeline_is_shown() {
    let directory = std::env::temp_dir().join(format!("ttlog-cli-live-{}", std::process::id()));
    let handle = ttlog_core::init()
        .recorder_only()
        .service("shop")
        .snapshot_dir(&directory)
        .build()
        .unwrap();
    for number in 0..100 {
        let event = EventBuilder::with_capacity(1)
            .level(LogLevel::Warn)
            .target("shop::till")
            .message("drawer open")
            .field("number", number)
            .build();
        handle.logger().emit(event);
    }
    let path = handle.snapshot("a test").unwrap();
    let shown = run(&["show", "--since", "10m", "--target", "shop"], &path);
    assert_eq!((shown.code, shown.stdout.lines().count()), (Some(0), 100));
    assert!(
        shown
            .stdout
            .lines()
            .last()
            .unwrap()
            .ends_with("drawer open number=99")
    );
    assert!(shown.stderr.contains("shop pid") && shown.stderr.contains("(a test)"));
    assert!(
        shown
            .stderr
            .contains("100 recorded, 0 overwritten, 0 dropped"),
        "{}",
        shown.stderr
    );
    std::fs::remove_dir_all(&directory).unwrap();
}
