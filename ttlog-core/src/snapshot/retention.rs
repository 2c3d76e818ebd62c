//! [`Keep`]: how many snapshots of a service stay in a directory.
//!
//! What is removed has a name that ttlog gives to snapshots of this service, is a regular file and no link, and belongs to the owner of
//! the file that was just written, which stays in any case. Several processes may share a directory, and look after it at the same
//! time: a file that is gone already is as good as removed.

use std::collections::BinaryHeap;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::facts::Facts;
use super::names::{self, SnapshotName};

/// A partial file so old was left behind by a process that is gone.
const LEFT_BEHIND_AFTER: Duration = Duration::from_secs(60);
/// The same where it can't be known whether the process is gone: another machine may share the directory.
const LEFT_BEHIND_ANYWAY_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

/// How many snapshots stay, the newest first.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Keep {
    pub(crate) files: usize,
    pub(crate) bytes: u64,
}

impl Default for Keep {
    fn default() -> Self {
        Keep {
            files: 100,
            bytes: 1 << 30,
        }
    }
}

impl Keep {
    /// Removes what is too much in the directory of `written`, which was just written and has these facts.
    ///
    /// # Errors
    /// The first failure; the other files were removed all the same.
    pub(crate) fn enforce(self, written: &Path, facts: &Facts) -> io::Result<()> {
        let service = names::service(facts);
        let (Some(directory), Some(written)) = (written.parent(), written.file_name()) else {
            return Ok(());
        };
        let own = fs::symlink_metadata(directory.join(written))?;
        let (mut whole, mut result) = (BinaryHeap::new(), Ok(()));
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            let file = entry.file_name();
            let Some(name) = file
                .to_str()
                .and_then(|file| SnapshotName::parse(file, &service))
            else {
                continue;
            };
            // Not that of what a link leads to.
            let Ok(metadata) = entry.metadata() else {
                continue;
            };
            if file == written || !metadata.is_file() || !has_owner_of(&metadata, &own) {
                continue;
            }
            if !name.is_partial {
                whole.push((name, entry.path(), metadata.len()));
            } else if is_left_behind(name.pid, &metadata) {
                result = result.and(remove(&entry.path()));
            }
        }
        let (mut files, mut bytes) = (1, own.len());
        // The newest first.
        while let Some((_, path, length)) = whole.pop() {
            files += 1;
            bytes = bytes.saturating_add(length);
            if files > self.files || bytes > self.bytes {
                result = result.and(remove(&path));
            }
        }
        result
    }

    /// The same for a directory in which crashes may have left snapshots of this user: a signal handler removes none.
    ///
    /// # Errors
    /// As above.
    #[cfg(all(feature = "signals", unix))]
    pub(crate) fn enforce_in(self, directory: &Path, facts: &Facts) -> io::Result<()> {
        use std::os::unix::fs::MetadataExt;
        // SAFETY: has no preconditions.
        let user = unsafe { libc::geteuid() };
        let service = names::service(facts);
        let mut newest = None;
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            let file = entry.file_name();
            let name = file
                .to_str()
                .and_then(|file| SnapshotName::parse(file, &service));
            let own = |metadata: Metadata| metadata.is_file() && metadata.uid() == user;
            if let Some(name) = name.filter(|name| !name.is_partial)
                && entry.metadata().is_ok_and(own)
            {
                newest = newest.max(Some((name, entry.path())));
            }
        }
        match newest {
            Some((_, path)) => self.enforce(&path, facts),
            None => Ok(()),
        }
    }
}

#[cfg(unix)]
fn has_owner_of(metadata: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    metadata.uid() == other.uid()
}

#[cfg(not(unix))]
fn has_owner_of(_: &Metadata, _: &Metadata) -> bool {
    true
}

/// Whether nobody will make a partial file whole any more.
fn is_left_behind(pid: u64, metadata: &Metadata) -> bool {
    // Where the clock was set back since, it is not known to be old.
    let age = metadata
        .modified()
        .ok()
        .and_then(|time| time.elapsed().ok());
    let age = age.unwrap_or_default();
    age >= LEFT_BEHIND_ANYWAY_AFTER || age >= LEFT_BEHIND_AFTER && !may_be_alive(pid)
}

/// Whether a process of this number may be there. `/proc` tells it on Linux.
fn may_be_alive(pid: u64) -> bool {
    let proc = Path::new("/proc");
    !proc.join("self").exists() || proc.join(pid.to_string()).exists()
}

/// Removes a file unless somebody was faster.
fn remove(path: &PathBuf) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(io::Error::new(
            error.kind(),
            format!("could not remove {path:?}: {error}"),
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
