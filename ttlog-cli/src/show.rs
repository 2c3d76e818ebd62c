//! `ttlog show`: prints the events of snapshots.

use std::convert::Infallible;
use std::io::{self, IsTerminal};
use std::process::ExitCode;

use crate::cli::{ColorChoice, ShowOptions};
use crate::follow;
use crate::header;
use crate::line::LineWriter;
use crate::output::{Output, environment_allows_colors, tell_aside};
use crate::pager::Wish;
use crate::query::{Passes, Query, Reading};

/// Prints the events of all files; see the help text for the exit codes.
pub(crate) fn run(options: &ShowOptions) -> ExitCode {
    if options.follow {
        return follow::run(options);
    }
    let to_terminal = io::stdout().is_terminal();
    let query = match Query::new(&options.files, &options.filters, Passes::One, to_terminal) {
        Ok(query) => query,
        Err(code) => return code,
    };
    let mut reading = query.read();
    if options.count {
        return count(reading);
    }
    if !options.quiet {
        for stream in reading.merge.streams() {
            tell_aside(&header::line(stream.name(), stream.facts()));
        }
    }
    let colored = is_colored(options.color);
    let mut writer = LineWriter::new(options.format.kind(), colored, reading.merge.streams());
    let mut output = output(options);
    let written = reading.write(&mut writer, &mut output);
    reading.hide_progress();
    // Before anything is told: the pager has the terminal until then.
    let finished = output.finish();
    if matches!(written, Ok(0)) && !options.quiet {
        reading.tell_nothing();
    }
    reading.finish(written.and(finished))
}

/// Prints how many events are wanted.
fn count(mut reading: Reading<'_>) -> ExitCode {
    let mut count: u64 = 0;
    let Ok(()) = reading.for_each(|_, _| {
        count += 1;
        Ok::<(), Infallible>(())
    });
    reading.hide_progress();
    let mut output = Output::stdout();
    output.text = format!("{}\n", reading.at_most_last(count));
    let finished = output.finish();
    reading.finish(finished)
}

fn output(options: &ShowOptions) -> Output {
    match &options.pager {
        _ if options.no_pager => Output::stdout(),
        Some(command) => Output::pager(&Wish::of(command)),
        None => Output::paged(Wish::from_env()),
    }
}

/// Whether what goes to stdout has colours.
pub(crate) fn is_colored(choice: ColorChoice) -> bool {
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => io::stdout().is_terminal() && environment_allows_colors(),
    }
}
