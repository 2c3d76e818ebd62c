//! [`Merge`]: the events of several files as one stream, in the order of time.
//!
//! One event of each file is looked at, so memory does not grow with the files. Within a file the order stays what it is.

use std::rc::Rc;

use ttlog_core::EventRef;
use ttlog_core::snapshot::{Facts, ReadError, fact};

use crate::input::{Reader, Source};
use crate::output::tell;
use crate::progress::Progress;

/// The events of several files as one stream.
///
/// Snapshots of one process overlap. An event that is in several of them is given once.
pub(crate) struct Merge {
    streams: Vec<Stream>,
    /// The stream of the current event.
    current: Option<usize>,
    /// Whether every file could be opened.
    all_opened: bool,
}

/// One of the files.
pub(crate) struct Stream {
    name: String,
    reader: Reader,
    process: Option<Process>,
    /// The time of the event that it has come to; `None` at the end.
    time_ns: Option<u64>,
    error: Option<ReadError>,
}

/// What tells one process from all others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Process {
    pub(crate) host: String,
    pub(crate) pid: u64,
    pub(crate) start_time_ns: u64,
}

impl Process {
    /// The process of a file; `None` where the file doesn't say enough of it.
    pub(crate) fn of(facts: &Facts) -> Option<Process> {
        Some(Process {
            host: facts.text(fact::HOST).unwrap_or_default().to_owned(),
            pid: facts.number(fact::PID)?,
            start_time_ns: facts.number(fact::START_TIME_NS)?,
        })
    }
}

impl Stream {
    fn new(name: String, reader: Reader) -> Stream {
        let mut stream = Stream {
            name,
            process: Process::of(reader.facts()),
            reader,
            time_ns: None,
            error: None,
        };
        stream.advance();
        stream
    }

    /// What the file is called in messages.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// What the file says of its process.
    pub(crate) fn facts(&self) -> &Facts {
        self.reader.facts()
    }

    /// When the event happened that it has come to: before any is taken, the file's first one.
    pub(crate) fn time_ns(&self) -> Option<u64> {
        self.time_ns
    }

    /// The file's process, where it says enough of it.
    pub(crate) fn process(&self) -> Option<&Process> {
        self.process.as_ref()
    }

    /// Goes to the next event.
    fn advance(&mut self) {
        self.step();
        self.time_ns = self.reader.current().map(|event| event.timestamp_nanos());
    }

    /// The same without a look at the event's time, which nobody needs of a file that is alone.
    #[inline]
    fn step(&mut self) {
        if let Err(error) = self.reader.advance() {
            self.error = Some(error);
        }
    }
}

impl Merge {
    /// Opens all files of which `wants` says yes; tells of those that can't be opened.
    pub(crate) fn open(
        sources: &[Source],
        progress: &Rc<Progress>,
        wants: impl Fn(&Facts) -> bool,
    ) -> Merge {
        let mut merge = Merge {
            streams: Vec::new(),
            current: None,
            all_opened: true,
        };
        for source in sources {
            match source.open(progress) {
                Ok(reader) if wants(reader.facts()) => {
                    merge.streams.push(Stream::new(source.name(), reader));
                }
                Ok(_) => {}
                Err(error) => {
                    source.tell_error(&error);
                    merge.all_opened = false;
                }
            }
        }
        merge
    }

    /// The events of one file alone.
    pub(crate) fn of(reader: Reader) -> Merge {
        Merge {
            streams: vec![Stream::new(String::new(), reader)],
            current: None,
            all_opened: true,
        }
    }

    /// The files that could be opened.
    pub(crate) fn streams(&self) -> &[Stream] {
        &self.streams
    }

    /// The next event, and which of the files it is from.
    #[inline]
    pub(crate) fn next(&mut self) -> Option<(usize, EventRef<'_>)> {
        let is_alone = self.streams.len() == 1;
        match self.current {
            Some(current) if is_alone => self.streams[current].step(),
            Some(current) => self.streams[current].advance(),
            None => {}
        }
        let earliest = if is_alone { 0 } else { self.earliest()? };
        self.current = Some(earliest);
        let event = self.streams[earliest].reader.current()?;
        Some((earliest, event))
    }

    /// The stream with the earliest event; others with the very same event go past it.
    fn earliest(&mut self) -> Option<usize> {
        let time = |(_, stream): &(usize, &Stream)| stream.time_ns;
        let streams = self.streams.iter().enumerate();
        let (earliest, _) = streams
            .filter(|stream| time(stream).is_some())
            .min_by_key(time)?;
        let (before, rest) = self.streams.split_at_mut(earliest + 1);
        let first = &before[earliest];
        let event = first.reader.current()?;
        for other in rest {
            let is_same = other.time_ns == first.time_ns
                && first.process.is_some()
                && other.process == first.process
                && other.reader.current().is_some_and(|copy| {
                    (copy.number(), copy.thread_id()) == (event.number(), event.thread_id())
                });
            if is_same {
                other.advance();
            }
        }
        Some(earliest)
    }

    /// Tells what was wrong with the files; gives whether nothing was.
    pub(crate) fn tell_flaws(&self) -> bool {
        let mut all_read = self.all_opened;
        for stream in &self.streams {
            if let Some(error) = &stream.error {
                tell(&format!("ttlog: {}: {error}", stream.name));
                all_read = false;
            } else if !stream.reader.flaws().is_empty() {
                let flaws: Vec<String> = stream
                    .reader
                    .flaws()
                    .iter()
                    .map(ToString::to_string)
                    .collect();
                tell(&format!(
                    "ttlog: {}: warning: {}",
                    stream.name,
                    flaws.join("; ")
                ));
                all_read = false;
            }
        }
        all_read
    }
}

/// When the first and the last event of all these files happened; what can't be read is told of by who reads it again.
pub(crate) fn time_span(
    sources: &[Source],
    progress: &Rc<Progress>,
    wants: impl Fn(&Facts) -> bool,
) -> Option<(u64, u64)> {
    let mut span: Option<(u64, u64)> = None;
    for source in sources {
        let Ok(mut reader) = source.open(progress) else {
            continue;
        };
        if !wants(reader.facts()) {
            continue;
        }
        while matches!(reader.advance(), Ok(true)) {
            let Some(event) = reader.current() else { break };
            let time = event.timestamp_nanos();
            let (first, last) = span.unwrap_or((time, time));
            span = Some((first.min(time), last.max(time)));
        }
    }
    span
}
