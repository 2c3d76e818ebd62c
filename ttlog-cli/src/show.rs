//! `ttlog show`: prints the events of snapshots.

use std::collections::VecDeque;
use std::io::{self, IsTerminal};
use std::path::Path;
use std::process::ExitCode;

use ttlog_core::snapshot::ReadError;
use ttlog_core::{EventRef, Format};

use crate::cli::{ColorChoice, ShowOptions};
use crate::header;
use crate::input::{self, Reader};
use crate::output::{Output, tell};
use crate::select::Selection;

/// Prints all files; see the help text for the exit codes.
pub(crate) fn run(options: &ShowOptions) -> ExitCode {
    let mut show = Show {
        format: options.format.kind().boxed(),
        colored: is_colored(options.color),
        output: Output::new(),
    };
    let mut all_shown = true;
    for path in &options.files {
        match show.file(path, options) {
            Ok(whole) => all_shown &= whole,
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return ExitCode::SUCCESS,
            Err(error) => {
                tell(&format!("ttlog: could not write the output: {error}"));
                return ExitCode::FAILURE;
            }
        }
    }
    if all_shown {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn is_colored(choice: ColorChoice) -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => {
            let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
            !is_set("NO_COLOR") && !is_dumb && io::stdout().is_terminal()
        }
    }
}

struct Show {
    format: Box<dyn Format>,
    colored: bool,
    output: Output,
}

impl Show {
    /// Prints a file; gives whether all of it could be read. Only errors of the output are errors.
    fn file(&mut self, path: &Path, options: &ShowOptions) -> io::Result<bool> {
        let mut reader = match input::open(path) {
            Ok(reader) => reader,
            Err(error) => {
                input::tell_error(path, &error);
                return Ok(false);
            }
        };
        let mut selection = match Selection::new(&options.filters, reader.facts()) {
            Ok(selection) => selection,
            Err(reason) => {
                input::tell_error(path, &reason);
                return Ok(false);
            }
        };
        if !options.quiet {
            tell(&header::line(&input::name(path), reader.facts()));
        }
        let read = match options.last {
            None => self.all(&mut reader, &mut selection)?,
            Some(count) => self.last(count, &mut reader, &mut selection)?,
        };
        self.output.flush()?;
        if let Err(error) = read {
            input::tell_error(path, &error);
            return Ok(false);
        }
        Ok(input::tell_flaws(path, &reader))
    }

    /// Prints all events that are wanted; the outer result is the output's, the inner one the input's.
    fn all(
        &mut self,
        reader: &mut Reader,
        selection: &mut Selection<'_>,
    ) -> io::Result<Result<(), ReadError>> {
        loop {
            match reader.next_event() {
                Ok(Some(event)) if selection.wants(&event) => {
                    write(&*self.format, self.colored, &event, &mut self.output.text);
                    self.output.advance()?;
                }
                Ok(Some(_)) => {}
                Ok(None) => return Ok(Ok(())),
                Err(error) => return Ok(Err(error)),
            }
        }
    }

    /// Prints the last `count` of the events that are wanted.
    fn last(
        &mut self,
        count: usize,
        reader: &mut Reader,
        selection: &mut Selection<'_>,
    ) -> io::Result<Result<(), ReadError>> {
        let mut kept: VecDeque<String> = VecDeque::new();
        let outcome = loop {
            match reader.next_event() {
                Ok(Some(event)) if count > 0 && selection.wants(&event) => {
                    let mut text = if kept.len() == count {
                        kept.pop_front().unwrap_or_default()
                    } else {
                        String::new()
                    };
                    text.clear();
                    write(&*self.format, self.colored, &event, &mut text);
                    kept.push_back(text);
                }
                Ok(Some(_)) => {}
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        for text in kept {
            self.output.text.push_str(&text);
            self.output.advance()?;
        }
        Ok(outcome)
    }
}

fn write(format: &dyn Format, colored: bool, event: &EventRef<'_>, text: &mut String) {
    if colored {
        format.format_colored(event, text);
    } else {
        format.format(event, text);
    }
}
