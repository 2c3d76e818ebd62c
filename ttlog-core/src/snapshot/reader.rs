//! [`SnapshotReader`]: gives the events of a snapshot, one at a time.
//!
//! Nothing in the input is trusted. One block is in memory at a time, and its buffer grows only as bytes come; a
//! block is used only if its header and its payload have the right check sums. What is wrong with the
//! input ends reading, or is skipped, and is kept as a [`Flaw`].

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::ops::Range;
use std::path::Path;

use super::crc::crc32c;
use super::dictionary::Dictionary;
use super::error::ReadError;
use super::facts::Facts;
use super::flaw::Flaw;
use super::layout::{
    BLOCK_HEADER_BYTES, BlockHeader, FILE_HEADER_BYTES, FileHeader, MAX_BLOCK_BYTES,
    MAX_DESCRIPTION_BYTES, kind, parse_file_header,
};
use super::payload::PayloadReader;
use super::records::{bytes_of, bytes_of_mut, record_length};
use crate::decode::EventRef;
use crate::event::LogEvent;
use crate::record::{Header, flag};

/// By how many words the buffer grows at first.
const FIRST_STEP_WORDS: usize = 32 << 10;
/// How many flaws are kept.
const MOST_FLAWS: usize = 64;
/// The flags of records whose prefix has to be read before it is known that they make sense.
const PREFIX_FLAGS: u8 = flag::SPAN | flag::DYNAMIC | flag::TARGET;

/// Gives the events of a snapshot, one at a time, in the order of the file.
///
/// It needs memory for one block, the call sites and the threads' names, however long the file is. Any input at all gives
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
    input: R,
    /// How many bytes were read.
    offset: u64,
    facts: Facts,
    dictionary: Dictionary,
    description_bytes: u64,
    /// The payload of the block that is being read; of an events block while its events are given.
    payload: Vec<u64>,
    /// Where the payload's block begins.
    block_offset: u64,
    /// The word of the payload with the next record.
    position: usize,
    blocks: u64,
    records: u64,
    unreadable: u64,
    /// What the end block says: blocks, events, bytes left out.
    end: Option<[u64; 3]>,
    ended: bool,
    flaws: Vec<Flaw>,
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
            input,
            offset: 0,
            facts: Facts::default(),
            dictionary: Dictionary::new(),
            description_bytes: 0,
            payload: Vec::new(),
            block_offset: 0,
            position: 0,
            blocks: 0,
            records: 0,
            unreadable: 0,
            end: None,
            ended: false,
            flaws: Vec::new(),
        };
        let mut header = [0; FILE_HEADER_BYTES];
        let length = reader.read_full(&mut header)?;
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

    /// The next event; `None` at the end, or where damage makes an end.
    ///
    /// # Errors
    /// The input can't be read. Reading again goes on with `None`.
    pub fn next_event(&mut self) -> Result<Option<EventRef<'_>>, ReadError> {
        let record = self.next_record()?;
        Ok(record.and_then(|record| self.event(record)))
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
            while self.position < self.payload.len() {
                let start = self.position;
                let Some(length) = record_length(&self.payload[start..]) else {
                    self.flaw(Flaw::Senseless {
                        offset: self.block_offset,
                    });
                    self.position = self.payload.len();
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
        let header = Header(u64::from_le(self.payload[record.start]));
        if header.flags() & PREFIX_FLAGS != 0 {
            return self.event(record).is_some();
        }
        self.dictionary.site(header.site()).is_some()
    }

    #[inline]
    fn event(&self, record: Range<usize>) -> Option<EventRef<'_>> {
        let words = &self.payload[record];
        let header = Header(u64::from_le(words[0]));
        let thread = (u64::from_le(words[2]) >> 32) as u32;
        let metadata = self.dictionary.site(header.site())?;
        EventRef::parse(words, metadata, self.dictionary.thread(thread))
    }

    // ---- Blocks ----

    /// Reads blocks until the payload is that of an events block, or the end is reached.
    fn next_events_block(&mut self) -> Result<(), ReadError> {
        let outcome = self.find_events_block();
        if outcome.is_err() {
            self.stop();
        }
        Ok(outcome?)
    }

    fn find_events_block(&mut self) -> io::Result<()> {
        while !self.ended {
            let Some(header) = self.next_block()? else {
                return Ok(());
            };
            if header.kind == kind::EVENTS {
                return Ok(());
            }
            let description = matches!(header.kind, kind::FACTS | kind::SITES | kind::THREADS);
            if description {
                self.description_bytes += u64::from(header.length);
                if self.description_bytes > MAX_DESCRIPTION_BYTES {
                    self.end_with(Flaw::TooMuch {
                        offset: self.block_offset,
                    });
                    return Ok(());
                }
            }
            let payload = bytes_of(&self.payload);
            let sense = match header.kind {
                kind::FACTS => self.facts.decode(payload),
                kind::SITES => self.dictionary.decode_sites(payload),
                kind::THREADS => self.dictionary.decode_threads(payload),
                kind::END => self.end()?,
                // A kind that came later.
                _ => Some(()),
            };
            self.position = self.payload.len();
            if sense.is_none() {
                self.flaw(Flaw::Senseless {
                    offset: self.block_offset,
                });
            }
        }
        Ok(())
    }

    /// Reads blocks until one is undamaged and stored as this reader knows it; `None` at the end.
    fn next_block(&mut self) -> io::Result<Option<BlockHeader>> {
        loop {
            self.block_offset = self.offset;
            let offset = self.offset;
            let mut bytes = [0; BLOCK_HEADER_BYTES];
            if self.read_full(&mut bytes)? < BLOCK_HEADER_BYTES {
                self.end_with(Flaw::Cut {
                    offset: self.offset,
                });
                return Ok(None);
            }
            let Some(header) = BlockHeader::parse(&bytes) else {
                self.end_with(Flaw::Header { offset });
                return Ok(None);
            };
            if header.length > MAX_BLOCK_BYTES {
                let length = header.length;
                self.end_with(Flaw::TooLong { offset, length });
                return Ok(None);
            }
            if !self.read_payload(header.length as usize / 8)? {
                self.end_with(Flaw::Cut {
                    offset: self.offset,
                });
                return Ok(None);
            }
            self.blocks += 1;
            if crc32c(bytes_of(&self.payload)) != header.payload_crc {
                self.flaw(Flaw::Content { offset });
            } else if header.flags != 0 {
                self.flaw(Flaw::Unknown { offset });
            } else {
                self.position = 0;
                return Ok(Some(header));
            }
            self.position = self.payload.len();
        }
    }

    /// Takes the end block; `None` if it makes no sense.
    fn end(&mut self) -> io::Result<Option<()>> {
        let mut payload = PayloadReader {
            bytes: bytes_of(&self.payload),
        };
        let counts = (payload.u64(), payload.u64(), payload.u64());
        let end = self.offset;
        if self.read_full(&mut [0])? > 0 {
            self.flaw(Flaw::BehindEnd { offset: end });
        }
        if let (Some(blocks), Some(events), Some(bytes)) = counts {
            self.end = Some([blocks, events, bytes]);
        }
        self.stop();
        Ok(self.end.map(|_| ()))
    }

    fn end_with(&mut self, flaw: Flaw) {
        self.flaw(flaw);
        self.stop();
    }

    /// Ends reading and draws up the account.
    fn stop(&mut self) {
        self.ended = true;
        self.payload.clear();
        self.position = 0;
        if self.unreadable > 0 {
            self.flaw(Flaw::UnreadableEvents {
                count: self.unreadable,
            });
        }
        if let Some([blocks, events, left_out_bytes]) = self.end {
            // The end block itself is not among the blocks that it counts.
            if events != self.records || blocks + 1 != self.blocks {
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

    /// The size of the buffer for one block.
    #[cfg(test)]
    pub(crate) fn buffer_bytes(&self) -> usize {
        self.payload.capacity() * 8
    }

    fn flaw(&mut self, flaw: Flaw) {
        if self.flaws.len() < MOST_FLAWS {
            self.flaws.push(flaw);
        }
    }

    // ---- Bytes ----

    /// Reads so many words into the payload; `false` if the input ends before.
    fn read_payload(&mut self, words: usize) -> io::Result<bool> {
        self.payload.clear();
        while self.payload.len() < words {
            let start = self.payload.len();
            let step = start.max(FIRST_STEP_WORDS).min(words - start);
            let mut payload = std::mem::take(&mut self.payload);
            payload.resize(start + step, 0);
            let outcome = self.read_full(bytes_of_mut(&mut payload[start..]));
            self.payload = payload;
            if outcome? < step * 8 {
                self.payload.clear();
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Fills the buffer as far as the input goes; gives how many bytes that were.
    fn read_full(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut length = 0;
        while length < buffer.len() {
            match self.input.read(&mut buffer[length..]) {
                Ok(0) => break,
                Ok(count) => length += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.offset += length as u64;
        Ok(length)
    }
}
