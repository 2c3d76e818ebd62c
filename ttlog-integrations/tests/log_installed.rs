//! ttlog as the one logger of `log` in a process: each of these is a child process.

mod support;

use std::io;

use log::LevelFilter;
use ttlog_core::sink::Memory;
use ttlog_core::{EventRef, InitError, LogLevel, Sink};
use ttlog_integrations::{
    Backend, InstallError, enable_log_compatibility, init_with_log_compatibility,
    try_enable_log_compatibility, try_init_with_log_compatibility,
};

use support::{in_child, is_child};

#[test]
fn one_call_starts_ttlog_and_the_bridge() {
    let stderr = in_child("child_of_one_call");
    assert!(
        stderr.contains("INFO") && stderr.contains("hello from log"),
        "{stderr}"
    );
    assert!(stderr.contains("user=7"), "{stderr}");
    assert!(!stderr.contains("not wanted"), "{stderr}");
}

#[test]
#[ignore = "the child of another test"]
fn child_of_one_call() {
    if !is_child() {
        return;
    }
    let handle = init_with_log_compatibility();
    log::info!(user = 7; "hello from log");
    log::debug!("not wanted");
    log::logger().flush();
    assert_eq!(handle.stats().recorded, 1);
    assert!(matches!(
        try_init_with_log_compatibility(),
        Err(InstallError::Init(InitError::AlreadyInitialized))
    ));
}

#[test]
fn a_record_before_init_starts_ttlog() {
    let stderr = in_child("child_that_logs_before_init");
    assert!(stderr.contains("early"), "{stderr}");
}

#[test]
#[ignore = "the child of another test"]
fn child_that_logs_before_init() {
    if !is_child() {
        return;
    }
    enable_log_compatibility();
    log::info!("early");
}

#[test]
fn the_level_of_log_follows_that_of_ttlog() {
    in_child("child_that_changes_levels");
}

#[test]
#[ignore = "the child of another test"]
fn child_that_changes_levels() {
    if !is_child() {
        return;
    }
    let memory = Memory::new();
    let handle = ttlog_core::init()
        .level(LogLevel::Warn)
        .sink(memory.clone())
        .init();
    enable_log_compatibility();
    assert_eq!(log::max_level(), LevelFilter::Warn);
    let levels = [
        (LogLevel::Trace, LevelFilter::Trace),
        (LogLevel::Debug, LevelFilter::Debug),
        (LogLevel::Info, LevelFilter::Info),
        (LogLevel::Warn, LevelFilter::Warn),
        (LogLevel::Error, LevelFilter::Error),
        // There is nothing above in `log`.
        (LogLevel::Critical, LevelFilter::Error),
    ];
    for (level, expected) in levels {
        handle.set_level(level);
        assert_eq!(log::max_level(), expected);
    }
    log::error!("less than critical");
    handle.set_filter("off,chatty=debug").unwrap();
    assert_eq!(log::max_level(), LevelFilter::Debug);
    assert!(log::log_enabled!(target: "chatty", log::Level::Debug));
    assert!(!log::log_enabled!(target: "other", log::Level::Error));
    log::debug!(target: "chatty", "wanted");
    log::error!(target: "other", "off");
    handle.set_filter("off").unwrap();
    assert_eq!(log::max_level(), LevelFilter::Off);
    assert!(handle.flush());
    let messages: Vec<_> = memory
        .take()
        .into_iter()
        .map(|event| event.message)
        .collect();
    assert_eq!(messages, ["wanted"]);
    // Many threads that change it at once: in the end it is what ttlog says.
    for _ in 0..50 {
        std::thread::scope(|scope| {
            for (level, _) in levels {
                let handle = &handle;
                scope.spawn(move || handle.set_level(level));
            }
        });
        handle.set_filter("").unwrap();
        let least = ttlog_core::bridge::least_level();
        let expected = levels.iter().find(|(level, _)| Some(*level) == least);
        assert_eq!(log::max_level(), expected.unwrap().1);
    }
}

#[test]
fn a_place_that_is_taken_is_said_so_and_nothing_is_changed() {
    let stderr = in_child("child_with_another_logger");
    assert!(
        stderr.contains("ttlog: log's records don't come into ttlog"),
        "{stderr}"
    );
}

#[test]
#[ignore = "the child of another test"]
fn child_with_another_logger() {
    struct Other;

    impl log::Log for Other {
        fn enabled(&self, _metadata: &log::Metadata<'_>) -> bool {
            false
        }

        fn log(&self, _record: &log::Record<'_>) {}

        fn flush(&self) {}
    }

    if !is_child() {
        return;
    }
    log::set_logger(&Other).unwrap();
    log::set_max_level(LevelFilter::Debug);
    for result in [
        try_enable_log_compatibility(),
        try_init_with_log_compatibility().map(drop),
    ] {
        let error = result.unwrap_err();
        assert!(matches!(error, InstallError::Taken(Backend::Log)));
        assert!(error.to_string().contains("leave out the call"), "{error}");
    }
    enable_log_compatibility();
    assert_eq!(log::max_level(), LevelFilter::Debug);
    // ttlog was not started by that, so it can be now.
    assert!(ttlog_core::init().recorder_only().try_init().is_ok());
}

#[test]
fn a_sink_may_log_through_log() {
    in_child("child_with_a_sink_that_logs");
}

#[test]
#[ignore = "the child of another test"]
fn child_with_a_sink_that_logs() {
    struct Chatty(Memory);

    impl Sink for Chatty {
        fn write(&mut self, event: &EventRef<'_>) -> io::Result<()> {
            if event.message() == "outer" {
                log::info!("from the {}", "sink");
            }
            self.0.write(event)
        }
    }

    if !is_child() {
        return;
    }
    let memory = Memory::new();
    let handle = ttlog_core::init().sink(Chatty(memory.clone())).init();
    enable_log_compatibility();
    (0..100).for_each(|_| log::info!("outer"));
    // What the sink logs comes after what the first flush waits for.
    assert!(handle.flush() && handle.flush());
    assert_eq!(memory.with_message("outer").len(), 100);
    assert_eq!(memory.with_message("from the sink").len(), 100);
    assert_eq!(handle.stats().dropped, 0);
}

#[cfg(unix)]
#[test]
fn a_child_of_fork_goes_on() {
    let stderr = in_child("child_that_forks");
    assert!(
        stderr.contains("in the parent") && stderr.contains("in the child"),
        "{stderr}"
    );
}

#[cfg(unix)]
#[test]
#[ignore = "the child of another test"]
fn child_that_forks() {
    if !is_child() {
        return;
    }
    let handle = init_with_log_compatibility();
    log::info!("in the {}", "parent");
    assert!(handle.flush());
    // SAFETY: the child logs, and ends without running anything of the parent's.
    match unsafe { libc::fork() } {
        0 => {
            log::info!("in the {}", "child");
            log::logger().flush();
            // SAFETY: it ends the process.
            unsafe { libc::_exit(0) };
        }
        child => {
            let mut status = 0;
            // SAFETY: `status` is written to while it is borrowed.
            assert_eq!(unsafe { libc::waitpid(child, &mut status, 0) }, child);
            assert_eq!(status, 0);
        }
    }
}
