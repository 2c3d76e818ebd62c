//! Runs the command.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

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
