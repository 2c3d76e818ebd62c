//! [`Source`] and [`Reader`]: the files on the command line, opened as what their first bytes say they are.
//!
//! This is the only place that knows which kinds of file there are. What can't be read twice (stdin, pipes) is copied to
//! a temporary file first, where a command has to.

use std::fmt::Display;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use ttlog_core::snapshot::{Facts, Flaw, ReadError};
use ttlog_core::{EventRef, SnapshotReader};

use crate::output::tell;
use crate::progress::Progress;

/// How much is read at once.
const PIECE_BYTES: usize = 256 << 10;

/// A file on the command line.
#[derive(Debug)]
pub(crate) struct Source {
    path: PathBuf,
    /// Of what can't be read twice.
    copy: Option<File>,
}

impl Source {
    /// A file; `-` is stdin.
    pub(crate) fn new(path: &Path) -> Source {
        Source {
            path: path.to_owned(),
            copy: None,
        }
    }

    /// What it is called in messages.
    pub(crate) fn name(&self) -> String {
        match self.path.to_str() {
            Some("-") => "stdin".to_owned(),
            _ => self.path.display().to_string(),
        }
    }

    /// Sees to it that it can be opened more than once. What can't be opened at all is left for [`Source::open`] to refuse.
    ///
    /// # Errors
    /// It can't be read, or the copy can't be written.
    pub(crate) fn make_rereadable(&mut self) -> io::Result<()> {
        if self.copy.is_none()
            && self.bytes().is_none()
            && let Ok(mut input) = self.input()
        {
            let mut copy = tempfile::tempfile()?;
            io::copy(&mut input, &mut copy)?;
            self.copy = Some(copy);
        }
        Ok(())
    }

    /// Its length, where that is known before it is read.
    pub(crate) fn bytes(&self) -> Option<u64> {
        if let Some(copy) = &self.copy {
            return Some(copy.metadata().ok()?.len());
        }
        let metadata = std::fs::metadata(&self.path).ok()?;
        (metadata.is_file() && self.path != Path::new("-")).then_some(metadata.len())
    }

    /// Opens it as what it is.
    ///
    /// # Errors
    /// It can't be read, or is of no kind that can be.
    pub(crate) fn open(&self, progress: &Rc<Progress>) -> Result<Reader, ReadError> {
        let input = Counted {
            input: self.input()?,
            progress: Rc::clone(progress),
        };
        let input = BufReader::with_capacity(PIECE_BYTES, input);
        Ok(Reader::Snapshot(Box::new(SnapshotReader::new(input)?)))
    }

    fn input(&self) -> io::Result<Box<dyn Read>> {
        if let Some(copy) = &self.copy {
            let mut copy = copy.try_clone()?;
            copy.rewind()?;
            return Ok(Box::new(copy));
        }
        if self.path == Path::new("-") {
            return Ok(Box::new(io::stdin().lock()));
        }
        Ok(Box::new(File::open(&self.path)?))
    }

    /// Tells in one line why nothing, or not all, of it was read.
    pub(crate) fn tell_error(&self, error: &impl Display) {
        tell(&format!("ttlog: {}: {error}", self.name()));
    }
}

/// The sources of a command line.
pub(crate) fn sources(paths: &[PathBuf]) -> Vec<Source> {
    paths.iter().map(|path| Source::new(path)).collect()
}

/// Counts what is read.
pub(crate) struct Counted {
    input: Box<dyn Read>,
    progress: Rc<Progress>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.input.read(buffer)?;
        self.progress.advance(length);
        Ok(length)
    }
}

/// An open file of one of the kinds that there are.
pub(crate) enum Reader {
    Snapshot(Box<SnapshotReader<BufReader<Counted>>>),
}

impl Reader {
    /// What the file says of its process.
    pub(crate) fn facts(&self) -> &Facts {
        match self {
            Reader::Snapshot(reader) => reader.facts(),
        }
    }

    /// Goes to the next event; `false` at the end.
    pub(crate) fn advance(&mut self) -> Result<bool, ReadError> {
        match self {
            Reader::Snapshot(reader) => reader.advance(),
        }
    }

    /// The event that reading has come to.
    #[inline]
    pub(crate) fn current(&self) -> Option<EventRef<'_>> {
        match self {
            Reader::Snapshot(reader) => reader.current(),
        }
    }

    /// What was wrong with what was read.
    pub(crate) fn flaws(&self) -> &[Flaw] {
        match self {
            Reader::Snapshot(reader) => reader.flaws(),
        }
    }

    /// Whether the end was reached and nothing was wrong.
    pub(crate) fn is_complete(&self) -> bool {
        match self {
            Reader::Snapshot(reader) => reader.is_complete(),
        }
    }
}
