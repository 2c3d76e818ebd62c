//! Opening log files.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// Opens a file at its end, and makes it where there is none. Gives its length in bytes as well.
///
/// Every write goes to the end that the file has then, so a tool that truncates it harms nothing. Where the last line
/// is not whole, as after a crash, it is ended, so that the next event has a line of its own.
pub(super) fn append(path: &Path) -> io::Result<(File, u64)> {
    let mut file = OpenOptions::new().append(true).create(true).open(path)?;
    let metadata = file.metadata()?;
    let mut length = metadata.len();
    // A pipe or a device has no last byte to look at.
    if metadata.is_file() && length > 0 && last_byte(path).is_some_and(|byte| byte != b'\n') {
        file.write_all(b"\n")?;
        length += 1;
    }
    Ok((file, length))
}

/// Opens a file as [`append`] does, with nothing in it.
pub(super) fn create(path: &Path) -> io::Result<File> {
    drop(File::create(path)?);
    OpenOptions::new().append(true).open(path)
}

/// The error of what was tried with a path, and the path, which std doesn't name.
pub(super) fn naming(path: &Path) -> impl FnOnce(io::Error) -> io::Error {
    move |error| io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

/// The last byte; `None` where the file may not be read.
fn last_byte(path: &Path) -> Option<u8> {
    let mut file = File::open(path).ok()?;
    file.seek(SeekFrom::End(-1)).ok()?;
    let mut byte = [0];
    file.read_exact(&mut byte).ok()?;
    Some(byte[0])
}
