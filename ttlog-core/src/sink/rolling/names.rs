//! [`Names`]: the names of files that were set aside, and which files have such a name.
//!
//! Whatever is removed or compressed is found through here, so no file is touched whose name differs in a single
//! character from the pattern.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::format::timestamp::file_stamp;

/// What a compressed file's name ends with.
const COMPRESSED: &str = ".gz";
/// What the name of a compressed file ends with as long as it isn't complete.
const INCOMPLETE: &str = ".gz.tmp";

/// The names that belong to one active file.
#[derive(Debug, Clone)]
pub(super) struct Names {
    directory: PathBuf,
    /// `app.` of `app.log`.
    prefix: String,
    /// `.log` of `app.log`.
    suffix: String,
}

/// A file that was set aside. Sorts by time, the oldest first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rolled {
    stamp: String,
    counter: u32,
    pub(super) state: State,
    pub(super) path: PathBuf,
    pub(super) bytes: u64,
}

/// How far a file that was set aside is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum State {
    Plain,
    Compressed,
    /// A copy that was being compressed; the plain file is there as well.
    Incomplete,
}

impl Names {
    pub(super) fn new(path: &Path) -> io::Result<Names> {
        let text =
            |part: Option<&std::ffi::OsStr>| part.map(|part| part.to_str().map(str::to_owned));
        let stem = text(path.file_stem()).flatten();
        let extension = text(path.extension()).unwrap_or(Some(String::new()));
        let (Some(stem), Some(extension)) = (stem, extension) else {
            let reason = format!("{} is not a file's name in Unicode", path.display());
            return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
        };
        let directory = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        Ok(Names {
            directory: directory.to_owned(),
            prefix: stem + ".",
            suffix: match extension.as_str() {
                "" => extension,
                _ => format!(".{extension}"),
            },
        })
    }

    /// A name that no file has, for one whose last event was at this time, in nanoseconds since 1970 UTC.
    pub(super) fn unused(&self, nanos: u64) -> PathBuf {
        let stamp = file_stamp(nanos).escape_ascii().to_string();
        // Beginning behind the greatest that is there, as the names of one second have to sort by time too.
        let used = self.rolled().unwrap_or_default();
        let greatest = used.iter().filter(|rolled| rolled.stamp == stamp);
        let mut counter = greatest.map(|rolled| rolled.counter + 1).max().unwrap_or(0);
        loop {
            let path = self.path(&stamp, counter);
            if path.symlink_metadata().is_err() {
                return path;
            }
            counter += 1;
        }
    }

    fn path(&self, stamp: &str, counter: u32) -> PathBuf {
        let (prefix, suffix) = (&self.prefix, &self.suffix);
        let name = match counter {
            0 => format!("{prefix}{stamp}{suffix}"),
            // `_` sorts behind the `.` of a name without a counter.
            _ => format!("{prefix}{stamp}_{counter:04}{suffix}"),
        };
        self.directory.join(name)
    }

    /// The files that were set aside, the oldest first.
    pub(super) fn rolled(&self) -> io::Result<Vec<Rolled>> {
        let mut all = Vec::new();
        for entry in fs::read_dir(&self.directory)? {
            let entry = entry?;
            let name = entry.file_name();
            let Some((stamp, counter, state)) = name.to_str().and_then(|name| self.parse(name))
            else {
                continue;
            };
            // One that was removed in the meantime, or isn't a plain file, isn't ours.
            let Ok(metadata) = entry.metadata() else {
                continue;
            };
            if metadata.is_file() {
                all.push(Rolled {
                    stamp: stamp.to_owned(),
                    counter,
                    state,
                    path: entry.path(),
                    bytes: metadata.len(),
                });
            }
        }
        all.sort_unstable();
        Ok(all)
    }

    fn parse<'a>(&self, name: &'a str) -> Option<(&'a str, u32, State)> {
        let rest = name.strip_prefix(self.prefix.as_str())?;
        let (stamp, rest) = rest.split_at_checked("2026-11-21T00-50-32Z".len())?;
        let fits = |(byte, pattern): (u8, u8)| match pattern {
            b'0' => byte.is_ascii_digit(),
            _ => byte == pattern,
        };
        if !stamp.bytes().zip(*b"0000-00-00T00-00-00Z").all(fits) {
            return None;
        }
        let (counter, rest) = match rest.strip_prefix('_') {
            None => (0, rest),
            Some(rest) => {
                let end = rest
                    .find(|c: char| !c.is_ascii_digit())
                    .unwrap_or(rest.len());
                let (digits, rest) = rest.split_at(end);
                let counter = digits.parse().ok().filter(|counter| *counter > 0)?;
                // Exactly the digits that we write.
                (format!("{counter:04}") == digits).then_some((counter, rest))?
            }
        };
        let state = match rest.strip_prefix(self.suffix.as_str())? {
            "" => State::Plain,
            COMPRESSED => State::Compressed,
            INCOMPLETE => State::Incomplete,
            _ => return None,
        };
        Some((stamp, counter, state))
    }
}

impl Rolled {
    /// The name of the compressed copy.
    #[cfg(feature = "compression")]
    pub(super) fn compressed_path(&self) -> PathBuf {
        self.with_ending(COMPRESSED)
    }

    /// The name of the compressed copy as long as it isn't complete.
    #[cfg(feature = "compression")]
    pub(super) fn incomplete_path(&self) -> PathBuf {
        self.with_ending(INCOMPLETE)
    }

    #[cfg(feature = "compression")]
    fn with_ending(&self, ending: &str) -> PathBuf {
        let mut path = self.path.clone().into_os_string();
        path.push(ending);
        path.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_names_are_taken_for_ours() {
        let names = Names::new(Path::new("logs/app.log")).unwrap();
        let ours = [
            ("app.2026-11-21T00-50-32Z.log", 0, State::Plain),
            ("app.2026-11-21T00-50-32Z_0001.log", 1, State::Plain),
            ("app.2026-11-21T00-50-32Z_12345.log", 12345, State::Plain),
            ("app.2026-11-21T00-50-32Z_0001.log.gz", 1, State::Compressed),
            ("app.2026-11-21T00-50-32Z.log.gz.tmp", 0, State::Incomplete),
        ];
        for (name, counter, state) in ours {
            let parsed = names.parse(name);
            assert_eq!(parsed, Some(("2026-11-21T00-50-32Z", counter, state)));
        }
        let others = [
            "app.log",
            "app.2026-11-21.log",
            "app.2026-11-21T00-50-32Z",
            "app.2026-11-21T00-50-32Z.log.1",
            "app.2026-11-21T00-50-32Z.log.gz.bak",
            "app.2026-11-21T00-50-32Z-1.log",
            "app.2026-11-21T00-50-32Z_1.log",
            "app.2026-11-21T00-50-32Z_0000.log",
            "app.2026-11-21T00-50-32Z_00001.log",
            "app.2026-11-21T00-50-32Z_+001.log",
            "app.2026-11-21T00-50-32Z_99999999999.log",
            "app.2026-11-21T00-50-3éZ.log",
            "app.2026-11-2xT00-50-32Z.log",
            "my.app.2026-11-21T00-50-32Z.log",
            "App.2026-11-21T00-50-32Z.log",
            "app.x.2026-11-21T00-50-32Z.log",
        ];
        for name in others {
            assert_eq!(names.parse(name), None, "{name}");
        }
    }

    #[test]
    fn a_name_may_have_no_extension_or_several() {
        for (path, rolled) in [
            ("app", "app.2026-11-21T00-50-32Z"),
            ("/var/a.b.log", "a.b.2026-11-21T00-50-32Z.log"),
            (".app", ".app.2026-11-21T00-50-32Z"),
        ] {
            let names = Names::new(Path::new(path)).unwrap();
            assert_eq!(
                names.path("2026-11-21T00-50-32Z", 0).file_name().unwrap(),
                rolled
            );
            assert!(names.parse(rolled).is_some());
        }
        assert!(Names::new(Path::new("/")).is_err());
    }

    #[test]
    fn names_of_one_second_sort_by_their_counter() {
        let names = Names::new(Path::new("app.log")).unwrap();
        let paths: Vec<_> = (0..12)
            .map(|counter| names.path("2026-11-21T00-50-32Z", counter))
            .collect();
        assert!(paths.is_sorted());
    }
}
