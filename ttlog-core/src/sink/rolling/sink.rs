//! [`RollingSink`]: the active file, and its rotation.
//!
//! Whatever fails in a rotation, there is always an open file, and everything goes to it.

use std::fs;
use std::io::{self, ErrorKind};
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::names::Names;
use super::tidy::Tidy;
use super::{RollingFile, Rotation, open};
use crate::decode::EventRef;
use crate::format::guard::GuardedFormat;
use crate::sink::Sink;
use crate::sink::output::Output;

/// How long after a rotation that failed, by the time of the events, the next is tried.
const RETRY_AFTER_NANOS: u64 = 10_000_000_000;

/// The sink that [`RollingFile::open`] gives.
#[derive(Debug)]
pub struct RollingSink {
    path: PathBuf,
    max_bytes: Option<NonZeroU64>,
    rotation: Option<Rotation>,
    format: GuardedFormat,
    output: Output<fs::File>,
    /// Of the active file, what waits to be written included.
    bytes: u64,
    /// The time of the latest event, in nanoseconds since 1970 UTC.
    latest: u64,
    names: Names,
    tidy: Tidy,
    /// No rotation before an event of this time.
    not_before: u64,
    /// Rotations fail, and that was reported.
    is_failing: bool,
    /// What the next flush reports.
    failure: Option<io::Error>,
}

impl RollingSink {
    pub(super) fn open(builder: RollingFile, names: Names) -> io::Result<RollingSink> {
        let path = &builder.path;
        let (file, bytes) = open::append(path).map_err(open::naming(path))?;
        let mut sink = RollingSink {
            latest: if bytes > 0 {
                modified(&builder.path)
            } else {
                0
            },
            path: builder.path,
            max_bytes: builder.max_bytes,
            rotation: builder.rotation,
            format: builder.format.unwrap_or_else(GuardedFormat::from_env),
            output: Output::new(file),
            bytes,
            tidy: Tidy::new(names.clone(), builder.keep),
            names,
            not_before: 0,
            is_failing: false,
            failure: None,
        };
        let tidied = sink.tidy.run();
        sink.failure = tidied.err();
        Ok(sink)
    }

    /// Whether an event of this time and length belongs into the next file.
    fn is_due(&self, nanos: u64, length: u64) -> bool {
        if self.bytes == 0 || nanos < self.not_before {
            return false;
        }
        let is_large = |max: NonZeroU64| self.bytes + length > max.get();
        let is_old = |rotation: Rotation| rotation.period(nanos) > rotation.period(self.latest);
        self.max_bytes.is_some_and(is_large) || self.rotation.is_some_and(is_old)
    }

    fn rotate(&mut self, nanos: u64) {
        // What waits belongs to the old file. Where that can't be written now, the flush reports it.
        let mut rotated = self.output.flush().is_ok();
        if rotated {
            match self.next_file() {
                Ok(file) => self.output.continue_with(file),
                Err(error) => {
                    rotated = false;
                    if !self.is_failing {
                        self.failure = Some(context(error, &self.path));
                    }
                    self.is_failing = true;
                }
            }
        }
        if !rotated {
            self.not_before = nanos.saturating_add(RETRY_AFTER_NANOS);
            return;
        }
        self.bytes = 0;
        self.is_failing = false;
        if let Err(error) = self.tidy.run() {
            self.failure = Some(error);
        }
    }

    /// Sets the active file aside and opens the next. On failure the old one has its name again.
    fn next_file(&self) -> io::Result<fs::File> {
        let aside = self.names.unused(self.latest);
        let renamed = match fs::rename(&self.path, &aside) {
            Ok(()) => true,
            // Somebody removed or moved it.
            Err(error) if error.kind() == ErrorKind::NotFound => false,
            Err(error) => return Err(error),
        };
        open::append(&self.path)
            .map(|(file, _)| file)
            .inspect_err(|_| {
                if renamed {
                    // If this fails too, the open file goes on under its new name.
                    let _ = fs::rename(&aside, &self.path);
                }
            })
    }

    #[cfg(all(test, feature = "compression"))]
    pub(super) fn wait_for_compression(&mut self) -> io::Result<()> {
        self.tidy.wait()
    }
}

/// When the file was last written, in nanoseconds since 1970 UTC: the time of its last event, as far as can be known.
fn modified(path: &Path) -> u64 {
    let modified = fs::metadata(path).and_then(|metadata| metadata.modified());
    let since = modified
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    since.map_or(0, |since| {
        u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
    })
}

fn context(error: io::Error, path: &Path) -> io::Error {
    let path = path.display();
    io::Error::new(
        error.kind(),
        format!("{path} can't be set aside, logging goes on into it: {error}"),
    )
}

impl Sink for RollingSink {
    fn write(&mut self, event: &EventRef<'_>) -> io::Result<()> {
        let nanos = event.timestamp_nanos();
        let length = self.format.format(event).len() as u64;
        if self.is_due(nanos, length) {
            self.rotate(nanos);
        }
        self.output.append(self.format.last().as_bytes())?;
        self.bytes += length;
        self.latest = self.latest.max(nanos);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()?;
        let polled = self.tidy.poll();
        match self.failure.take() {
            Some(error) => Err(error),
            None => polled,
        }
    }

    fn name(&self) -> String {
        format!("rolling file {}", self.path.display())
    }
}
