//! [`SnapshotError`] and [`ReadError`]: why a snapshot could not be written or read.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// A snapshot could not be written.
#[derive(Debug)]
pub struct SnapshotError {
    doing: &'static str,
    path: PathBuf,
    source: io::Error,
}

impl SnapshotError {
    /// An error that reads "could not `doing` `path`: `source`".
    pub(crate) fn new(doing: &'static str, path: &Path, source: io::Error) -> SnapshotError {
        SnapshotError {
            doing,
            path: path.to_owned(),
            source,
        }
    }

    /// The file or the directory at fault.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "could not {} {:?}: {}",
            self.doing, self.path, self.source
        )
    }
}

impl Error for SnapshotError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.source)
    }
}

/// A snapshot could not be read at all, or not further.
///
/// A damaged snapshot is no such error: what is whole in it is read, and [`SnapshotReader::flaws`](super::SnapshotReader::flaws)
/// tells what is not.
#[derive(Debug)]
#[non_exhaustive]
pub enum ReadError {
    /// The input could not be opened or read.
    Io(io::Error),
    /// The input is no snapshot.
    Foreign,
    /// The input is a snapshot, but cut or damaged in its first bytes.
    Damaged,
    /// The snapshot is of a version that this reader doesn't know.
    Version {
        /// The number that changes when older readers can't read the file.
        major: u16,
        /// The number that changes when something is added.
        minor: u16,
    },
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::Io(error) => error.fmt(f),
            ReadError::Foreign => f.write_str("not a ttlog snapshot"),
            ReadError::Damaged => {
                f.write_str("the snapshot is cut or damaged in its first 16 bytes")
            }
            ReadError::Version { major, minor } => write!(
                f,
                "the snapshot has format version {major}.{minor}; this reader knows version {}",
                super::layout::MAJOR_VERSION
            ),
        }
    }
}

impl Error for ReadError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            ReadError::Io(error) => Some(error),
            _ => None,
        }
    }
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        ReadError::Io(error)
    }
}
