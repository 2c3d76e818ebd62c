//! [`Source`] and [`Reader`]: the files on the command line, opened as what their first bytes say they are.
//!
//! This is the only place that knows which kinds of file there are: a snapshot is read as it is, the file of a black box is made
//! into a snapshot first. What can't be read twice (stdin, pipes) is copied to
//! a temporary file first, where a command has to.

use std::cell::OnceCell;
use std::fmt::Display;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Cursor, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use tempfile::NamedTempFile;
use ttlog_core::black_box::ImageFile;
use ttlog_core::snapshot::{Facts, Flaw, ReadError};
use ttlog_core::{EventRef, SnapshotReader};

use crate::output::tell;
use crate::progress::Progress;

/// By so many bytes the kinds of files are told apart.
const MAGIC_BYTES: u64 = 8;
/// How much is read at once.
const PIECE_BYTES: usize = 64 << 10;

/// A file on the command line.
#[derive(Debug)]
pub(crate) struct Source {
    path: PathBuf,
    /// Of what can't be read twice.
    copy: Option<File>,
    /// The snapshot that was made of a black box.
    recovered: OnceCell<File>,
}

impl Source {
    /// A file; `-` is stdin.
    pub(crate) fn new(path: &Path) -> Source {
        Source {
            path: path.to_owned(),
            copy: None,
            recovered: OnceCell::new(),
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
        let mut input: Box<dyn Read> = match self.recovered.get() {
            Some(recovered) => reread(recovered)?,
            None => self.input()?,
        };
        let mut first_bytes = Vec::new();
        input
            .by_ref()
            .take(MAGIC_BYTES)
            .read_to_end(&mut first_bytes)?;
        if ImageFile::is_image(&first_bytes) {
            let image = self.image(&first_bytes, input)?;
            let mut recovered = tempfile::tempfile()?;
            image.recover(BufWriter::new(&mut recovered))?;
            input = reread(self.recovered.get_or_init(|| recovered))?;
        } else {
            input = Box::new(Cursor::new(first_bytes).chain(input));
        }
        Reader::snapshot(input, progress)
    }

    /// Opens the black box that it is.
    ///
    /// # Errors
    /// It can't be read, or is no black box.
    pub(crate) fn open_image(&self) -> Result<ImageFile, ReadError> {
        let mut input = self.input()?;
        let mut first_bytes = Vec::new();
        input
            .by_ref()
            .take(MAGIC_BYTES)
            .read_to_end(&mut first_bytes)?;
        self.image(&first_bytes, input)
    }

    /// The black box that begins with these bytes. It is read in any order, so one that comes through a pipe is copied.
    fn image(&self, first_bytes: &[u8], mut rest: Box<dyn Read>) -> Result<ImageFile, ReadError> {
        if self.copy.is_none() && self.bytes().is_some() {
            return ImageFile::open(&self.path);
        }
        let mut copy = NamedTempFile::new()?;
        copy.write_all(first_bytes)?;
        io::copy(&mut rest, &mut copy)?;
        // What is open stays readable when the name is gone.
        ImageFile::open(copy.path())
    }

    fn input(&self) -> io::Result<Box<dyn Read>> {
        if let Some(copy) = &self.copy {
            return reread(copy);
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

/// The file once more, from its beginning.
fn reread(file: &File) -> io::Result<Box<dyn Read>> {
    let mut file = file.try_clone()?;
    file.rewind()?;
    Ok(Box::new(file))
}

/// The sources of a command line.
pub(crate) fn sources(paths: &[PathBuf]) -> Vec<Source> {
    paths.iter().map(|path| Source::new(path)).collect()
}

/// Counts what is read.
struct Counted {
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

/// An open file.
pub(crate) struct Reader {
    snapshot: SnapshotReader<BufReader<Counted>>,
}

impl Reader {
    /// Reads a snapshot.
    ///
    /// # Errors
    /// It can't be read, or is none.
    pub(crate) fn snapshot(
        input: Box<dyn Read>,
        progress: &Rc<Progress>,
    ) -> Result<Reader, ReadError> {
        let input = Counted {
            input,
            progress: Rc::clone(progress),
        };
        let input = BufReader::with_capacity(PIECE_BYTES, input);
        Ok(Reader {
            snapshot: SnapshotReader::new(input)?,
        })
    }

    /// What the file says of its process.
    pub(crate) fn facts(&self) -> &Facts {
        self.snapshot.facts()
    }

    /// Goes to the next event; `false` at the end.
    pub(crate) fn advance(&mut self) -> Result<bool, ReadError> {
        self.snapshot.advance()
    }

    /// The event that reading has come to.
    #[inline]
    pub(crate) fn current(&self) -> Option<EventRef<'_>> {
        self.snapshot.current()
    }

    /// What was wrong with what was read.
    pub(crate) fn flaws(&self) -> &[Flaw] {
        self.snapshot.flaws()
    }

    /// Whether the end was reached and nothing was wrong.
    pub(crate) fn is_complete(&self) -> bool {
        self.snapshot.is_complete()
    }
}
