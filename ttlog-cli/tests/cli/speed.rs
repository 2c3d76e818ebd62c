//! How fast a million events of two integers are printed, and in how much memory. Figures are for people: nothing is asserted of them.
//!
//! `cargo test --release -p ttlog-cli --test cli -- --ignored --nocapture speed`

use std::io::Write;
use std::process::Stdio;
use std::time::Instant;

use crate::common::command;

const EVENTS: u64 = 1_000_000;
const ROUNDS: usize = 5;

#[test]
#[ignore = "a measurement"]
fn speed_of_a_million_events_of_two_integers() {
    let directory = tempfile::tempdir().unwrap();
    let handle = ttlog::init()
        .recorder_only()
        .capacity(2 * EVENTS as usize)
        .overflow(ttlog::Overflow::Block)
        .snapshot_dir(directory.path())
        .init();
    for number in 0..EVENTS {
        ttlog::info!(
            "User logged in",
            user_id = number,
            duration_ms = number % 1000
        );
    }
    let path = handle.snapshot("speed").unwrap();
    let bytes = std::fs::metadata(&path).unwrap().len();
    let mut report = format!("{} bytes, {} events\n", bytes, EVENTS);
    let commands: [&[&str]; 9] = [
        &["show", "-q"],
        &["show", "-q", "-f", "json"],
        &["show", "-q", "-f", "logfmt"],
        &["show", "-q", "--count"],
        &["show", "-q", "-w", "duration_ms>=990"],
        &["show", "-q", "--last", "100"],
        &["info"],
        &["export", "-f", "csv"],
        &["export", "-f", "chrome"],
    ];
    for arguments in commands {
        let seconds = (0..ROUNDS).map(|_| {
            let start = Instant::now();
            let status = command(arguments).arg(&path).stdout(Stdio::null()).status();
            assert!(status.unwrap().success());
            start.elapsed().as_secs_f64()
        });
        let best = seconds.fold(f64::INFINITY, f64::min);
        let rate = EVENTS as f64 / best / 1e6;
        report += &format!(
            "{:<40} {rate:.1} million events a second\n",
            arguments.join(" ")
        );
    }
    std::io::stderr().write_all(report.as_bytes()).unwrap();
    if let Some(kept) = std::env::var_os("KEEP_SNAPSHOT") {
        std::fs::copy(&path, kept).unwrap();
    }
}
