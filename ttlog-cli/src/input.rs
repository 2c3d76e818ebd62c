//! Opens snapshots, and tells of those that can't be read.

use std::fmt::Display;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use ttlog_core::SnapshotReader;
use ttlog_core::snapshot::ReadError;

use crate::output::tell;

/// A reader of a file or of stdin.
pub(crate) type Reader = SnapshotReader<Box<dyn Read>>;

/// Opens a file; `-` is stdin.
pub(crate) fn open(path: &Path) -> Result<Reader, ReadError> {
    let input: Box<dyn Read> = if path == Path::new("-") {
        Box::new(BufReader::new(io::stdin().lock()))
    } else {
        Box::new(BufReader::new(File::open(path)?))
    };
    SnapshotReader::new(input)
}

/// Tells in one line why nothing, or not all, of a file was shown.
pub(crate) fn tell_error(path: &Path, error: &impl Display) {
    tell(&format!("ttlog: {}: {error}", name(path)));
}

/// Tells in one line what was wrong with a snapshot that was read; gives whether nothing was.
pub(crate) fn tell_flaws(path: &Path, reader: &Reader) -> bool {
    let flaws: Vec<String> = reader.flaws().iter().map(ToString::to_string).collect();
    if !flaws.is_empty() {
        tell(&format!(
            "ttlog: {}: warning: {}",
            name(path),
            flaws.join("; ")
        ));
    }
    flaws.is_empty()
}

/// What a file is called in messages.
pub(crate) fn name(path: &Path) -> String {
    match path.to_str() {
        Some("-") => "stdin".to_owned(),
        _ => path.display().to_string(),
    }
}
