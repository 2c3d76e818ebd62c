//! [`SnapshotReader`]: gives the events of a snapshot, one at a time.
//!
//! Nothing in the input is trusted. One block is in memory at a time, and is used only if its header and its payload
//! have the right check sums. What is wrong with the input ends reading, or is skipped, and is kept as a [`Flaw`].

use std::fs::File;
use std::io::{BufReader, Read};
use std::ops::Range;
use std::path::Path;

use super::blocks::{BlockReader, Next};
use super::dictionary::Dictionary;
use super::error::ReadError;
use super::facts::{Facts, fact};
use super::flaw::Flaw;
use super::layout::{
    FILE_HEADER_BYTES, FileHeader, MAX_DESCRIPTION_BYTES, kind, parse_file_header,
};
use super::payload::PayloadReader;
use super::records::{bytes_of, record_length};
use crate::decode::EventRef;
use crate::event::LogEvent;
use crate::metadata::RecordKind;
use crate::record::{Header, flag};
use crate::span::{SpanTable, TracePrefix};

/// How many flaws are kept.
const MOST_FLAWS: usize = 64;
/// The flags of records whose prefix has to be read before it is known that they make sense.
const PREFIX_FLAGS: u8 = flag::SPAN | flag::DYNAMIC | flag::TARGET;

/// Gives the events of a snapshot, one at a time, in the order of the file.
///
/// It needs memory for one block, the call sites, the threads' names and the spans that have not ended, however long the file is.
/// Of those 65,536 at most, in 32 MiB. What begins or ends a span or a context is given as an event of another
/// [kind](EventRef::kind). Any input at all gives
/// events or an error: see [`SnapshotReader::flaws`] for what is told of damaged ones.
///
/// ```no_run
/// use ttlog_core::SnapshotReader;
///
/// let mut reader = SnapshotReader::open("checkout-4711-2026-01-30T23-59-59.123Z-0.ttlog")?;
/// while let Some(event) = reader.next_event()? {
///     eprintln!("{} {}", event.level(), event.message());
/// }
/// for flaw in reader.flaws() {
///     eprintln!("warning: {flaw}");
/// }
/// # Ok::<(), ttlog_core::snapshot::ReadError>(())
/// ```
#[derive(Debug)]
pub struct SnapshotReader<R = BufReader<File>> {
    /// The last block is one of events while its events are given.
    blocks: BlockReader<R>,
    facts: Facts,
    dictionary: Dictionary,
    description_bytes: u64,
    /// The word of the payload with the next record.
    position: usize,
    /// Where the last record that was given stands in the payload.
    current: Option<Range<usize>>,
    records: u64,
    unreadable: u64,
    /// What the end block says: blocks, events, bytes left out.
    end: Option<[u64; 3]>,
    ended: bool,
    flaws: Vec<Flaw>,
    spans: SpanTable,
}

impl SnapshotReader {
    /// Opens a file and reads up to its first event.
    ///
    /// # Errors
    /// The file can't be read, is no snapshot, or one of a version that this reader doesn't know.
    pub fn open(path: impl AsRef<Path>) -> Result<SnapshotReader, ReadError> {
        SnapshotReader::new(BufReader::new(File::open(path)?))
    }
}

impl<R: Read> SnapshotReader<R> {
    /// Reads from `input` up to the first event.
    ///
    /// # Errors
    /// As for [`SnapshotReader::open`].
    pub fn new(input: R) -> Result<SnapshotReader<R>, ReadError> {
        let mut reader = SnapshotReader {
            blocks: BlockReader::new(input),
            facts: Facts::default(),
            dictionary: Dictionary::new(),
            description_bytes: 0,
            position: 0,
            current: None,
            records: 0,
            unreadable: 0,
            end: None,
            ended: false,
            flaws: Vec::new(),
            spans: SpanTable::default(),
        };
        let mut header = [0; FILE_HEADER_BYTES];
        let length = reader.blocks.read_full(&mut header)?;
        match parse_file_header(&header[..length]) {
            FileHeader::Known => {}
            FileHeader::Foreign => return Err(ReadError::Foreign),
            FileHeader::Damaged => return Err(ReadError::Damaged),
            FileHeader::OtherVersion(major, minor) => {
                return Err(ReadError::Version { major, minor });
            }
        }
        reader.next_events_block()?;
        Ok(reader)
    }

    /// What the snapshot says of its process; normally all of it is there before the first event.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Whether the end has been reached and nothing was wrong up to there.
    pub fn is_complete(&self) -> bool {
        self.end.is_some() && self.flaws.is_empty()
    }

    /// What was found to be wrong, in the order of the file: the first 64, all there are once
    /// [`SnapshotReader::next_event`] has given `None`.
    pub fn flaws(&self) -> &[Flaw] {
        &self.flaws
    }

    /// How many spans that had not ended were forgotten so far because there were too many: their events are given without them.
    pub fn forgotten_spans(&self) -> u64 {
        self.spans.dropped()
    }

    /// The next event; `None` at the end, or where damage makes an end.
    ///
    /// # Errors
    /// The input can't be read. Reading again goes on with `None`.
    pub fn next_event(&mut self) -> Result<Option<EventRef<'_>>, ReadError> {
        self.advance()?;
        Ok(self.current())
    }

    /// Goes to the next event, which [`SnapshotReader::current`] then gives as often as it is asked; `false` at the end, or
    /// where damage makes an end.
    ///
    /// With it the events of several readers can be compared before one of them goes on.
    ///
    /// # Errors
    /// As for [`SnapshotReader::next_event`].
    pub fn advance(&mut self) -> Result<bool, ReadError> {
        self.current = None;
        self.current = self.next_record()?;
        if let Some(record) = &self.current
            && self.kind_of(record.clone()) != RecordKind::Event
        {
            self.feed(record.clone());
        }
        Ok(self.current.is_some())
    }

    #[inline]
    fn kind_of(&self, record: Range<usize>) -> RecordKind {
        let header = Header(u64::from_le(self.blocks.payload()[record.start]));
        let metadata = self.dictionary.site(header.site());
        metadata.map_or(RecordKind::Event, |metadata| metadata.kind)
    }

    /// Takes in what a record says of spans.
    fn feed(&mut self, record: Range<usize>) {
        let words = &self.blocks.payload()[record];
        let header = Header(u64::from_le(words[0]));
        let event = self
            .dictionary
            .site(header.site())
            .and_then(|metadata| EventRef::parse(words, metadata, None));
        if let Some(event) = event {
            self.spans.feed(&event);
        }
    }

    /// The event that reading has come to; `None` before the first, and at the end.
    pub fn current(&self) -> Option<EventRef<'_>> {
        self.event(self.current.clone()?)
    }

    /// All events that are still to come, owned.
    ///
    /// # Errors
    /// The input can't be read.
    pub fn log_events(&mut self) -> Result<Vec<LogEvent>, ReadError> {
        let mut events = Vec::new();
        while let Some(event) = self.next_event()? {
            events.push(event.to_log_event());
        }
        Ok(events)
    }

    // ---- Records ----

    /// Where the next record that can be read stands in the payload.
    fn next_record(&mut self) -> Result<Option<Range<usize>>, ReadError> {
        loop {
            while self.position < self.blocks.payload().len() {
                let start = self.position;
                let Some(length) = record_length(&self.blocks.payload()[start..]) else {
                    self.flaw(Flaw::Senseless {
                        offset: self.blocks.block_offset(),
                    });
                    self.position = self.blocks.payload().len();
                    break;
                };
                self.position += length;
                self.records += 1;
                if self.is_readable(start..self.position) {
                    return Ok(Some(start..self.position));
                }
                self.unreadable += 1;
            }
            if self.ended {
                return Ok(None);
            }
            self.next_events_block()?;
        }
    }

    #[inline]
    fn is_readable(&self, record: Range<usize>) -> bool {
        let header = Header(u64::from_le(self.blocks.payload()[record.start]));
        if header.flags() & PREFIX_FLAGS != 0 {
            return self.event(record).is_some();
        }
        self.dictionary.site(header.site()).is_some()
    }

    #[inline]
    fn event(&self, record: Range<usize>) -> Option<EventRef<'_>> {
        let words = &self.blocks.payload()[record];
        let header = Header(u64::from_le(words[0]));
        let thread = (u64::from_le(words[2]) >> 32) as u32;
        let metadata = self.dictionary.site(header.site())?;
        let event = EventRef::parse(words, metadata, self.dictionary.thread(thread))?;
        Some(event.among(&self.spans))
    }

    // ---- Blocks ----

    /// Reads blocks until one has events, or the end is reached.
    fn next_events_block(&mut self) -> Result<(), ReadError> {
        self.position = 0;
        while !self.ended {
            match self.blocks.next() {
                Ok(Next::Block(kind::EVENTS)) => return Ok(()),
                Ok(Next::Block(kind)) => self.describe(kind)?,
                Ok(Next::Skipped(flaw)) => self.flaw(flaw),
                Ok(Next::End(flaw)) => self.end_with(flaw),
                Err(error) => {
                    self.stop();
                    return Err(error.into());
                }
            }
        }
        Ok(())
    }

    /// Takes a block that is not of events.
    fn describe(&mut self, kind: u16) -> Result<(), ReadError> {
        let payload = bytes_of(self.blocks.payload());
        let offset = self.blocks.block_offset();
        if matches!(kind, kind::FACTS | kind::SITES | kind::THREADS) {
            self.description_bytes += payload.len() as u64;
            if self.description_bytes > MAX_DESCRIPTION_BYTES {
                self.end_with(Flaw::TooMuch { offset });
                return Ok(());
            }
        }
        if kind == kind::SPANS {
            self.learn_spans();
            return Ok(());
        }
        let sense = match kind {
            kind::FACTS => self.facts.decode(payload),
            kind::SITES => self.dictionary.decode_sites(payload),
            kind::THREADS => self.dictionary.decode_threads(payload),
            kind::END => {
                self.end = parse_end(payload);
                self.end.map(|_| ())
            }
            // A kind that came later.
            _ => Some(()),
        };
        if sense.is_none() {
            self.flaw(Flaw::Senseless { offset });
        }
        if kind == kind::FACTS {
            let prefix = self.facts.text(fact::TRACE_PREFIX);
            let prefix = prefix.and_then(TracePrefix::from_hex);
            self.spans.set_trace_prefix(prefix);
        }
        if kind == kind::END {
            let end = self.blocks.offset();
            let behind = self.blocks.read_full(&mut [0]);
            if behind.as_ref().is_ok_and(|length| *length > 0) {
                self.flaw(Flaw::BehindEnd { offset: end });
            }
            self.stop();
            behind?;
        }
        Ok(())
    }

    /// Takes in the spans that began before the events that follow.
    fn learn_spans(&mut self) {
        let mut position = 0;
        let words = self.blocks.payload().len();
        while position < words {
            let Some(length) = record_length(&self.blocks.payload()[position..]) else {
                self.flaw(Flaw::Senseless {
                    offset: self.blocks.block_offset(),
                });
                return;
            };
            self.feed(position..position + length);
            position += length;
        }
    }

    fn end_with(&mut self, flaw: Flaw) {
        self.flaw(flaw);
        self.stop();
    }

    /// Ends reading and draws up the account.
    fn stop(&mut self) {
        self.ended = true;
        self.position = self.blocks.payload().len();
        if self.unreadable > 0 {
            self.flaw(Flaw::UnreadableEvents {
                count: self.unreadable,
            });
        }
        if let Some([blocks, events, left_out_bytes]) = self.end {
            // The end block itself is not among the blocks that it counts.
            if events != self.records || blocks + 1 != self.blocks.blocks() {
                self.flaw(Flaw::Counts {
                    events,
                    found: self.records,
                });
            }
            if left_out_bytes > 0 {
                self.flaw(Flaw::LeftOut {
                    bytes: left_out_bytes,
                });
            }
        }
    }

    fn flaw(&mut self, flaw: Flaw) {
        if self.flaws.len() < MOST_FLAWS {
            self.flaws.push(flaw);
        }
    }
}

/// What the end block says: blocks, events, bytes left out.
fn parse_end(payload: &[u8]) -> Option<[u64; 3]> {
    let mut payload = PayloadReader { bytes: payload };
    Some([payload.u64()?, payload.u64()?, payload.u64()?])
}
