//! `ttlog show --follow`: prints what comes into the black box of a process while it runs.

use std::io::{self, Cursor};
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Duration;

use ttlog_core::black_box::Follower;
use ttlog_core::snapshot::ReadError;

use crate::cli::ShowOptions;
use crate::header;
use crate::input::{Reader, Source};
use crate::line::LineWriter;
use crate::merge::Merge;
use crate::output::{Output, exit_code, tell, tell_aside};
use crate::progress::Progress;
use crate::query::Reading;
use crate::select::Selection;
use crate::show::is_colored;
use crate::time::Anchors;

/// How long it waits before it looks for more. Events are in the black box up to 40 ms after their call.
const PAUSE: Duration = Duration::from_millis(50);
/// How many of the events that there are already it begins with, unless told otherwise.
const FIRST_EVENTS: usize = 10;

/// Prints events until the process ends or the reader of the output goes away.
pub(crate) fn run(options: &ShowOptions) -> ExitCode {
    let [path] = &options.files[..] else {
        tell("ttlog: --follow takes one file, the black box of a process");
        return ExitCode::from(2);
    };
    let source = Source::new(path);
    let image = match source.open_image() {
        Ok(image) => image,
        Err(ReadError::Foreign) => {
            tell(&format!(
                "ttlog: {}: not a black box; only that of a process can be followed",
                source.name()
            ));
            return ExitCode::FAILURE;
        }
        Err(error) => {
            source.tell_error(&error);
            return ExitCode::FAILURE;
        }
    };
    if !options.quiet {
        tell_aside(&header::line(&source.name(), &image.facts()));
    }
    let mut follow = Follow {
        options,
        follower: image.follow(true),
        output: Output::stdout(),
        writer: LineWriter::new(options.format.kind(), is_colored(options.color), &[]),
        anchors: None,
    };
    let result = follow.until_the_end();
    if result.is_ok() && !options.quiet {
        tell(&format!(
            "ttlog: {0}: the process has ended; `ttlog show {0}` prints all that it left",
            source.name()
        ));
    }
    exit_code(result, true)
}

struct Follow<'a> {
    options: &'a ShowOptions,
    follower: Follower,
    output: Output,
    writer: LineWriter,
    /// What times are relative to: the events that were there at first.
    anchors: Option<Anchors>,
}

impl Follow<'_> {
    fn until_the_end(&mut self) -> io::Result<()> {
        loop {
            // Asked before, so that what came in between is printed.
            let is_live = self.follower.is_live();
            match self.follower.poll() {
                Some(snapshot) => self.print(snapshot)?,
                None if !is_live => return Ok(()),
                None => std::thread::sleep(PAUSE),
            }
        }
    }

    /// Prints what is wanted of the events that have come.
    fn print(&mut self, snapshot: Vec<u8>) -> io::Result<()> {
        let filters = &self.options.filters;
        let is_first = self.anchors.is_none();
        let anchors = match self.anchors {
            Some(anchors) => anchors,
            None => *self
                .anchors
                .insert(Anchors::new(time_span(snapshot.clone()))),
        };
        let Ok(reader) = read(snapshot) else {
            return Ok(());
        };
        let asks_for_a_part = filters.since().next().is_some() || filters.last_count().is_some();
        let last = match (is_first, asks_for_a_part) {
            (true, false) => Some(FIRST_EVENTS),
            (true, true) => filters.last_count(),
            (false, _) => None,
        };
        let mut reading = Reading::new(Merge::of(reader), Selection::new(filters, anchors), last);
        reading.write(&mut self.writer, &mut self.output)?;
        self.output.flush()
    }
}

fn read(snapshot: Vec<u8>) -> Result<Reader, ReadError> {
    Reader::snapshot(Box::new(Cursor::new(snapshot)), &Rc::new(Progress::none()))
}

/// When the first and the last event of a snapshot happened.
fn time_span(snapshot: Vec<u8>) -> Option<(u64, u64)> {
    let mut reader = read(snapshot).ok()?;
    let mut span: Option<(u64, u64)> = None;
    while matches!(reader.advance(), Ok(true)) {
        let time = reader.current()?.timestamp_nanos();
        let (first, last) = span.unwrap_or((time, time));
        span = Some((first.min(time), last.max(time)));
    }
    span
}
