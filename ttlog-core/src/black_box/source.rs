//! [`Source`]: the words of an image, in a file or in this process's memory.
//!
//! After each read stands an `Acquire` fence, which pairs with the `Release` stores of who writes the image: what was published before a
//! word that was read is seen by later reads. (For a file, the kernel's copying keeps the order.)

use std::fs::File;
use std::io;
use std::sync::atomic::{Ordering, fence};

use crate::snapshot::bytes_of_mut;

/// See the [module](self).
pub(crate) trait Source {
    /// Fills `words` with those from the byte `offset` on, a multiple of 8; `false` where the image is shorter, or can't be read.
    fn read(&self, offset: u64, words: &mut [u64]) -> bool;

    /// One word; 0 where there is none.
    fn word(&self, offset: u64) -> u64 {
        let mut word = [0];
        self.read(offset, &mut word);
        word[0]
    }
}

/// An image in a file, which may be in use by the process that writes it.
#[derive(Debug)]
pub(crate) struct FileSource(pub(crate) File);

#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset)
}

#[cfg(not(unix))]
fn read_at(mut file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    use std::io::{Read, Seek, SeekFrom};
    file.seek(SeekFrom::Start(offset))?;
    file.read_exact(bytes)
}

impl Source for FileSource {
    fn read(&self, offset: u64, words: &mut [u64]) -> bool {
        let read = read_at(&self.0, bytes_of_mut(words), offset).is_ok();
        fence(Ordering::Acquire);
        read
    }
}

/// The image of this very process.
#[cfg(all(feature = "signals", unix))]
#[derive(Debug)]
pub(crate) struct MemorySource {
    mapping: std::sync::Arc<super::Mapping>,
}

#[cfg(all(feature = "signals", unix))]
impl MemorySource {
    /// Nothing but atomics accesses the mapping.
    pub(crate) fn new(mapping: std::sync::Arc<super::Mapping>) -> MemorySource {
        MemorySource { mapping }
    }
}

#[cfg(all(feature = "signals", unix))]
impl Source for MemorySource {
    fn read(&self, offset: u64, words: &mut [u64]) -> bool {
        let end = offset.checked_add(size_of_val(words) as u64);
        if end.is_none_or(|end| end > self.mapping.committed() as u64) || !offset.is_multiple_of(8)
        {
            return false;
        }
        for (place, word) in words.iter_mut().enumerate() {
            // SAFETY: up to `committed` there is memory as long as there is the mapping; its words are aligned, and only
            // atomics access them.
            let found: &std::sync::atomic::AtomicU64 = unsafe {
                let first = self.mapping.base().add(offset as usize).cast();
                first.add(place).as_ref()
            };
            *word = found.load(Ordering::Relaxed);
        }
        fence(Ordering::Acquire);
        true
    }
}

/// An image in a buffer.
impl Source for Vec<u64> {
    fn read(&self, offset: u64, words: &mut [u64]) -> bool {
        let part = usize::try_from(offset / 8)
            .ok()
            .and_then(|start| self.get(start..start.checked_add(words.len())?));
        if let Some(part) = part {
            words.copy_from_slice(part);
        }
        part.is_some()
    }
}

/// An image of either kind.
#[derive(Debug)]
pub(crate) enum AnySource {
    File(FileSource),
    Words(Vec<u64>),
}

impl Source for AnySource {
    fn read(&self, offset: u64, words: &mut [u64]) -> bool {
        match self {
            AnySource::File(file) => file.read(offset, words),
            AnySource::Words(all) => all.read(offset, words),
        }
    }
}
