//! [`NewFile`]: a file that gets its name when all of it is written.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tempfile::NamedTempFile;

/// What a shell says of a command that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

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
            builder.prefix(".ttlog-");
            Target::Unnamed(removed_when_interrupted(|| builder.tempfile_in(directory))?)
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

/// Makes the file so that Ctrl-C leaves none behind that has no name yet. A command makes one file only.
fn removed_when_interrupted(
    make: impl FnOnce() -> io::Result<NamedTempFile>,
) -> io::Result<NamedTempFile> {
    static UNNAMED: Mutex<Option<PathBuf>> = Mutex::new(None);
    let unnamed = || UNNAMED.lock().unwrap_or_else(PoisonError::into_inner);
    // Held until the file is known, so that the handler finds it. Without a handler the process ends as ever, and the file stays.
    let mut path = unnamed();
    let _ = ctrlc::set_handler(move || {
        if let Some(path) = &*unnamed() {
            let _ = std::fs::remove_file(path);
        }
        std::process::exit(INTERRUPTED);
    });
    let file = make()?;
    *path = Some(file.path().to_owned());
    Ok(file)
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
