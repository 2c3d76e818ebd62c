//! [`RollingFile`]: events to a file that is set aside when it is large or old enough.
//!
//! | module | owns |
//! |---|---|
//! | `period` | when a file is old enough |
//! | `names` | the names of files that were set aside, and which files have such a name |
//! | `sink` | the active file, and its rotation |
//! | `tidy` | what becomes of the others: pruning and compression |

#[cfg(feature = "compression")]
mod compress;
mod names;
mod period;
mod sink;
#[cfg(test)]
mod tests;
mod tidy;

pub use period::Rotation;
pub use sink::RollingSink;

use std::fs;
use std::io;
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};

use super::open;
use crate::format::Format;
use crate::format::guard::GuardedFormat;
use names::Names;
use tidy::Keep;

/// Writes events to a file that is set aside when it is large or old enough; a new one then takes its name.
///
/// The active file keeps the name it was given. One that is set aside is named by the time of its last event in UTC:
/// `app.log` becomes `app.2026-11-21T00-50-32Z.log`, and `app.2026-11-21T00-50-32Z_0001.log` where that
/// name is taken; in the order of their names they are in the order of time. An event is never split over two files.
/// Without [`RollingFile::max_bytes`] and [`RollingFile::every`] nothing is set aside.
///
/// A program that starts again goes on with the active file where it left off. Where a file can't be set aside,
/// logging goes on into it; that is reported once, and tried again after ten seconds.
///
/// ```
/// # fn main() -> std::io::Result<()> {
/// use ttlog_core::sink::{RollingFile, Rotation};
///
/// # let directory = std::env::temp_dir().join(format!("ttlog-doc-rolling-{}", std::process::id()));
/// # std::fs::create_dir_all(&directory)?;
/// let file = RollingFile::new(directory.join("app.log"))
///     .max_bytes(100 << 20)
///     .every(Rotation::Daily)
///     .keep_files(30)
///     .open()?;
/// # drop(file);
/// # std::fs::remove_dir_all(directory)
/// # }
/// ```
#[derive(Debug)]
#[must_use = "nothing is opened before `open`"]
pub struct RollingFile {
    path: PathBuf,
    max_bytes: Option<NonZeroU64>,
    rotation: Option<Rotation>,
    keep: Keep,
    format: Option<GuardedFormat>,
}

impl RollingFile {
    /// To the file of this path.
    pub fn new(path: impl AsRef<Path>) -> RollingFile {
        RollingFile {
            path: path.as_ref().to_owned(),
            max_bytes: None,
            rotation: None,
            keep: Keep::default(),
            format: None,
        }
    }

    /// Sets the file aside before it gets larger than so many bytes. An event that is larger has a file of its own; 0 is
    /// taken for 1.
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = Some(NonZeroU64::new(bytes).unwrap_or(NonZeroU64::MIN));
        self
    }

    /// Sets the file aside at the first event of a new period, by the time of the events. A late event of an earlier
    /// period goes into the file that is active.
    pub fn every(mut self, rotation: impl Into<Rotation>) -> Self {
        self.rotation = Some(rotation.into());
        self
    }

    /// Keeps so many of the files that were set aside, the newest ones; the others are removed.
    pub fn keep_files(mut self, count: usize) -> Self {
        self.keep.files = Some(count);
        self
    }

    /// Keeps of the files that were set aside the newest ones that have so many bytes together; the others are removed.
    /// Where files are compressed, up to four that still wait for it don't count.
    pub fn keep_bytes(mut self, total: u64) -> Self {
        self.keep.bytes = Some(total);
        self
    }

    /// Compresses the files that are set aside with gzip, on a thread that does nothing else: `app.….log.gz`.
    ///
    /// Each stays as it is until its compressed copy is complete. What a crash or the program's end left uncompressed is
    /// compressed by the next start.
    #[cfg(feature = "compression")]
    pub fn compress(mut self) -> Self {
        self.keep.compressed = true;
        self
    }

    /// The same with a format of its own; at first it is the one that `TTLOG_FORMAT` names, or text.
    pub fn format(mut self, format: impl Format) -> Self {
        let mut guarded = GuardedFormat::from_env();
        guarded.replace(format);
        self.format = Some(guarded);
        self
    }

    /// Opens the file, at its end where it is there already, and removes what need not be kept. Its directory is made where
    /// there is none.
    ///
    /// # Errors
    /// The file or its directory can't be opened or made, or its name is not Unicode. The error names the path.
    pub fn open(self) -> io::Result<RollingSink> {
        let names = Names::new(&self.path)?;
        if let Some(directory) = self.path.parent() {
            fs::create_dir_all(directory).map_err(open::naming(directory))?;
        }
        RollingSink::open(self, names)
    }
}
