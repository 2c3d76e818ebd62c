//! The outputs of the peers that do not open a file themselves.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{LINES, Place};

impl Place {
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
