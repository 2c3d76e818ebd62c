//! What each variable of the environment does, and what wins over it: the rows of docs/environment.md. Each is a child process.

use std::io::Write;

use ttlog::format::Json;
use ttlog::sink::Console;
use ttlog::{LogEvent, LogLevel, Logger, Sink, SpanRecords, debug, info, span};

use crate::support::{Directory, child_directory, run_child_with};

/// What a child writes to stderr, without what the test harness and panics write.
fn stderr(child: &str, environment: &[(&str, &str)]) -> Vec<String> {
    let directory = Directory::new();
    let test = format!("environment::{child}");
    let outcome = run_child_with(&test, &directory, environment);
    assert!(outcome.status.success(), "{}", outcome.stderr);
    outcome.stderr.lines().map(str::to_owned).collect()
}

fn count(lines: &[String], text: &str) -> usize {
    lines.iter().filter(|line| line.contains(text)).count()
}

fn log() {
    info!("an event");
    debug!("a detail");
    let _span = span!("work");
}

#[test]
#[ignore = "the child of another test"]
fn child_that_only_logs() {
    if child_directory().is_some() {
        log();
    }
}

#[test]
#[ignore = "the child of another test"]
fn child_with_settings() {
    if child_directory().is_none() {
        return;
    }
    let console = Console::stderr().format(Json);
    let console = console.with_spans(SpanRecords::Ends);
    ttlog::init().filter("warn").sink(console).init();
    log();
}

#[test]
fn without_anything_it_is_text_from_info_on_with_both_ends_of_spans() {
    let lines = stderr("child_that_only_logs", &[]);
    assert_eq!(count(&lines, "INFO"), 3, "{lines:?}");
    assert_eq!(count(&lines, "a detail"), 0);
    assert_eq!(count(&lines, "work"), 2);
}

#[test]
fn rust_log_wins_over_the_program() {
    let debug = [("RUST_LOG", "debug")];
    let lines = stderr("child_that_only_logs", &debug);
    assert_eq!(count(&lines, "a detail"), 1, "{lines:?}");
    let lines = stderr("child_with_settings", &debug);
    assert_eq!(count(&lines, "a detail"), 1, "{lines:?}");
    let lines = stderr("child_with_settings", &[]);
    assert_eq!(count(&lines, "an event"), 0, "{lines:?}");
}

#[test]
fn a_rust_log_without_directives_is_as_good_as_none() {
    for value in ["", " ,", "everything=loud"] {
        let lines = stderr("child_with_settings", &[("RUST_LOG", value)]);
        assert_eq!(count(&lines, "an event"), 0, "{value:?}: {lines:?}");
        let told = count(
            &lines,
            "ttlog: RUST_LOG: filter directive \"everything=loud\"",
        );
        assert_eq!(told, usize::from(value.contains('=')), "{lines:?}");
    }
}

#[test]
fn the_program_wins_over_ttlog_format() {
    let logfmt = [("TTLOG_FORMAT", "logfmt"), ("RUST_LOG", "info")];
    let lines = stderr("child_that_only_logs", &logfmt);
    assert_eq!(count(&lines, "level=info"), 3, "{lines:?}");
    let lines = stderr("child_with_settings", &logfmt);
    assert_eq!((count(&lines, "{\""), count(&lines, "level=info")), (2, 0));
    let lines = stderr("child_that_only_logs", &[("TTLOG_FORMAT", "xml")]);
    assert_eq!(count(&lines, "ttlog: TTLOG_FORMAT"), 1, "{lines:?}");
    assert_eq!(count(&lines, "an event"), 1);
}

#[test]
fn the_program_wins_over_ttlog_spans() {
    let off = [("TTLOG_SPANS", "off"), ("RUST_LOG", "info")];
    let lines = stderr("child_that_only_logs", &off);
    assert_eq!(count(&lines, "work"), 0, "{lines:?}");
    let lines = stderr("child_that_only_logs", &[("TTLOG_SPANS", "ends")]);
    assert_eq!(count(&lines, "work"), 1, "{lines:?}");
    let lines = stderr("child_with_settings", &off);
    assert_eq!(count(&lines, "work"), 1, "{lines:?}");
}

// ---- A start that nobody asked for ----

/// Prints what it is given.
struct Named(&'static str);

impl Logger for Named {
    fn emit(&self, event: LogEvent) {
        let line = format!("{}: {}\n", self.0, event.message);
        std::io::stderr().write_all(line.as_bytes()).unwrap();
    }

    fn flush(&self) {}

    fn set_level(&self, _: LogLevel) {}
}

#[test]
#[ignore = "the child of another test"]
fn child_that_is_not_started() {
    if child_directory().is_none() {
        return;
    }
    if std::env::var_os("TTLOG_AUTO_INIT").is_none() {
        ttlog::auto_init(false);
    }
    log();
    let mut evaluated = false;
    info!("never", evaluated = { evaluated = true });
    assert!(!evaluated && !ttlog::is_enabled(LogLevel::Critical, "any"));
    assert_eq!(ttlog_core::bridge::least_level(), None);
    ttlog::with_context("a", 1, || ttlog::emit_fast(by_hand())).into_inner();
    ttlog::snapshot("nothing is recorded").unwrap_err();
    // Pipelines of their own and custom loggers are asked for.
    let memory = ttlog::sink::Memory::new();
    let local = ttlog::init().sink(memory.clone()).build().unwrap();
    local.scope(|| info!("in a scope"));
    info!("beside the scope");
    assert!(local.flush());
    assert_eq!(memory.take().len(), 1);
    drop(local);
    ttlog::install_logger(Box::new(Named("custom")));
    info!("to the logger");
    assert!(ttlog::uninstall_logger());
    info!("to nobody");
    let handle = ttlog::init().init();
    assert_eq!(handle.stats().dropped, 0);
    info!("after init");
}

fn by_hand() -> LogEvent {
    ttlog::EventBuilder::with_capacity(0)
        .message("by hand")
        .build()
}

#[test]
fn the_program_or_the_environment_may_say_no() {
    for environment in [
        &[][..],
        &[("TTLOG_AUTO_INIT", "off")],
        &[("TTLOG_AUTO_INIT", "No")],
    ] {
        let lines = stderr("child_that_is_not_started", environment);
        let expected = ["custom: to the logger", "after init"];
        assert_eq!(lines.len(), 2, "{lines:?}");
        for (line, expected) in lines.iter().zip(expected) {
            assert!(line.ends_with(expected), "{lines:?}");
        }
    }
}

#[test]
#[ignore = "the child of another test"]
fn child_that_wants_to_be_started() {
    if child_directory().is_some() {
        info!("too early");
        ttlog::auto_init(true);
        log();
    }
}

#[test]
fn the_program_wins_over_ttlog_auto_init() {
    let lines = stderr(
        "child_that_wants_to_be_started",
        &[("TTLOG_AUTO_INIT", "off")],
    );
    assert_eq!(count(&lines, "an event"), 1, "{lines:?}");
    assert_eq!(count(&lines, "too early"), 0, "{lines:?}");
    let lines = stderr("child_that_only_logs", &[("TTLOG_AUTO_INIT", "maybe")]);
    assert_eq!(count(&lines, "ttlog: TTLOG_AUTO_INIT"), 1, "{lines:?}");
    assert_eq!(count(&lines, "an event"), 1);
}

#[test]
#[ignore = "the child of another test"]
fn child_with_a_logger_of_its_own() {
    if child_directory().is_some() {
        ttlog::install_logger(Box::new(Named("own")));
        log();
    }
}

#[test]
fn nothing_is_started_in_the_place_of_a_custom_logger() {
    let on = [("TTLOG_AUTO_INIT", "on")];
    let lines = stderr("child_with_a_logger_of_its_own", &on);
    assert!(
        lines.iter().all(|line| line.starts_with("own: ")),
        "{lines:?}"
    );
    assert_eq!(lines.len(), 3);
}
