//! [`NewFile`]: a file that gets its name when all of it is written.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// A file that gets its name when all of it is written: nobody takes half of it for the whole, and it can have the name of
/// what is being read. As a snapshot, it is its owner's alone. A device or a pipe is written to as it is.
#[derive(Debug)]
pub(crate) struct NewFile {
    path: PathBuf,
    target: Target,
}

#[derive(Debug)]
enum Target {
    Unnamed(NamedTempFile),
    Device(File),
}

impl NewFile {
    /// Begins the file that will be at `path`.
    ///
    /// # Errors
    /// No file can be made in that directory, or the device can't be opened.
    pub(crate) fn new(path: &Path) -> io::Result<NewFile> {
        let target = if path.metadata().is_ok_and(|metadata| !metadata.is_file()) {
            Target::Device(OpenOptions::new().write(true).open(path)?)
        } else {
            let directory = match path.parent() {
                Some(parent) if parent != Path::new("") => parent,
                _ => Path::new("."),
            };
            let mut builder = tempfile::Builder::new();
            Target::Unnamed(builder.prefix(".ttlog-").tempfile_in(directory)?)
        };
        Ok(NewFile {
            path: path.to_owned(),
            target,
        })
    }

    /// Gives it its name, once it is on the disk.
    ///
    /// # Errors
    /// What was written can't be brought to the disk, or the file can't be named.
    pub(crate) fn finish(self) -> io::Result<()> {
        if let Target::Unnamed(file) = self.target {
            file.as_file().sync_all()?;
            file.persist(&self.path)?;
        }
        Ok(())
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.target {
            Target::Unnamed(file) => file.write(bytes),
            Target::Device(device) => device.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
