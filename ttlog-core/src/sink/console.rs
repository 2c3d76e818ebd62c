//! [`Console`]: events to stderr or stdout.

use std::ffi::OsStr;
use std::fmt;
use std::io::{self, IsTerminal, Write};

use super::output::Output;
use super::stream::Stream;
use super::{ChildSink, Sink};
use crate::decode::EventRef;
use crate::format::Format;
use crate::format::guard::GuardedFormat;

/// Writes events to stderr or stdout.
///
/// The format is the one that the environment variable `TTLOG_FORMAT` names (`text`, `pretty`, `json`, `logfmt`), or text,
/// unless [`Console::format`] says otherwise. Lines are written whole, many at once; a pipe that nobody reads any
/// more is reported as an error of the sink.
///
/// ```
/// use ttlog_core::format::Pretty;
/// use ttlog_core::sink::{ColorChoice, Console};
///
/// let console = Console::stderr().format(Pretty).color(ColorChoice::Never);
/// ```
pub struct Console {
    output: Output<Box<dyn Write + Send>>,
    format: GuardedFormat,
    stream: Stream,
    is_terminal: bool,
}

/// Whether a console shows colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum ColorChoice {
    /// Where the stream is a terminal, `NO_COLOR` is unset or empty, and `TERM` isn't `dumb`.
    #[default]
    Auto,
    /// Always, even into a file.
    Always,
    /// Never.
    Never,
}

impl ColorChoice {
    fn decide(self, is_terminal: bool, no_color: Option<&OsStr>, term: Option<&OsStr>) -> bool {
        match self {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => {
                is_terminal
                    && no_color.is_none_or(OsStr::is_empty)
                    && term != Some(OsStr::new("dumb"))
            }
        }
    }
}

impl Console {
    /// To stderr.
    pub fn stderr() -> Console {
        let is_terminal = io::stderr().is_terminal();
        Console::new(Stream::Stderr, Box::new(Stream::Stderr), is_terminal)
    }

    /// To stdout.
    pub fn stdout() -> Console {
        let is_terminal = io::stdout().is_terminal();
        Console::new(Stream::Stdout, Box::new(Stream::Stdout), is_terminal)
    }

    fn new(stream: Stream, writer: Box<dyn Write + Send>, is_terminal: bool) -> Console {
        let console = Console {
            output: Output::new(writer),
            format: GuardedFormat::from_env(),
            stream,
            is_terminal,
        };
        console.color(ColorChoice::Auto)
    }

    /// The same console with another format.
    pub fn format(mut self, format: impl Format) -> Console {
        self.format.replace(format);
        self
    }

    /// The same console with or without colours; [`ColorChoice::Auto`] at first.
    pub fn color(mut self, choice: ColorChoice) -> Console {
        let no_color = std::env::var_os("NO_COLOR");
        let term = std::env::var_os("TERM");
        self.format.colored = choice.decide(self.is_terminal, no_color.as_deref(), term.as_deref());
        self
    }
}

impl Sink for Console {
    fn write(&mut self, event: &EventRef<'_>) -> io::Result<()> {
        self.output.append(self.format.format(event).as_bytes())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }

    fn for_child(&self) -> Option<ChildSink> {
        let (format, stream) = (self.format.duplicate()?, self.stream);
        let is_terminal = self.is_terminal;
        Some(ChildSink::new(move || {
            Ok(Console {
                output: Output::new(Box::new(stream)),
                format,
                stream,
                is_terminal,
            })
        }))
    }

    fn name(&self) -> String {
        format!("console {}", self.stream.name())
    }
}

impl fmt::Debug for Console {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Console")
            .field("stream", &self.stream)
            .field("format", &self.format)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::super::output::tests::{Answer, Scripted};
    use super::*;
    use crate::LogLevel;
    use crate::format::Text;
    use crate::format::testing::{event, record};
    use std::io::ErrorKind;

    fn console(is_terminal: bool) -> (Console, Scripted) {
        let writer = Scripted::default();
        let console = Console::new(Stream::Stderr, Box::new(writer.clone()), is_terminal);
        (console.format(Text), writer)
    }

    #[test]
    fn colours_are_for_terminals_that_want_them() {
        let decide = |terminal, no_color: Option<&'static str>, term: Option<&'static str>| {
            ColorChoice::Auto.decide(terminal, no_color.map(OsStr::new), term.map(OsStr::new))
        };
        assert!(decide(true, None, Some("xterm")) && decide(true, Some(""), None));
        assert!(!decide(false, None, Some("xterm")));
        assert!(!decide(true, Some("1"), Some("xterm")));
        assert!(!decide(true, None, Some("dumb")));
        assert!(ColorChoice::Always.decide(false, Some(OsStr::new("1")), None));
        assert!(!ColorChoice::Never.decide(true, None, None));
    }

    #[test]
    fn events_wait_for_the_flush_and_are_written_at_once() {
        let (console, writer) = console(false);
        let mut console = console.color(ColorChoice::Always);
        let record = record(&event(LogLevel::Info, "hello"));
        console.write(&record.event()).unwrap();
        console.write(&record.event()).unwrap();
        assert_eq!(writer.written(), "");
        console.flush().unwrap();
        assert_eq!(writer.calls(), 1);
        assert_eq!(writer.written().matches("hello\n").count(), 2);
        assert!(writer.written().contains("\x1b[32m"));
        assert_eq!(console.name(), "console stderr");
    }

    #[test]
    fn a_closed_pipe_is_an_error_and_no_panic() {
        let (mut console, writer) = console(false);
        writer.answers([Answer::Fail(ErrorKind::BrokenPipe); 2]);
        let record = record(&event(LogLevel::Info, "hello"));
        console.write(&record.event()).unwrap();
        assert_eq!(console.flush().unwrap_err().kind(), ErrorKind::BrokenPipe);
        drop(console);
        assert_eq!(writer.written(), "");
    }
}
