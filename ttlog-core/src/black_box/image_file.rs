//! [`ImageFile`]: the file of a black box, for who reads it from outside.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use super::ending::Ending;
use super::image::Image;
use super::layout::MAGIC;
use super::salvage::Salvage;
use super::source::{AnySource, FileSource};
use crate::clock::now_nanos;
use crate::ring::Cursor;
use crate::snapshot::{Facts, Packing, ReadError};

/// The file of a black box: of a process that runs, or of one that is gone.
///
/// Nothing in it is trusted. Any bytes at all give events or an error, in a time and in memory that the size of the file bounds.
///
/// ```no_run
/// use ttlog_core::black_box::ImageFile;
///
/// let image = ImageFile::open("/dev/shm/checkout.box")?;
/// let mut snapshot = std::fs::File::create("checkout.ttlog")?;
/// let recovered = image.recover(&mut snapshot)?;
/// eprintln!("{}: {} events", recovered.reason, recovered.events);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct ImageFile {
    image: Image<AnySource>,
}

/// What [`ImageFile::recover`] has written.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recovered {
    /// How many events, but for those that tell of a loss.
    pub events: u64,
    /// How the process ended, or that it runs: the snapshot's reason.
    pub reason: String,
}

impl ImageFile {
    /// Whether a file that begins with these bytes, 8 at least, is a black box's.
    pub fn is_image(first_bytes: &[u8]) -> bool {
        first_bytes.starts_with(&MAGIC.to_ne_bytes())
    }

    /// Opens the file of a black box.
    ///
    /// # Errors
    /// The file can't be read, is no black box, or one of a version that this reader doesn't know.
    pub fn open(path: impl AsRef<Path>) -> Result<ImageFile, ReadError> {
        let source = AnySource::File(FileSource(File::open(path)?));
        Ok(ImageFile {
            image: Image::open(source)?,
        })
    }

    /// Reads an image from its bytes; some at the end that are no whole word are left out.
    ///
    /// # Errors
    /// They are no black box, or one of a version that this reader doesn't know.
    pub fn from_bytes(bytes: &[u8]) -> Result<ImageFile, ReadError> {
        let (words, _) = bytes.as_chunks::<8>();
        let words = words.iter().map(|word| u64::from_ne_bytes(*word));
        Ok(ImageFile {
            image: Image::open(AnySource::Words(words.collect()))?,
        })
    }

    /// Whether a process has it in use. Only Unix tells; elsewhere `false`.
    pub fn is_live(&self) -> bool {
        is_live(self.image.source())
    }

    /// What the process said of itself when it started.
    pub fn facts(&self) -> Facts {
        self.image.facts()
    }

    fn ending(&self) -> Ending {
        if self.is_live() {
            return Ending::Running;
        }
        self.image.ending(&self.facts())
    }

    /// Writes everything that is in it as a snapshot. The file stays as it is, and so does a process that has it.
    ///
    /// # Errors
    /// `output` can't be written.
    pub fn recover(self, output: impl Write) -> io::Result<Recovered> {
        let ending = self.ending();
        let mut salvage = Salvage::new(self.image);
        let salvaged = salvage.write(output, Packing::SHORTEST, &ending, now_nanos())?;
        Ok(Recovered {
            events: salvaged.events,
            reason: ending.to_string(),
        })
    }

    /// Reads what comes into the recorder from now on, or from the oldest event on.
    pub fn follow(self, from_oldest: bool) -> Follower {
        let mut follower = Follower {
            salvage: Salvage::new(self.image),
            cursor: Cursor::default(),
        };
        if !from_oldest {
            follower.cursor = follower.salvage.end_of_recorder();
        }
        follower
    }
}

/// Reads the black box of a process while it writes; see [`ImageFile::follow`].
///
/// An event is in the recorder some milliseconds, 40 at most, after its call has returned.
#[derive(Debug)]
pub struct Follower {
    salvage: Salvage<AnySource>,
    cursor: Cursor,
}

impl Follower {
    /// What has come into the recorder since the last call, as a whole snapshot; `None` where that is nothing.
    pub fn poll(&mut self) -> Option<Vec<u8>> {
        let mut snapshot = Vec::new();
        let salvaged = self
            .salvage
            .write_new(&mut snapshot, &mut self.cursor, now_nanos())
            .ok()?;
        (salvaged.events > 0).then_some(snapshot)
    }

    /// Whether the process is still there.
    pub fn is_live(&self) -> bool {
        is_live(self.salvage.image().source())
    }
}

fn is_live(source: &AnySource) -> bool {
    match source {
        #[cfg(unix)]
        AnySource::File(FileSource(file)) => super::place::is_in_use(file),
        _ => false,
    }
}
