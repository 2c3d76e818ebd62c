//! [`Output`]: stdout, a pager or a file, in large pieces; and lines on stderr.

use std::io::{self, IsTerminal, StdoutLock, Write};
use std::path::Path;
use std::process::ExitCode;

use crate::new_file::NewFile;
use crate::pager::{Pager, Wish};

/// Above this many bytes the buffer is written.
const BUFFER_BYTES: usize = 64 << 10;

/// Where the text goes, in large pieces.
#[derive(Debug)]
pub(crate) struct Output {
    target: Target,
    /// What is not written yet; append to it, then call [`Output::advance`].
    pub(crate) text: String,
}

#[derive(Debug)]
enum Target {
    Stdout(StdoutLock<'static>),
    /// A terminal; what doesn't fit on it goes to a pager.
    Screen {
        wish: Wish,
        columns: usize,
        rows: usize,
        /// Of the text: what is counted, and the rows that it takes.
        counted: usize,
        counted_rows: usize,
    },
    Pager(Pager),
    File(NewFile),
}

impl Output {
    /// Stdout.
    pub(crate) fn stdout() -> Output {
        Output::new(Target::Stdout(io::stdout().lock()))
    }

    /// Stdout, or a pager where it is a terminal and the text doesn't fit on it.
    pub(crate) fn paged(wish: Wish) -> Output {
        if wish == Wish::No || !io::stdout().is_terminal() {
            return Output::stdout();
        }
        let size = terminal_size::terminal_size();
        let (columns, rows) = size.map_or((80, 24), |(columns, rows)| (columns.0, rows.0));
        Output::new(Target::Screen {
            wish,
            columns: usize::from(columns).max(1),
            // The prompt takes one.
            rows: usize::from(rows).saturating_sub(1),
            counted: 0,
            counted_rows: 0,
        })
    }

    /// A pager, whatever stdout is and however short the text; stdout where it can't be started.
    pub(crate) fn pager(wish: &Wish) -> Output {
        match wish.start() {
            Some(pager) => Output::new(Target::Pager(pager)),
            None => Output::stdout(),
        }
    }

    /// A file; see [`NewFile`].
    ///
    /// # Errors
    /// The file can't be made.
    pub(crate) fn file(path: &Path) -> io::Result<Output> {
        Ok(Output::new(Target::File(NewFile::new(path)?)))
    }

    fn new(target: Target) -> Output {
        Output {
            target,
            text: String::with_capacity(BUFFER_BYTES * 2),
        }
    }

    /// Writes the buffer if it is full.
    #[inline]
    pub(crate) fn advance(&mut self) -> io::Result<()> {
        if self.text.len() >= BUFFER_BYTES || matches!(self.target, Target::Screen { .. }) {
            self.write_some()?;
        }
        Ok(())
    }

    #[cold]
    fn write_some(&mut self) -> io::Result<()> {
        if let Target::Screen {
            wish,
            columns,
            rows,
            counted,
            counted_rows,
        } = &mut self.target
        {
            for line in self.text[*counted..].split_inclusive('\n') {
                *counted_rows += line.len().div_ceil(*columns);
            }
            *counted = self.text.len();
            if *counted_rows <= *rows {
                return Ok(());
            }
            self.target = match wish.start() {
                Some(pager) => Target::Pager(pager),
                None => Target::Stdout(io::stdout().lock()),
            };
        }
        if self.text.len() >= BUFFER_BYTES {
            self.write()?;
        }
        Ok(())
    }

    /// Writes what is there, so that it is seen before more comes.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.write()
    }

    /// Writes the buffer.
    fn write(&mut self) -> io::Result<()> {
        let text = self.text.as_bytes();
        match &mut self.target {
            Target::Stdout(stdout) => {
                stdout.write_all(text)?;
                stdout.flush()?;
            }
            Target::Screen { .. } => io::stdout().write_all(text)?,
            Target::Pager(pager) => pager.write(text)?,
            Target::File(file) => file.write_all(text)?,
        }
        self.text.clear();
        Ok(())
    }

    /// Writes the rest; waits for the pager, which has the terminal for itself until then; gives a file its name.
    ///
    /// # Errors
    /// It could not be written. A reader that went away is no error.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        let written = self.write();
        match self.target {
            Target::Pager(pager) => pager.finish()?,
            Target::File(file) if written.is_ok() => file.finish()?,
            _ => {}
        }
        without_broken_pipe(written)
    }
}

/// A reader that went away has seen what it wanted.
pub(crate) fn without_broken_pipe(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// The exit code of a command that could write its output or not, and that could read all of its input or not.
pub(crate) fn exit_code(written: io::Result<()>, all_read: bool) -> ExitCode {
    match without_broken_pipe(written) {
        Ok(()) if all_read => ExitCode::SUCCESS,
        Ok(()) => ExitCode::FAILURE,
        Err(error) => {
            tell(&format!("ttlog: could not write the output: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// Writes a line to stderr. Control characters in it are escaped, so that it is one line and does nothing to a terminal.
pub(crate) fn tell(line: &str) {
    write_to_stderr(&format!("{}\n", printable(line)));
}

/// The same for what is not about the matter itself: on a terminal that shows colours it is dim.
pub(crate) fn tell_aside(line: &str) {
    if io::stderr().is_terminal() && environment_allows_colors() {
        write_to_stderr(&format!("\x1b[2m{}\x1b[0m\n", printable(line)));
    } else {
        tell(line);
    }
}

fn write_to_stderr(text: &str) {
    // Where stderr is closed there is nobody to tell.
    let _ = io::stderr().write_all(text.as_bytes());
}

/// Whether a terminal may be given colours.
pub(crate) fn environment_allows_colors() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !is_set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// The text with its control characters escaped.
pub(crate) fn printable(text: &str) -> String {
    let mut printable = String::with_capacity(text.len());
    for character in text.chars() {
        if changes_a_terminal(character) {
            printable.extend(character.escape_default());
        } else {
            printable.push(character);
        }
    }
    printable
}

/// Control characters, line separators, and those that turn the direction of writing.
pub(crate) fn changes_a_terminal(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_line_makes_a_second_one_or_a_colour() {
        assert_eq!(printable("a\nb\u{1b}[31mß"), "a\\nb\\u{1b}[31mß");
        assert_eq!(printable("\u{202e}x"), "\\u{202e}x");
    }
}
