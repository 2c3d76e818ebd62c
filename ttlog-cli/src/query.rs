//! [`Query`]: the files and filters of a command line, and the events that they let through, written one after another.

use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use std::rc::Rc;

use ttlog_core::EventRef;

use crate::filters::Filters;
use crate::input::{self, Source};
use crate::merge::{Merge, time_span};
use crate::output::{Output, exit_code, tell};
use crate::progress::Progress;
use crate::select::{Selection, wants_process};
use crate::time::{self, Anchors};

/// Appends an event of the file with this number to a text.
pub(crate) trait EventWriter {
    fn push(&mut self, stream: usize, event: &EventRef<'_>, out: &mut String);
}

/// The files and filters of a command line.
#[derive(Debug)]
pub(crate) struct Query<'a> {
    sources: Vec<Source>,
    filters: &'a Filters,
    anchors: Anchors,
    /// Whether the output goes to a terminal, where no progress can be shown.
    to_terminal: bool,
}

/// How often the events are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Passes {
    One,
    Two,
}

impl<'a> Query<'a> {
    /// Takes a command line. Where times are relative to the events, these are read once for that.
    ///
    /// # Errors
    /// An input that has to be read twice can't be, which is told.
    pub(crate) fn new(
        files: &[PathBuf],
        filters: &'a Filters,
        passes: Passes,
        to_terminal: bool,
    ) -> Result<Query<'a>, ExitCode> {
        let mut query = Query {
            sources: input::sources(files),
            filters,
            anchors: Anchors::new(None),
            to_terminal,
        };
        let needs_time_span = filters.needs_time_span();
        if needs_time_span || passes == Passes::Two {
            query.make_rereadable()?;
        }
        if needs_time_span {
            let progress = query.progress();
            let span = time_span(&query.sources, &progress, |facts| {
                wants_process(filters, facts)
            });
            progress.finish();
            query.anchors = Anchors::new(span);
        }
        Ok(query)
    }

    fn make_rereadable(&mut self) -> Result<(), ExitCode> {
        for source in &mut self.sources {
            if let Err(error) = source.make_rereadable() {
                source.tell_error(&error);
                return Err(ExitCode::FAILURE);
            }
        }
        Ok(())
    }

    fn progress(&self) -> Rc<Progress> {
        let total_bytes = self.sources.iter().map(Source::bytes).sum();
        Rc::new(Progress::new(total_bytes, self.to_terminal))
    }

    /// Opens the files.
    pub(crate) fn read(&self) -> Reading<'a> {
        let progress = self.progress();
        let wants = |facts: &_| wants_process(self.filters, facts);
        Reading {
            progress: Rc::clone(&progress),
            ..Reading::new(
                Merge::open(&self.sources, &progress, wants),
                Selection::new(self.filters, self.anchors),
                self.filters.last_count(),
            )
        }
    }
}

/// One pass over the events.
pub(crate) struct Reading<'a> {
    pub(crate) merge: Merge,
    selection: Selection<'a>,
    last: Option<usize>,
    progress: Rc<Progress>,
}

impl<'a> Reading<'a> {
    /// What is selected of these events, or the last of that; shows no progress.
    pub(crate) fn new(merge: Merge, selection: Selection<'a>, last: Option<usize>) -> Reading<'a> {
        Reading {
            merge,
            selection,
            last,
            progress: Rc::new(Progress::none()),
        }
    }

    /// Calls `each` with every event that is wanted, whatever `--last` says.
    #[inline]
    pub(crate) fn for_each<E>(
        &mut self,
        mut each: impl FnMut(usize, &EventRef<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        while let Some((stream, event)) = self.merge.next() {
            if self.selection.wants(&event) {
                each(stream, &event)?;
            }
        }
        Ok(())
    }

    /// Writes the events that are wanted; gives how many those are.
    ///
    /// # Errors
    /// The output can't be written; the reader of it may just have gone.
    pub(crate) fn write(
        &mut self,
        writer: &mut impl EventWriter,
        output: &mut Output,
    ) -> io::Result<u64> {
        if let Some(count) = self.last {
            return self.write_last(count, writer, output);
        }
        let mut written = 0;
        self.for_each(|stream, event| {
            writer.push(stream, event, &mut output.text);
            written += 1;
            output.advance()
        })?;
        Ok(written)
    }

    /// The same for the last `count` of them; keeps the text of so many.
    fn write_last(
        &mut self,
        count: usize,
        writer: &mut impl EventWriter,
        output: &mut Output,
    ) -> io::Result<u64> {
        let mut kept: VecDeque<String> = VecDeque::new();
        self.for_each(|stream, event| {
            let mut text = match kept.len() {
                full if full == count => kept.pop_front().unwrap_or_default(),
                _ => String::new(),
            };
            if count > 0 {
                text.clear();
                writer.push(stream, event, &mut text);
                kept.push_back(text);
            }
            Ok::<(), io::Error>(())
        })?;
        let written = kept.len() as u64;
        for text in kept {
            output.text.push_str(&text);
            output.advance()?;
        }
        Ok(written)
    }

    /// So many events, or as many as `--last` leaves of them.
    pub(crate) fn at_most_last(&self, count: u64) -> u64 {
        self.last.map_or(count, |last| count.min(last as u64))
    }

    /// Tells that no event was wanted, and what there would have been.
    pub(crate) fn tell_nothing(&self) {
        match self.selection.seen_span() {
            None if self.merge.streams().is_empty() => {}
            None => tell("ttlog: there are no events"),
            Some((first, last)) => tell(&format!(
                "ttlog: none of the {} events is wanted; they are from {} to {}{}",
                self.selection.seen(),
                time::display(first),
                time::display(last),
                self.selection.describe_times()
            )),
        }
    }

    /// Ends the command: tells what was wrong with the files, and gives the exit code.
    pub(crate) fn finish(self, written: io::Result<()>) -> ExitCode {
        self.progress.finish();
        exit_code(written, self.merge.tell_flaws())
    }

    /// Takes the progress off the terminal, before anything else is written to it.
    pub(crate) fn hide_progress(&self) {
        self.progress.finish();
    }
}
