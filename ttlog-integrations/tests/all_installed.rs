//! All bridges in one process: each of these is a child process.

mod support;

use slog::o;
use ttlog_core::LogLevel;
use ttlog_integrations::{Backend, InstallError, TtlogSlogDrain, init_all, try_init_all};

use support::{in_child, is_child};

#[test]
fn one_call_brings_everything_into_ttlog() {
    let stderr = in_child("child_with_all");
    for said in ["from tracing", "from log", "from slog"] {
        assert_eq!(stderr.matches(said).count(), 1, "{stderr}");
    }
}

#[test]
#[ignore = "the child of another test"]
fn child_with_all() {
    if !is_child() {
        return;
    }
    let handle = init_all();
    let logger = slog::Logger::root(TtlogSlogDrain::new(), o!());
    tracing::info!(n = 1, "from tracing");
    log::info!(n = 1; "from log");
    slog::info!(logger, "from slog"; "n" => 1);
    assert!(handle.flush());
    assert_eq!(handle.stats().recorded, 3);
    handle.set_level(LogLevel::Critical);
    tracing::error!("not wanted");
    log::error!("not wanted");
    slog::error!(logger, "not wanted");
    assert_eq!(handle.stats().recorded, 3);
}

#[test]
fn the_place_that_is_taken_is_named() {
    let stderr = in_child("child_with_another_logger");
    assert!(stderr.contains("`log` has a logger already"), "{stderr}");
}

#[test]
#[ignore = "the child of another test"]
fn child_with_another_logger() {
    if !is_child() {
        return;
    }
    tracing_log::LogTracer::init().unwrap();
    let error = try_init_all().unwrap_err();
    assert!(
        matches!(error, InstallError::Taken(Backend::Log)),
        "{error}"
    );
    // The words are on stderr, and the rest is in place.
    let handle = init_all();
    tracing::info!("from tracing");
    assert!(handle.flush());
    assert_eq!(handle.stats().recorded, 1);
}
