//! Child processes of tests, and directories for them. A child is the very program of the tests with the name of one ignored test.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How long anything may take: more than a loaded machine needs, less than for ever.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A directory of one test's own, removed in the end.
pub(crate) struct Directory(PathBuf);

impl Directory {
    pub(crate) fn new() -> Directory {
        static LAST: AtomicU32 = AtomicU32::new(0);
        let number = LAST.fetch_add(1, Ordering::Relaxed);
        let name = format!("ttlog-test-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Directory(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// This program, for one ignored test of it; its stderr is kept for [`end`].
pub(crate) fn child(test: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args([test, "--exact", "--ignored", "--nocapture"])
        .env_remove("RUST_LOG")
        .env_remove("RUST_BACKTRACE")
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command
}

/// How a child has ended.
pub(crate) struct End {
    pub(crate) status: ExitStatus,
    pub(crate) stderr: String,
}

/// Waits for the end of a [`child`]; a test fails where that takes too long.
#[track_caller]
pub(crate) fn end(mut child: Child) -> End {
    let mut pipe = child.stderr.take().unwrap();
    let reader = thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    });
    let status = wait(&mut child);
    let stderr = reader.join().unwrap();
    let Some(status) = status else {
        panic!("the child did not end: {stderr}");
    };
    End { status, stderr }
}

/// Waits for the end of a child, whose stderr nobody reads meanwhile; kills it where that takes too long.
pub(crate) fn wait(child: &mut Child) -> Option<ExitStatus> {
    let since = Instant::now();
    while since.elapsed() < PATIENCE {
        if let Some(status) = child.try_wait().unwrap() {
            return Some(status);
        }
        thread::sleep(Duration::from_millis(2));
    }
    let _ = child.kill();
    let _ = child.wait();
    None
}
