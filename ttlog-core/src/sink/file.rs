//! [`File`]: events to one file.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::output::Output;
use super::{ChildSink, Sink, open};
use crate::decode::EventRef;
use crate::format::Format;
use crate::format::guard::GuardedFormat;

/// Writes events to a file.
///
/// The format is the one that the environment variable `TTLOG_FORMAT` names, or text, unless [`File::format`] says
/// otherwise. On a full disk nothing that was taken is lost: it waits, and is written once there is room.
/// A flush brings the events to the operating system, not to the disk's surface.
///
/// It stays open: where it is renamed or removed, what follows goes into it all the same. So `logrotate` needs `copytruncate`; a
/// [`RollingFile`](super::RollingFile) needs no `logrotate`.
///
/// A child of `fork` writes into the same file: whole lines of both, each process's in its order.
///
/// ```
/// # fn main() -> std::io::Result<()> {
/// use ttlog_core::format::Json;
/// use ttlog_core::sink::File;
///
/// # let path = std::env::temp_dir().join(format!("ttlog-doc-{}.log", std::process::id()));
/// let file = File::append(&path)?.format(Json);
/// # drop(file);
/// # std::fs::remove_file(path)
/// # }
/// ```
#[derive(Debug)]
pub struct File {
    path: PathBuf,
    output: Output<fs::File>,
    format: GuardedFormat,
}

impl File {
    /// To a new file; one that is there is emptied.
    ///
    /// # Errors
    /// The file can't be made or opened. The error names its path.
    pub fn create(path: impl AsRef<Path>) -> io::Result<File> {
        let path = path.as_ref();
        let file = open::create(path).map_err(open::naming(path))?;
        Ok(File::new(path, file))
    }

    /// To the end of a file, which is made where there is none.
    ///
    /// # Errors
    /// The file can't be made or opened. The error names its path.
    pub fn append(path: impl AsRef<Path>) -> io::Result<File> {
        let path = path.as_ref();
        let (file, _) = open::append(path).map_err(open::naming(path))?;
        Ok(File::new(path, file))
    }

    fn new(path: &Path, file: fs::File) -> File {
        File {
            path: path.to_owned(),
            output: Output::new(file),
            format: GuardedFormat::from_env(),
        }
    }

    /// The same file with another format.
    pub fn format(mut self, format: impl Format) -> File {
        self.format.replace(format);
        self
    }
}

impl Sink for File {
    fn write(&mut self, event: &EventRef<'_>) -> io::Result<()> {
        self.output.append(self.format.format(event).as_bytes())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }

    fn for_child(&self) -> Option<ChildSink> {
        let format = self.format.duplicate()?;
        let path = self.path.clone();
        // The same open file: it can be written to after a change of directory, root or user, where a path leads nowhere.
        let file = self.output.writer().try_clone().ok()?;
        Some(ChildSink::new(move || {
            Ok(File {
                path,
                output: Output::new(file),
                format,
            })
        }))
    }

    fn name(&self) -> String {
        format!("file {}", self.path.display())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LogLevel;
    use crate::format::testing::{event, record};
    use crate::format::{Json, Text};
    use crate::sink::testing::TempDir;

    fn write(file: &mut File, message: &str) {
        let record = record(&event(LogLevel::Info, message));
        file.write(&record.event()).unwrap();
    }

    #[test]
    fn create_empties_and_append_goes_on() {
        let directory = TempDir::new();
        let path = directory.path("app.log");
        for message in ["old", "first"] {
            let mut file = File::create(&path).unwrap().format(Text);
            write(&mut file, message);
            file.flush().unwrap();
        }
        let mut file = File::append(&path).unwrap().format(Json);
        write(&mut file, "second");
        drop(file);
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(text.contains("my_app::db: first\n{") && text.contains("\"message\":\"second\""));
    }

    #[test]
    fn a_line_that_a_crash_cut_is_ended() {
        let directory = TempDir::new();
        let path = directory.path("app.log");
        fs::write(&path, "whole\nhal").unwrap();
        let mut file = File::append(&path).unwrap().format(Text);
        write(&mut file, "next");
        file.flush().unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("whole\nhal\n2026-"), "{text}");
    }

    #[test]
    fn a_tool_that_truncates_the_file_leaves_no_hole() {
        let directory = TempDir::new();
        let path = directory.path("app.log");
        let mut file = File::create(&path).unwrap().format(Text);
        write(&mut file, "before");
        file.flush().unwrap();
        fs::File::create(&path).unwrap();
        write(&mut file, "after");
        file.flush().unwrap();
        assert!(fs::read_to_string(&path).unwrap().starts_with("2026-"));
    }

    #[test]
    fn a_file_that_cannot_be_opened_is_an_error_with_its_path() {
        let directory = TempDir::new();
        let path = directory.path("no/such/dir");
        for error in [File::create(&path), File::append(&path)].map(Result::unwrap_err) {
            assert_eq!(error.kind(), io::ErrorKind::NotFound);
            let named = format!("{}: ", path.display());
            assert!(error.to_string().starts_with(&named), "{error}");
        }
        assert!(File::append(directory.path("")).is_err());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_an_error_of_the_flush() {
        let mut file = File::append("/dev/full").unwrap();
        write(&mut file, "kept");
        assert_eq!(file.flush().unwrap_err().kind(), io::ErrorKind::StorageFull);
    }
}
