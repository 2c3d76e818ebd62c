//! [`CrashReport`]: what the first thread that crashes does, in a signal handler.

use std::path::Path;
use std::sync::Arc;

use super::crash_file::CrashFile;
use super::system;
use crate::black_box::{BlackBox, Crash, ShortText};

/// How long a line on stderr may be, in bytes. The system writes so much to a pipe in one piece.
const LINE_BYTES: usize = 4096;

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct CrashReport {
    black_box: Arc<BlackBox>,
    outlet: Outlet,
    line: Vec<u8>,
}

/// Where the events are found after the crash.
#[derive(Debug)]
pub(crate) enum Outlet {
    /// In the black box at this path, from where the next start saves them.
    Image(Vec<u8>),
    /// In a snapshot that is yet to be written.
    File(Box<CrashFile>),
}

impl CrashReport {
    pub(crate) fn new(black_box: Arc<BlackBox>, outlet: Outlet) -> CrashReport {
        CrashReport {
            black_box,
            outlet,
            line: Vec::with_capacity(LINE_BYTES),
        }
    }

    pub(crate) fn black_box(&self) -> &BlackBox {
        &self.black_box
    }

    /// Records the crash, and says so on stderr.
    pub(crate) fn make(&mut self, crash: &Crash) {
        self.black_box.set_crash(crash);
        let line = &mut self.line;
        append_text(line, format_args!("ttlog: crashed: {crash}; "));
        match &mut self.outlet {
            Outlet::Image(path) => {
                append(line, b"the next start will save the last events from ");
                append(line, path);
            }
            Outlet::File(file) => match file.write(crash) {
                Ok(path) => {
                    append(line, b"the last events are in ");
                    append(line, path.to_bytes());
                }
                Err(error) => {
                    let number = error.raw_os_error().unwrap_or(0);
                    append_text(
                        line,
                        format_args!("no snapshot, because of error {number} at "),
                    );
                    append(line, file.path().to_bytes());
                }
            },
        }
        if line.len() == LINE_BYTES {
            line.pop();
        }
        line.push(b'\n');
        system::write_to_stderr(line);
    }
}

/// A path's bytes.
pub(crate) fn bytes_of_path(path: &Path) -> Vec<u8> {
    std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str()).to_vec()
}

/// Appends what there is room for.
fn append(line: &mut Vec<u8>, bytes: &[u8]) {
    let room = line.capacity() - line.len();
    line.extend_from_slice(&bytes[..bytes.len().min(room)]);
}

fn append_text(line: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    append(line, ShortText::new(text).as_str().as_bytes());
}
