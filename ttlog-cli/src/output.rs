//! [`Output`]: stdout in large pieces; and lines on stderr.

use std::io::{self, StdoutLock, Write};

/// Above this many bytes the buffer is written.
const BUFFER_BYTES: usize = 64 << 10;

/// Stdout in large pieces.
#[derive(Debug)]
pub(crate) struct Output {
    stdout: StdoutLock<'static>,
    /// What is not written yet; append to it, then call [`Output::advance`].
    pub(crate) text: String,
}

impl Output {
    pub(crate) fn new() -> Output {
        Output {
            stdout: io::stdout().lock(),
            text: String::with_capacity(BUFFER_BYTES * 2),
        }
    }

    /// Writes the buffer if it is full.
    pub(crate) fn advance(&mut self) -> io::Result<()> {
        if self.text.len() >= BUFFER_BYTES {
            self.flush()?;
        }
        Ok(())
    }

    /// Writes the buffer.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.stdout.write_all(self.text.as_bytes())?;
        self.text.clear();
        self.stdout.flush()
    }
}

/// Writes a line to stderr. Control characters in it are escaped, so that it is one line and does nothing to a terminal.
pub(crate) fn tell(line: &str) {
    let mut text = printable(line);
    text.push('\n');
    // Where stderr is closed there is nobody to tell.
    let _ = io::stderr().write_all(text.as_bytes());
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
fn changes_a_terminal(character: char) -> bool {
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
