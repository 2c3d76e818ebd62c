//! ttlog behind `slog` in a whole process: each of these is a child process.

mod support;

use slog::o;
use ttlog_core::InitError;
use ttlog_core::sink::Memory;
use ttlog_integrations::{
    Backend, BackendError, InstallError, TtlogSlogDrain, init_with_slog_compatibility, set_backend,
    set_slog_backend, try_init_with_slog_compatibility,
};

use support::{in_child, is_child, names};

#[test]
fn one_call_starts_ttlog_and_gives_a_logger() {
    let stderr = in_child("child_of_one_call");
    assert!(
        stderr.contains("hello from slog") && stderr.contains("user=7"),
        "{stderr}"
    );
    assert!(!stderr.contains("comes back"), "{stderr}");
}

#[test]
#[ignore = "the child of another test"]
fn child_of_one_call() {
    if !is_child() {
        return;
    }
    let (handle, logger) = init_with_slog_compatibility();
    slog::info!(logger, "hello from slog"; "user" => 7);
    assert!(handle.flush());
    assert_eq!(handle.stats().recorded, 1);
    assert!(matches!(
        try_init_with_slog_compatibility(),
        Err(InstallError::Init(InitError::AlreadyInitialized))
    ));
    // What goes out to slog does not come in.
    let leads_back = Err(BackendError::LeadsBack(Backend::Slog));
    assert_eq!(set_slog_backend(logger.clone()), leads_back);
    set_slog_backend(slog::Logger::root(slog::Discard, o!())).unwrap();
    assert!(!slog::Drain::is_enabled(&logger, slog::Level::Critical));
    slog::info!(logger, "comes back");
    set_backend(Backend::Native).unwrap();
    assert_eq!(handle.stats().recorded, 1);
}

#[test]
fn scopes_of_slog_and_its_logger_for_log_work() {
    in_child("child_with_scopes");
}

#[test]
#[ignore = "the child of another test"]
fn child_with_scopes() {
    if !is_child() {
        return;
    }
    let memory = Memory::new();
    let handle = ttlog_core::init().sink(memory.clone()).init();
    let logger = slog::Logger::root(TtlogSlogDrain::new(), o!("service" => "checkout"));
    let _guard = slog_scope::set_global_logger(logger);
    slog_stdlog::init().unwrap();
    slog_scope::scope(&slog_scope::logger().new(o!("request" => 7)), || {
        slog_scope::info!("by scope"; "n" => 1);
        log::warn!(target: "of_log", "by {}", "log");
    });
    assert!(handle.flush());
    let events = memory.take();
    assert_eq!(events.len(), 2);
    assert_eq!(
        (&*events[0].message, &*events[1].message),
        ("by scope", "by log")
    );
    assert_eq!(names(&events[0]), ["service", "request", "n"]);
    assert_eq!(events[1].target, "of_log");
    assert!(names(&events[1]).starts_with(&["service", "request"]));
}
