//! Runs the command.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use ttlog_core::{EventBuilder, LogEvent, LogLevel, Logger};

/// The golden file of version 1.
pub(crate) fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../ttlog-core/tests/golden/v1.ttlog")
}

/// The golden file with compressed blocks.
pub(crate) fn golden_lz4() -> PathBuf {
    golden().with_file_name("v1.1-lz4.ttlog")
}

/// The command with these arguments, free of what the environment says of colours.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ttlog"));
    command
        .args(arguments)
        .env_remove("NO_COLOR")
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null());
    command
}

/// What a run gave.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Run {
    fn from(output: Output) -> Run {
        Run {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// Runs the command on `file`.
pub(crate) fn run(arguments: &[&str], file: &Path) -> Run {
    command(arguments).arg(file).output().unwrap().into()
}

/// A file with these bytes, removed at the end of the test.
pub(crate) struct TestFile(pub(crate) PathBuf);

impl TestFile {
    pub(crate) fn new(name: &str, bytes: &[u8]) -> TestFile {
        let name = format!("ttlog-cli-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, bytes).unwrap();
        TestFile(path)
    }
}

impl Drop for TestFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// A snapshot that a pipeline of its own wrote, removed at the end of the test.
pub(crate) struct Snapshot {
    directory: tempfile::TempDir,
    pub(crate) path: PathBuf,
}

impl Snapshot {
    /// One of the service `service`, with these events.
    pub(crate) fn of(service: &str, events: impl IntoIterator<Item = LogEvent>) -> Snapshot {
        let directory = tempfile::tempdir().unwrap();
        let handle = ttlog_core::init()
            .recorder_only()
            .service(service)
            .capacity(200_000)
            .snapshot_dir(directory.path())
            .build()
            .unwrap();
        for event in events {
            handle.logger().emit(event);
        }
        let path = handle.snapshot("a test").unwrap();
        Snapshot { directory, path }
    }

    /// One of what `work` logs.
    pub(crate) fn of_work(work: impl FnOnce()) -> Snapshot {
        let directory = tempfile::tempdir().unwrap();
        let handle = ttlog_core::init()
            .recorder_only()
            .level(LogLevel::Trace)
            .snapshot_dir(directory.path())
            .build()
            .unwrap();
        handle.scope(work);
        let path = handle.snapshot("a test").unwrap();
        Snapshot { directory, path }
    }

    /// A file beside it, which need not be there.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }
}

/// An event so many microseconds after 2026-01-31T00:00:00Z.
pub(crate) fn event(micros: u64, message: &str) -> EventBuilder {
    EventBuilder::with_capacity(4)
        .timestamp(1_769_817_600_000_000_000 + micros * 1000)
        .level(LogLevel::Info)
        .target("shop::till")
        .message(message.to_owned())
}
