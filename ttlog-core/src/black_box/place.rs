//! [`Place`]: the path of a black box, which one process has at a time, and what the run before left there.
//!
//! Who has the path has a lock (`flock`) on the file that stands there. A new image is made under another name and renamed over the old one,
//! whose lock is held until then; so at the path there is never half an image, and who comes second finds a lock. The lock ends with the
//! process, however that ends.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::RingSizes;
use super::ending::Ending;
use super::image::Image;
use super::salvage::{Salvage, Salvaged};
use super::source::{FileSource, Source};
use super::writer::BlackBox;
use crate::clock::now_nanos;
use crate::init_error::InitError;
use crate::pipeline::Settings;
use crate::recorder::RecorderRings;
use crate::report::report;
use crate::snapshot::{self, Facts, ReadError, SnapshotError, fact};

/// How often the path is looked at anew because another process has just replaced the file.
const ATTEMPTS: usize = 16;

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct Place {
    path: PathBuf,
    /// The file that stands there, locked.
    old: File,
}

impl Place {
    /// Takes the path.
    ///
    /// # Errors
    /// Another process has it, there is a file that is no black box, or it can't be opened.
    pub(crate) fn take(path: &Path) -> Result<Place, InitError> {
        let path = std::path::absolute(path).map_err(|error| failed(path, "find", error))?;
        for _ in 0..ATTEMPTS {
            let old = open(&path).map_err(|error| failed(&path, "open", error))?;
            match lock(&old) {
                Ok(true) => {}
                Ok(false) => {
                    return Err(InitError::BlackBoxInUse {
                        pid: facts_of(&old).number(fact::PID),
                        path,
                    });
                }
                Err(error) => return Err(failed(&path, "lock", error)),
            }
            if stands_at(&old, &path).map_err(|error| failed(&path, "look at", error))? {
                return Ok(Place { path, old });
            }
        }
        let error = io::Error::other("other processes replace it again and again");
        Err(failed(&path, "lock", error))
    }

    /// Saves what the run before left, and says so on stderr in one line. Where it can't be saved it is moved aside.
    ///
    /// # Errors
    /// The file is no black box, or can neither be saved nor moved.
    pub(crate) fn save_previous(&self, settings: &Settings) -> Result<(), InitError> {
        let read = self.old.try_clone().map(FileSource);
        let image = match read.map_err(ReadError::from).and_then(Image::open) {
            Ok(image) => image,
            // What `open` made, or what a machine that went down left of it.
            Err(ReadError::Foreign) if is_blank(&self.old) => return Ok(()),
            Err(ReadError::Foreign) => {
                let error = io::Error::other("there is a file that is no black box");
                return Err(failed(&self.path, "use", error));
            }
            Err(error) => return self.move_aside(&error.to_string()),
        };
        let facts = image.facts();
        let ending = image.ending(&facts);
        if ending != Ending::Well {
            match save(image, facts.clone(), &ending, settings) {
                Ok((path, salvaged)) => report(&format!(
                    "the run before (process {}) {ending}; its last {} events are in {}",
                    facts.number(fact::PID).unwrap_or(0),
                    salvaged.events,
                    path.display()
                )),
                Err(error) => return self.move_aside(&error.to_string()),
            }
        }
        // So that it is not saved again if this start fails; and its space may be needed.
        self.old
            .set_len(0)
            .map_err(|error| failed(&self.path, "empty", error))
    }

    /// Keeps the old image under another name.
    fn move_aside(&self, why: &str) -> Result<(), InitError> {
        for number in 1..1000 {
            let kept = with_ending(&self.path, &format!(".unsaved-{number}"));
            if fs::symlink_metadata(&kept).is_ok() {
                continue;
            }
            return match fs::rename(&self.path, &kept) {
                Ok(()) => {
                    report(&format!(
                        "what the run before left in its black box could not be saved ({why}); the image is now {}",
                        kept.display()
                    ));
                    Ok(())
                }
                Err(error) => Err(failed(&self.path, "move aside", error)),
            };
        }
        let error = io::Error::other("there are a thousand images that could not be saved");
        Err(failed(&self.path, "move aside", error))
    }

    /// Puts a new image in the place of the old one.
    ///
    /// # Errors
    /// There is no space for it, or the file system can't map files. The path is as it was then.
    pub(crate) fn create(
        self,
        facts: &Facts,
        sizes: RingSizes,
    ) -> Result<(Arc<BlackBox>, RecorderRings), InitError> {
        let partial = with_ending(&self.path, ".partial");
        // Of a process that was killed just here: nobody else may be, as the lock says.
        let _ = fs::remove_file(&partial);
        let created = self.create_at(&partial, facts, sizes);
        if created.is_err() {
            let _ = fs::remove_file(&partial);
        }
        created
    }

    fn create_at(
        &self,
        partial: &Path,
        facts: &Facts,
        sizes: RingSizes,
    ) -> Result<(Arc<BlackBox>, RecorderRings), InitError> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(partial)
            .map_err(|error| failed(partial, "create", error))?;
        match try_lock(&file) {
            Ok(true) => {}
            Ok(false) => {
                let error = io::Error::other("another process has locked it");
                return Err(failed(partial, "lock", error));
            }
            Err(error) => return Err(failed(partial, "lock", error)),
        }
        let created = BlackBox::create(Some(file), facts, sizes)
            .map_err(|error| failed(&self.path, "make room for", error))?;
        fs::rename(partial, &self.path).map_err(|error| failed(&self.path, "replace", error))?;
        Ok(created)
    }
}

fn failed(path: &Path, doing: &'static str, source: io::Error) -> InitError {
    InitError::BlackBox {
        path: path.to_owned(),
        doing,
        source,
    }
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Opens the file at a path, or makes an empty one.
fn open(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK)
        .open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    Ok(file)
}

/// Locks a file for this process; `false` where another one has it.
fn try_lock(file: &File) -> io::Result<bool> {
    loop {
        // SAFETY: the descriptor is open.
        if unsafe { libc::flock(file.as_raw_fd(), libc::LOCK_EX | libc::LOCK_NB) } == 0 {
            return Ok(true);
        }
        let error = io::Error::last_os_error();
        match error.kind() {
            io::ErrorKind::WouldBlock => return Ok(false),
            io::ErrorKind::Interrupted => {}
            _ => return Err(error),
        }
    }
}

/// Locks a file for this process; `false` where another one has it. Who looks whether it is in use has it for a moment, too.
fn lock(file: &File) -> io::Result<bool> {
    for _ in 0..20 {
        if try_lock(file)? {
            return Ok(true);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    try_lock(file)
}

/// Whether a process has the file of an image.
pub(crate) fn is_in_use(file: &File) -> bool {
    // SAFETY: the descriptor is open.
    let shared = unsafe { libc::flock(file.as_raw_fd(), libc::LOCK_SH | libc::LOCK_NB) };
    if shared == 0 {
        // SAFETY: as above.
        unsafe { libc::flock(file.as_raw_fd(), libc::LOCK_UN) };
    }
    shared != 0
}

fn stands_at(file: &File, path: &Path) -> io::Result<bool> {
    let file = file.metadata()?;
    match fs::symlink_metadata(path) {
        Ok(found) => Ok((found.dev(), found.ino()) == (file.dev(), file.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether there are only zeros where an image has its header.
fn is_blank(file: &File) -> bool {
    let Ok(file) = file.try_clone() else {
        return false;
    };
    let source = FileSource(file);
    (0..512).all(|word| source.word(8 * word) == 0)
}

/// What the process of an image said of itself.
fn facts_of(file: &File) -> Facts {
    let read = file.try_clone().map(FileSource);
    read.map_err(ReadError::from)
        .and_then(Image::open)
        .map(|image| image.facts())
        .unwrap_or_default()
}

/// Writes what is in an image as a snapshot.
fn save(
    image: Image<FileSource>,
    mut facts: Facts,
    ending: &Ending,
    settings: &Settings,
) -> Result<(PathBuf, Salvaged), SnapshotError> {
    let now_ns = now_nanos();
    facts.set_number(fact::SNAPSHOT_TIME_NS, now_ns);
    let mut salvage = Salvage::new(image);
    let saved = snapshot::write_by(&facts, &settings.snapshot_dir, |file| {
        salvage.write(file, settings.packing, ending, now_ns)
    })?;
    // A service that crashes at each start would fill the disk.
    if let Err(error) = settings.keep.enforce(&saved.0, &facts) {
        report(&format!("old snapshots stay: {error}"));
    }
    Ok(saved)
}
