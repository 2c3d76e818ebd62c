//! Where the loggers write.

mod check;
#[cfg(feature = "peers")]
mod writer;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

pub(crate) use check::{FIRST_USER_ID, check_lines};
#[cfg(feature = "peers")]
pub(crate) use writer::Unflushed;

/// How long a logger may make no progress before what has not arrived counts as lost.
const PATIENCE: Duration = Duration::from_secs(1);

/// Lines that the writers to the null device were given: a statistic, read after the writing threads came to rest.
static LINES: AtomicU64 = AtomicU64::new(0);

/// Where a logger is told to write.
pub(crate) enum Place {
    /// The null device, behind a count of the lines.
    Null,
    /// A file.
    File(PathBuf),
}

impl Place {
    /// The path, for loggers that open their output themselves.
    pub(crate) fn path(&self) -> &Path {
        match self {
            Place::Null => Path::new("/dev/null"),
            Place::File(path) => path,
        }
    }
}

/// The lines that have reached the null device.
pub(crate) fn lines() -> u64 {
    LINES.load(Relaxed)
}

/// Waits for loggers that cannot be flushed: until `arrived` says `calls`, or until it has stood still for a while.
pub(crate) fn wait_for(calls: u64, arrived: impl Fn() -> u64) {
    let (mut last, mut since) = (arrived(), Instant::now());
    while last < calls && since.elapsed() < PATIENCE {
        thread::sleep(Duration::from_micros(100));
        let now = arrived();
        if now != last {
            (last, since) = (now, Instant::now());
        }
    }
}

/// A directory that is there as long as the value.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    /// Creates it below the system's directory for temporary files.
    pub(crate) fn new(name: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("ttlog-benches-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Self(path)
    }

    /// Its path.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What is left behind in a temporary directory is no reason to fail a measurement that is done.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
