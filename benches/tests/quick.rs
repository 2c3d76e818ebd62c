//! The benches as tests: every logger in every workload, with a few calls, and with all of the assertions.

use std::process::Command;

#[test]
fn every_bench_runs_and_asserts() {
    let output = Command::new(env!("CARGO_BIN_EXE_ttlog-benches"))
        .arg("--quick")
        .output()
        .expect("it can be started");
    let (report, complaint) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{complaint}");
    for logger in ["floor", "ttlog", "ttlog-coarse", "ttlog-recorder-only"] {
        assert!(
            report.contains(&format!("| {logger} |")),
            "{logger} has no row in:\n{report}"
        );
    }
}

#[test]
fn an_unknown_name_is_refused() {
    let output = Command::new(env!("CARGO_BIN_EXE_ttlog-benches"))
        .arg("no-such-logger")
        .output()
        .expect("it can be started");
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("no-such-logger"));
}
