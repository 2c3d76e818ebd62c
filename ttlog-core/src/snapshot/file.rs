//! Brings a snapshot to its place: a file that is either whole and on the disk, or not there.
//!
//! It is written under a temporary name in its directory, which must not exist yet (so nobody's link is
//! followed), synced, and renamed. Whoever holds the temporary name owns the final one too: it is looked at
//! only then, so two writers never replace each other's file.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::error::SnapshotError;
use super::facts::Facts;
use super::names::{ENDING, PARTIAL_ENDING, stem};
use super::writer::{Contents, write_to};

/// How many names are tried.
const ATTEMPTS: u32 = 1000;

/// Writes a snapshot into `directory`; see [`write_by`].
pub(crate) fn write(contents: &Contents<'_>, directory: &Path) -> Result<PathBuf, SnapshotError> {
    let fill = |file: &mut File| write_to(file, contents);
    write_by(contents.facts, directory, fill).map(|(path, ())| path)
}

/// Makes a snapshot that `fill` writes into `directory`, which is created if it is missing, and gives the file's path.
///
/// The file is named after the facts: `{service or executable}-{pid}-{UTC time}-{counter}.ttlog`. On Unix its
/// owner alone may read it.
///
/// # Errors
/// What could not be done, on which path, and why. No file is left behind then.
pub(crate) fn write_by<T>(
    facts: &Facts,
    directory: &Path,
    fill: impl FnOnce(&mut File) -> io::Result<T>,
) -> Result<(PathBuf, T), SnapshotError> {
    fs::create_dir_all(directory)
        .map_err(|error| SnapshotError::new("create the directory", directory, error))?;
    let (mut file, temporary, path) = create(directory, &stem(facts))?;
    let written = fill(&mut file).map_err(|error| SnapshotError::new("write", &temporary, error));
    let synced = written.and_then(|written| {
        file.sync_all()
            .map_err(|error| SnapshotError::new("sync", &temporary, error))?;
        fs::rename(&temporary, &path)
            .map_err(|error| SnapshotError::new("rename to", &path, error))?;
        Ok(written)
    });
    match synced {
        Ok(written) => {
            sync_directory(directory);
            Ok((path, written))
        }
        Err(error) => {
            // The first error is the one to tell.
            let _ = fs::remove_file(&temporary);
            Err(error)
        }
    }
}

/// Creates the temporary file for the first free name; gives it, its path and the final path.
fn create(directory: &Path, stem: &str) -> Result<(File, PathBuf, PathBuf), SnapshotError> {
    let mut attempts = 0;
    loop {
        let counter = next_counter();
        let path = directory.join(format!("{stem}-{counter}{ENDING}"));
        let temporary = directory.join(format!("{stem}-{counter}{PARTIAL_ENDING}"));
        let error = match create_new(&temporary) {
            Ok(file) => match fs::symlink_metadata(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    return Ok((file, temporary, path));
                }
                _ => {
                    let _ = fs::remove_file(&temporary);
                    io::ErrorKind::AlreadyExists.into()
                }
            },
            Err(error) => error,
        };
        attempts += 1;
        if error.kind() != io::ErrorKind::AlreadyExists || attempts == ATTEMPTS {
            return Err(SnapshotError::new("create", &temporary, error));
        }
    }
}

/// What the name of the process's next file ends with.
pub(crate) fn next_counter() -> u32 {
    // Relaxed: nothing but the number is shared.
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    COUNTER.fetch_add(1, Ordering::Relaxed)
}

fn create_new(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Makes the new name last. Where that isn't possible the file is there all the same, so it is no error.
fn sync_directory(directory: &Path) {
    #[cfg(unix)]
    if let Ok(directory) = File::open(directory) {
        let _ = directory.sync_all();
    }
    #[cfg(not(unix))]
    let _ = directory;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::Packing;
    use crate::snapshot::fact;

    /// A directory of this test, removed at its end.
    struct Directory(PathBuf);

    impl Directory {
        fn new(name: &str) -> Directory {
            let path = std::env::temp_dir().join(format!("ttlog-{name}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&path);
            Directory(path)
        }

        fn names(&self) -> Vec<String> {
            let mut names: Vec<_> = fs::read_dir(&self.0)
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            names.sort();
            names
        }
    }

    impl Drop for Directory {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn facts() -> Facts {
        let mut facts = Facts::default();
        facts.set_text(fact::SERVICE, "../check out");
        facts.set_number(fact::PID, 4711);
        facts.set_number(fact::SNAPSHOT_TIME_NS, 1_772_323_199_123_456_789);
        facts
    }

    fn contents(facts: &Facts) -> Contents<'_> {
        Contents {
            facts,
            sites: &[],
            threads: &[],
            spans: &[],
            events: &[],
            packing: Packing::Plain,
        }
    }

    #[test]
    fn the_file_is_named_after_the_facts_and_nothing_else_is_left() {
        let directory = Directory::new("named");
        let facts = facts();
        let deep = directory.0.join("a/b");
        let path = write(&contents(&facts), &deep).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(
            name.starts_with("_check_out-4711-2026-02-28T23-59-59.123Z-")
                && name.ends_with(".ttlog"),
            "{name}"
        );
        assert_eq!(Directory(deep).names(), [name]);
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_its_owners_alone_and_links_are_not_followed() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let directory = Directory::new("private");
        fs::create_dir_all(&directory.0).unwrap();
        let facts = facts();
        let first = write(&contents(&facts), &directory.0).unwrap();
        let mode = fs::metadata(&first).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);

        // Links lie in wait under the next names, temporary and final.
        let victim = directory.0.join("victim");
        fs::write(&victim, "precious").unwrap();
        let stem = stem(&facts);
        for counter in 0..500 {
            for end in ["", ".partial"] {
                let name = format!("{stem}-{counter}.ttlog{end}");
                let _ = symlink(&victim, directory.0.join(name));
            }
        }
        let path = write(&contents(&facts), &directory.0).unwrap();
        assert!(fs::symlink_metadata(&path).unwrap().is_file());
        assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
    }

    #[test]
    fn an_error_says_what_was_tried_on_which_path_and_leaves_nothing() {
        let directory = Directory::new("error");
        fs::create_dir_all(&directory.0).unwrap();
        let file = directory.0.join("file");
        fs::write(&file, "").unwrap();
        let error = write(&contents(&facts()), &file.join("below")).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("could not create the directory")
        );
        assert!(error.to_string().contains("below"));
        assert_eq!(error.path(), file.join("below"));
        assert!(std::error::Error::source(&error).is_some());
        assert_eq!(directory.names(), ["file"]);
    }
}
