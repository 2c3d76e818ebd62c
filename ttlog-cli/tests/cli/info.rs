//! `ttlog info`, on the golden file and on a snapshot of a running pipeline.

use crate::common::{Run, command, golden, golden_lz4, run};
use ttlog_core::{EventBuilder, LogLevel, Logger};

#[test]
fn facts_counts_and_log_calls_are_listed() {
    let run = run(&["info", "--top", "2"], &golden());
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    for line in [
        "  service          checkout",
        "  start time       2026-01-30T23:58:59.123456789Z",
        "  overwritten      2 (lost: newer events took their place before they got here)",
        "  events here      5",
        "  threads          3",
        "  complete         yes",
        "             1 × ERROR shop::db src/db/pool.rs:230 Query {query} failed",
        "  size             2,016 bytes, 403.2 an event",
        "             2   worker \"7\" (7)",
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
fn a_chart_shows_when_which_level_was() {
    let row = |locale: &str, level: &str| {
        let mut command = command(&["info"]);
        let run: Run = command
            .env("LC_ALL", locale)
            .arg(golden())
            .output()
            .unwrap()
            .into();
        let row = run
            .stdout
            .lines()
            .find(|line| line.trim_start().starts_with(level));
        row.unwrap().split_at(31).1.to_owned()
    };
    let info = row("C.UTF-8", "INFO");
    assert!(
        info.starts_with('█') && info.ends_with('█'),
        "the first and the last event: {info}"
    );
    assert_eq!(row("C.UTF-8", "ERROR").trim(), "█");
    assert_eq!(row("C", "ERROR").trim(), "@");
}

#[test]
fn programs_get_the_same_as_json() {
    let run = run(&["info", "--json", "--top", "1"], &golden());
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    let info: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(info["facts"]["service"], "checkout");
    assert_eq!(info["facts"]["overwritten"], 2);
    assert_eq!(
        (&info["events"], &info["levels"]["INFO"]),
        (&5.into(), &2.into())
    );
    assert_eq!(info["first_event"], "2026-01-30T23:59:59.123456789Z");
    assert_eq!(
        (&info["complete"], &info["bytes"]),
        (&true.into(), &2016.into())
    );
    assert_eq!(
        (&info["call_count"], info["calls"].as_array().unwrap().len()),
        (&5.into(), 1)
    );
    assert_eq!(
        info["threads"][0],
        serde_json::json!({"id": 1, "name": "main", "events": 2})
    );
    let infos = info["timeline"]["levels"]["INFO"].as_array().unwrap();
    assert_eq!(
        infos
            .iter()
            .filter_map(serde_json::Value::as_u64)
            .sum::<u64>(),
        2
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
