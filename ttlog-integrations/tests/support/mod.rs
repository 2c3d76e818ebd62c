//! Pipelines that tests look into.

#![expect(dead_code, reason = "each test program uses some of it")]

use std::error::Error;
use std::fmt;
use std::process::{Command, Stdio};

use ttlog_core::sink::Memory;
use ttlog_core::{FieldValue, LogEvent, LogLevel, TtlogBuilder, TtlogHandle};

/// A pipeline of a test's own, with everything let through, and what it has delivered.
pub(crate) struct Pipeline {
    pub(crate) handle: TtlogHandle,
    pub(crate) memory: Memory,
}

impl Pipeline {
    pub(crate) fn new() -> Pipeline {
        Pipeline::with(|builder| builder.level(LogLevel::Trace))
    }

    pub(crate) fn with(settings: impl FnOnce(TtlogBuilder) -> TtlogBuilder) -> Pipeline {
        let memory = Memory::new();
        let builder = settings(ttlog_core::init().sink(memory.clone()));
        Pipeline {
            handle: builder.build().unwrap(),
            memory,
        }
    }

    /// What `work` has logged on this thread; nothing of it was lost.
    #[track_caller]
    pub(crate) fn record(&self, work: impl FnOnce()) -> Vec<LogEvent> {
        self.handle.scope(work);
        self.delivered()
    }

    /// What was logged since this was asked last; nothing of it was lost.
    #[track_caller]
    pub(crate) fn delivered(&self) -> Vec<LogEvent> {
        assert!(self.handle.flush());
        let stats = self.handle.stats();
        assert_eq!((stats.dropped, stats.overwritten), (0, 0), "{stats:?}");
        self.memory.take()
    }

    /// The same for one event.
    #[track_caller]
    pub(crate) fn one(&self, work: impl FnOnce()) -> LogEvent {
        let mut events = self.record(work);
        assert_eq!(events.len(), 1, "{events:?}");
        events.remove(0)
    }
}

/// The fields of an event: names and values as the sinks have them.
pub(crate) fn fields(event: &LogEvent) -> Vec<(&str, FieldValue)> {
    let fields = event.fields.iter();
    fields
        .map(|field| (&*field.key, field.value.clone()))
        .collect()
}

pub(crate) fn names(event: &LogEvent) -> Vec<&str> {
    event.fields.iter().map(|field| &*field.key).collect()
}

const CHILD: &str = "TTLOG_TEST_CHILD";

/// Whether this process was started by [`in_child`].
pub(crate) fn is_child() -> bool {
    std::env::var_os(CHILD).is_some()
}

/// Runs an ignored test of this program in a process of its own, where it has to succeed; gives what it wrote to stderr.
#[track_caller]
pub(crate) fn in_child(test: &str) -> String {
    in_child_with(test, &[])
}

/// The same with more of an environment.
#[track_caller]
pub(crate) fn in_child_with(test: &str, environment: &[(&str, &str)]) -> String {
    let output = Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--ignored", "--nocapture"])
        .env(CHILD, "1")
        .env_remove("RUST_LOG")
        .env_remove("RUST_BACKTRACE")
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{test} failed:\n{stderr}");
    stderr
}

/// An error.
#[derive(Debug)]
pub(crate) struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("refused")
    }
}

impl Error for Refused {}

/// An error with a source.
#[derive(Debug)]
pub(crate) struct NotSaved(pub(crate) Refused);

impl fmt::Display for NotSaved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not saved")
    }
}

impl Error for NotSaved {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

/// A value that panics after its first word.
pub(crate) struct Panics;

impl fmt::Display for Panics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("before ")?;
        panic!("in a value")
    }
}
