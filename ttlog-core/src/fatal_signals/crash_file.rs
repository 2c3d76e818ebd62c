//! [`CrashFile`]: a snapshot that a signal handler writes.
//!
//! It goes the way of other snapshots (`snapshot::file`): a temporary name that nothing has, the final one when all is on the disk. But
//! if the disk takes no more it keeps what was written: nobody will write it again.

use std::ffi::CStr;
use std::io::{self, ErrorKind};
use std::path::Path;

use super::crash_report::bytes_of_path;
use super::system::{self, Descriptor};
use crate::black_box::{Crash, Ending, Image, MemorySource, Salvage, ShortText};
use crate::snapshot::{self, ENDING, PARTIAL_ENDING, Packing};

/// How many names are tried.
const ATTEMPTS: u32 = 1000;

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct CrashFile {
    salvage: Salvage<MemorySource>,
    directory: Path0,
    /// `{directory}/{name of the process}-`, and behind it what the crash decides.
    path: Path0,
    temporary: Path0,
    stem_bytes: usize,
}

impl CrashFile {
    /// Makes everything ready that needs memory.
    pub(crate) fn new(
        image: Image<MemorySource>,
        directory: &Path,
        name_of_process: &str,
    ) -> CrashFile {
        // Time, counter, endings.
        const ROOM: usize = 64;
        let mut stem = bytes_of_path(&directory.join(name_of_process));
        stem.push(b'-');
        CrashFile {
            salvage: Salvage::new(image),
            directory: Path0::new(&bytes_of_path(directory), 0),
            path: Path0::new(&stem, ROOM),
            temporary: Path0::new(&stem, ROOM),
            stem_bytes: stem.len(),
        }
    }

    /// The path that was tried last.
    pub(crate) fn path(&self) -> &CStr {
        self.path.as_c_str()
    }

    /// Writes the snapshot, and gives its path.
    ///
    /// # Errors
    /// There is no file. If one was begun and could not be finished, it is kept as it is.
    pub(crate) fn write(&mut self, crash: &Crash) -> io::Result<&CStr> {
        let file = self.create(crash.wall_ns)?;
        let ending = Ending::Crashed(*crash);
        // What can't be written is missing, which a reader notices.
        let _ = self
            .salvage
            .write(file, Packing::Plain, &ending, crash.wall_ns);
        let _ = system::sync(file);
        system::close(file);
        system::rename(self.temporary.as_c_str(), self.path.as_c_str())?;
        Ok(self.path.as_c_str())
    }

    /// Creates the temporary file for the first free name.
    fn create(&mut self, now_ns: u64) -> io::Result<Descriptor> {
        let time = snapshot::utc(now_ns);
        let mut made_directory = false;
        for _ in 0..ATTEMPTS {
            let counter = snapshot::next_counter();
            let counter = ShortText::new(format_args!("-{counter}"));
            let endings = [
                (&mut self.path, ENDING),
                (&mut self.temporary, PARTIAL_ENDING),
            ];
            for (path, ending) in endings {
                path.cut(self.stem_bytes);
                path.append(&time);
                path.append(counter.as_str().as_bytes());
                path.append(ending.as_bytes());
            }
            match system::create_new(self.temporary.as_c_str()) {
                Ok(file) if system::is_free(self.path.as_c_str()) => return Ok(file),
                Ok(file) => {
                    system::close(file);
                    system::remove(self.temporary.as_c_str());
                }
                Err(error) => match error.kind() {
                    ErrorKind::AlreadyExists => {}
                    // Somebody has tidied up since the start.
                    ErrorKind::NotFound if !made_directory => {
                        made_directory = true;
                        system::make_directory(self.directory.as_c_str())?;
                    }
                    _ => return Err(error),
                },
            }
        }
        Err(ErrorKind::AlreadyExists.into())
    }
}

/// A path that ends with a zero, in memory that is enough from the beginning.
#[derive(Debug)]
struct Path0 {
    bytes: Vec<u8>,
}

impl Path0 {
    /// `path` has no zero in it, and there is room for so many bytes more.
    fn new(path: &[u8], room: usize) -> Path0 {
        let mut bytes = Vec::with_capacity(path.len() + room + 1);
        bytes.extend_from_slice(path);
        bytes.push(0);
        Path0 { bytes }
    }

    /// Keeps the first `length` bytes.
    fn cut(&mut self, length: usize) {
        self.bytes.truncate(length);
        self.bytes.push(0);
    }

    /// Appends what there is room for.
    fn append(&mut self, part: &[u8]) {
        let room = self.bytes.capacity() - self.bytes.len();
        self.bytes.pop();
        self.bytes.extend_from_slice(&part[..part.len().min(room)]);
        self.bytes.push(0);
    }

    fn as_c_str(&self) -> &CStr {
        CStr::from_bytes_until_nul(&self.bytes).unwrap_or(c"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cut_and_grow_within_their_memory() {
        let mut path = Path0::new(b"/tmp/app-1-", 4);
        let memory = path.bytes.as_ptr();
        path.append(b"abcdef");
        assert_eq!(path.as_c_str(), c"/tmp/app-1-abcd");
        path.cut(11);
        path.append(b"xy");
        assert_eq!(path.as_c_str(), c"/tmp/app-1-xy");
        assert_eq!(path.bytes.as_ptr(), memory);
    }
}
