//! [`Stream`]: stderr and stdout, as processes that have forked share them.
//!
//! In a process that was not forked, a stream is the standard library's, so its lines and those of `eprintln!` don't mix. The
//! lock inside of that is held at the moment of a `fork` by none of ttlog's threads: they hold [`WRITING`] meanwhile, and
//! `fork` waits for it. Another thread may hold it all the same, so a child goes past the standard library.

use std::io::{self, Write};
use std::sync::Mutex;

use crate::fork;
use crate::sync::lock;

/// Held while a sink is inside the standard library's stderr or stdout.
pub(crate) static WRITING: Mutex<()> = Mutex::new(());

/// What a pipe takes in one piece, whoever else writes into it.
#[cfg(target_os = "linux")]
const WHOLE_BYTES: usize = 4096;
/// What POSIX promises.
#[cfg(not(target_os = "linux"))]
const WHOLE_BYTES: usize = 512;

/// See the [module](self).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    Stdout = 1,
    Stderr = 2,
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let bytes = if fork::has_forked() {
            whole_lines(bytes)
        } else {
            bytes
        };
        if fork::generation() > 0 {
            return self.write_past_std(bytes);
        }
        let _writing = lock(&WRITING);
        match self {
            Stream::Stdout => io::stdout().write(bytes),
            Stream::Stderr => io::stderr().write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        if fork::generation() > 0 {
            return Ok(());
        }
        let _writing = lock(&WRITING);
        match self {
            Stream::Stdout => io::stdout().flush(),
            Stream::Stderr => io::stderr().flush(),
        }
    }
}

impl Stream {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Stream::Stdout => "stdout",
            Stream::Stderr => "stderr",
        }
    }

    #[cfg(unix)]
    fn write_past_std(self, bytes: &[u8]) -> io::Result<usize> {
        use std::fs::File;
        use std::mem::ManuallyDrop;
        use std::os::fd::FromRawFd;

        // SAFETY: the descriptor is not closed here, and standard streams are anybody's to write to; where the program has closed
        // it, the write fails.
        let file = unsafe { File::from_raw_fd(self as i32) };
        ManuallyDrop::new(file).write(bytes)
    }

    #[cfg(not(unix))]
    fn write_past_std(self, _bytes: &[u8]) -> io::Result<usize> {
        // There is no `fork` here.
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// As many of the lines as a pipe takes in one piece; all where the first is too long.
fn whole_lines(bytes: &[u8]) -> &[u8] {
    let Some(piece) = bytes.get(..WHOLE_BYTES) else {
        return bytes;
    };
    match piece.iter().rposition(|byte| *byte == b'\n') {
        Some(end) => &bytes[..=end],
        None => bytes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_divided_at_their_ends_only() {
        let line = format!("{}\n", "x".repeat(99));
        let lines = line.repeat(1000);
        let mut rest = lines.as_bytes();
        while !rest.is_empty() {
            let piece = whole_lines(rest);
            assert!(piece.ends_with(b"\n") && piece.len() <= WHOLE_BYTES);
            rest = &rest[piece.len()..];
        }
        let long = "x".repeat(2 * WHOLE_BYTES);
        assert_eq!(whole_lines(long.as_bytes()).len(), long.len());
    }
}
