//! [`Json`]: a value of `serde` as JSON text.

use std::fmt;
use std::io;

use serde_core::Serialize;

/// Shows a value as JSON in one line; what can't be is cut there, and said so.
pub(crate) struct Json<'a, T: ?Sized>(pub(crate) &'a T);

impl<T: Serialize + ?Sized> fmt::Display for Json<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut output = Output {
            formatter: f,
            is_full: false,
        };
        match serde_json::to_writer(&mut output, self.0) {
            Ok(()) => Ok(()),
            Err(_) if output.is_full => Err(fmt::Error),
            Err(error) => write!(f, " (no JSON: {error})"),
        }
    }
}

/// A formatter as what `serde_json` writes to.
struct Output<'a, 'b> {
    formatter: &'a mut fmt::Formatter<'b>,
    is_full: bool,
}

impl io::Write for Output<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes).map(|()| bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        let text = std::str::from_utf8(bytes).map_err(io::Error::other)?;
        self.formatter.write_str(text).map_err(|error| {
            self.is_full = true;
            io::Error::other(error)
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn what_is_no_json_says_so() {
        assert_eq!(Json(&[1, 2]).to_string(), "[1,2]");
        let keys_are_no_texts = BTreeMap::from([([1, 2], 3)]);
        let shown = Json(&keys_are_no_texts).to_string();
        assert!(shown.contains("(no JSON: key must be a string"), "{shown}");
    }

    #[test]
    fn an_error_of_the_place_that_it_is_written_to_is_passed_on() {
        struct Full;

        impl fmt::Write for Full {
            fn write_str(&mut self, _text: &str) -> fmt::Result {
                Err(fmt::Error)
            }
        }

        assert!(fmt::write(&mut Full, format_args!("{}", Json(&1))).is_err());
    }
}
