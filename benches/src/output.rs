//! Where the loggers write.

mod check;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

pub(crate) use check::{FIRST_USER_ID, check_lines};

/// How long a logger may make no progress before what has not arrived counts as lost.
const PATIENCE: Duration = Duration::from_millis(250);

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

    /// An open output, for loggers that take one. A file is buffered: without it, peers would pay a system call a line.
    pub(crate) fn writer(&self) -> Writer {
        let file = File::options()
            .write(true)
            .create(true)
            .truncate(true)
            .open(self.path());
        let file = file.unwrap_or_else(|error| panic!("{}: {error}", self.path().display()));
        match self {
            Place::Null => Writer::Null(file),
            Place::File(_) => Writer::File(BufWriter::with_capacity(64 * 1024, file)),
        }
    }

    /// An open output for loggers that flush after every line.
    pub(crate) fn unflushed_writer(&self) -> Unflushed {
        let buffer = BufWriter::with_capacity(1024, self.writer());
        Unflushed {
            buffer: Arc::new(Mutex::new(buffer)),
            write_through: matches!(self, Place::Null),
        }
    }
}

/// An open output.
pub(crate) enum Writer {
    Null(File),
    File(BufWriter<File>),
}

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Writer::Null(file) => {
                let lines: usize = bytes.iter().map(|&byte| usize::from(byte == b'\n')).sum();
                LINES.fetch_add(lines as u64, Relaxed);
                file.write(bytes)
            }
            Writer::File(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Writer::Null(file) => file.flush(),
            Writer::File(file) => file.flush(),
        }
    }
}

/// An output that takes the flush after every line for the end of the line and no more: a favour to the loggers that flush
/// so often, without which each line into a file would be a system call.
#[derive(Clone)]
pub(crate) struct Unflushed {
    buffer: Arc<Mutex<BufWriter<Writer>>>,
    write_through: bool,
}

impl Unflushed {
    /// Flushes for good.
    pub(crate) fn finish(&self) {
        self.lock()
            .flush()
            .expect("the rest of the buffer can be written");
    }

    fn lock(&self) -> MutexGuard<'_, BufWriter<Writer>> {
        self.buffer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for Unflushed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.lock().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.write_through {
            self.lock().flush()
        } else {
            Ok(())
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
