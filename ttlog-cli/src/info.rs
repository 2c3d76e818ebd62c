//! `ttlog info`: what a snapshot says of its process, how many events of which level it has, and which log calls made most
//! of them.

use std::collections::HashMap;
use std::fmt::Write;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use ttlog_core::snapshot::{FactValue, ReadError};
use ttlog_core::{EventRef, LogLevel};

use crate::cli::InfoOptions;
use crate::input::{self, Reader};
use crate::output::{Output, printable, tell};
use crate::time;

/// Describes all files; see the help text for the exit codes.
pub(crate) fn run(options: &InfoOptions) -> ExitCode {
    let mut output = Output::new();
    let mut all_read = true;
    for path in &options.files {
        let outcome = describe(path, options, &mut output.text);
        match outcome {
            Ok(whole) => all_read &= whole,
            Err(error) => {
                input::tell_error(path, &error);
                all_read = false;
            }
        }
        match output.flush() {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return ExitCode::SUCCESS,
            Err(error) => {
                tell(&format!("ttlog: could not write the output: {error}"));
                return ExitCode::FAILURE;
            }
        }
    }
    if all_read {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// What identifies a log call, and how it is shown.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Call {
    level: LogLevel,
    target: String,
    file: String,
    line: u32,
    message: String,
}

/// What is counted over all events.
#[derive(Debug, Default)]
struct Counts {
    events: u64,
    levels: [u64; LogLevel::ALL.len()],
    threads: HashMap<u32, u64>,
    calls: HashMap<Call, u64>,
    first_ns: Option<u64>,
    last_ns: Option<u64>,
}

impl Counts {
    fn add(&mut self, event: &EventRef<'_>) {
        self.events += 1;
        self.levels[event.level() as usize] += 1;
        *self.threads.entry(event.thread_id()).or_default() += 1;
        let time = event.timestamp_nanos();
        self.first_ns = Some(self.first_ns.map_or(time, |first| first.min(time)));
        self.last_ns = Some(self.last_ns.map_or(time, |last| last.max(time)));
        let call = Call {
            level: event.level(),
            target: event.target().to_owned(),
            file: event.file().to_owned(),
            line: event.line(),
            message: event.message_template().to_owned(),
        };
        *self.calls.entry(call).or_default() += 1;
    }
}

/// Describes one file; gives whether nothing was wrong with it.
fn describe(path: &Path, options: &InfoOptions, text: &mut String) -> Result<bool, ReadError> {
    let mut reader = input::open(path)?;
    let mut counts = Counts::default();
    while let Some(event) = reader.next_event()? {
        counts.add(&event);
    }
    // Writing to a string can't fail.
    let _ = report(path, &reader, &counts, options.top, text);
    Ok(input::tell_flaws(path, &reader))
}

fn report(
    path: &Path,
    reader: &Reader,
    counts: &Counts,
    top: usize,
    text: &mut String,
) -> std::fmt::Result {
    writeln!(text, "{}", printable(&input::name(path)))?;
    for (name, value) in reader.facts().iter() {
        let value = match value {
            FactValue::Number(number) if name.ends_with("_time_ns") => time::display(*number),
            FactValue::Number(number) => number.to_string(),
            FactValue::Text(text) => printable(text),
            _ => continue,
        };
        let name = printable(name.strip_suffix("_ns").unwrap_or(name)).replace('_', " ");
        writeln!(text, "  {name:<16} {value}")?;
    }
    writeln!(text, "  {:<16} {}", "events here", counts.events)?;
    if let (Some(first), Some(last)) = (counts.first_ns, counts.last_ns) {
        writeln!(text, "  {:<16} {}", "first event", time::display(first))?;
        writeln!(text, "  {:<16} {}", "last event", time::display(last))?;
    }
    writeln!(text, "  {:<16} {}", "threads", counts.threads.len())?;
    for level in LogLevel::ALL.into_iter().rev() {
        match counts.levels[level as usize] {
            0 => {}
            count => writeln!(text, "  {level:<16} {count}")?,
        }
    }
    writeln!(
        text,
        "  {:<16} {}",
        "complete",
        if reader.is_complete() { "yes" } else { "no" }
    )?;
    let mut calls: Vec<_> = counts.calls.iter().collect();
    calls.sort_by(|(one, one_count), (other, other_count)| {
        other_count.cmp(one_count).then_with(|| one.cmp(other))
    });
    for (call, count) in calls.into_iter().take(top) {
        let line = match call.line {
            0 => String::new(),
            line => format!(":{line}"),
        };
        let said = format!(
            "{} {} {}{line} {}",
            call.level, call.target, call.file, call.message
        );
        writeln!(text, "  {count:>10} × {}", printable(&said))?;
    }
    Ok(())
}
