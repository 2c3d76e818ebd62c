//! [`Salvage`]: an image made into a snapshot.
//!
//! After [`Salvage::new`] nothing is allocated and no lock is taken, unless records are packed: so a signal handler may do it. Each step is
//! bounded by the size of the image, whatever stands in it.

use std::io::{self, Write};

use super::ending::Ending;
use super::image::Image;
use super::layout::{self, THREAD_NAME_BYTES, THREAD_SLOT_WORDS};
use super::pending::Pending;
use super::source::Source;
use super::told::{self, ShortText};
use crate::record::{Header, LOG_PREFIX_WORDS, MAX_RECORD_WORDS, flag};
use crate::ring::Cursor;
use crate::snapshot::{
    BlockWriter, Packing, PayloadWriter, TARGET_BLOCK_BYTES, bytes_of, cut, fact, kind as block,
};

/// What can be read at once: some of the longest records.
const PIECE_WORDS: usize = 2 * MAX_RECORD_WORDS as usize;

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct Salvage<S> {
    image: Image<S>,
    pending: Pending,
    /// What was read last.
    piece: Vec<u64>,
    /// Records of the next block.
    events: Vec<u64>,
    payload: PayloadWriter,
}

/// What came out of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Salvaged {
    /// Events that were written, but for those that tell of a loss.
    pub(crate) events: u64,
    /// The wall time of the last one, in nanoseconds since 1970 UTC.
    pub(crate) last_ns: u64,
}

impl<S: Source> Salvage<S> {
    pub(crate) fn new(image: Image<S>) -> Salvage<S> {
        Salvage {
            pending: Pending::new(&image),
            image,
            piece: Vec::with_capacity(PIECE_WORDS),
            events: Vec::with_capacity(TARGET_BLOCK_BYTES / 8 + PIECE_WORDS),
            payload: PayloadWriter::with_capacity(2 * TARGET_BLOCK_BYTES),
        }
    }

    pub(crate) fn image(&self) -> &Image<S> {
        &self.image
    }

    /// Where the recorder ends at the moment.
    pub(crate) fn end_of_recorder(&self) -> Cursor {
        let state = self.image.recorder();
        let state = state.and_then(|recorder| recorder.state(self.image.source()));
        state.map_or(Cursor::default(), |state| Cursor {
            position: state.head(),
            count: state.count(),
        })
    }

    /// Writes a snapshot of what came into the recorder since `cursor`, and moves that.
    pub(crate) fn write_new(
        &mut self,
        output: impl Write,
        cursor: &mut Cursor,
        now_ns: u64,
    ) -> io::Result<Salvaged> {
        let mut salvaged = Salvaged::default();
        if self.end_of_recorder().position != cursor.position {
            let mut blocks = self.begin(output, Packing::Plain, &Ending::Running, now_ns)?;
            self.recorder(&mut blocks, cursor, &mut salvaged)?;
            self.flush(&mut blocks)?;
            blocks.end()?;
        }
        Ok(salvaged)
    }

    /// Writes the snapshot. Its reason is the ending.
    pub(crate) fn write(
        &mut self,
        output: impl Write,
        packing: Packing,
        ending: &Ending,
        now_ns: u64,
    ) -> io::Result<Salvaged> {
        let mut blocks = self.begin(output, packing, ending, now_ns)?;
        let mut salvaged = Salvaged::default();
        let mut cursor = Cursor::default();
        let delivered = self.recorder(&mut blocks, &mut cursor, &mut salvaged)?;
        let recorded = self.pending.published;
        let lost = self.rings(&mut blocks, &mut salvaged, recorded, delivered)?;
        if let Ending::Crashed(crash) = ending {
            told::append_crash(crash, &mut self.events);
            salvaged.events += 1;
            salvaged.last_ns = crash.wall_ns;
        }
        self.flush(&mut blocks)?;
        let (_, homeless) = self.image.losses();
        let dropped = self.pending.dropped.saturating_add(homeless);
        let recorded = self.pending.published.saturating_add(dropped);
        self.payload.bytes.clear();
        self.payload.u32(3);
        self.payload.fact_number(fact::RECORDED, recorded);
        self.payload.fact_number(fact::OVERWRITTEN, lost);
        self.payload.fact_number(fact::DROPPED, dropped);
        self.payload.pad();
        blocks.block(block::FACTS, &self.payload.bytes)?;
        blocks.end()?;
        Ok(salvaged)
    }

    /// Writes everything that comes before the events.
    fn begin<W: Write>(
        &mut self,
        output: W,
        packing: Packing,
        ending: &Ending,
        now_ns: u64,
    ) -> io::Result<BlockWriter<W>> {
        // A process that runs may have got new segments since.
        let _ = self.image.refresh();
        let mut blocks = BlockWriter::begin(output, packing)?;
        self.facts(&mut blocks)?;
        let reason = ShortText::new(format_args!("{ending}"));
        self.payload.bytes.clear();
        self.payload.u32(2);
        self.payload.fact_text(fact::REASON, reason.as_str());
        self.payload.fact_number(fact::SNAPSHOT_TIME_NS, now_ns);
        self.payload.pad();
        blocks.block(block::FACTS, &self.payload.bytes)?;
        self.sites(&mut blocks)?;
        self.threads(&mut blocks)?;
        self.spans(&mut blocks)?;
        Ok(blocks)
    }

    /// The facts that the process wrote when it started, where they are whole.
    fn facts(&mut self, blocks: &mut BlockWriter<impl Write>) -> io::Result<()> {
        for segment in self.image.of_kind(layout::kind::FACTS) {
            if self.image.read_facts(segment, &mut self.piece) {
                blocks.block(block::FACTS, bytes_of(&self.piece))?;
            }
        }
        Ok(())
    }

    fn sites(&mut self, blocks: &mut BlockWriter<impl Write>) -> io::Result<()> {
        let source = self.image.source();
        for segment in self.image.of_kind(layout::kind::SITES) {
            let room = segment.header.length - layout::SEGMENT_CONTENTS;
            let published = source.word(segment.offset + layout::SEGMENT_BODY).min(room);
            let mut place = segment.offset + layout::SEGMENT_CONTENTS;
            let end = place + published / 8 * 8;
            while place < end {
                self.piece.clear();
                let length = ((end - place) / 8).min(layout::MAX_SITE_BYTES / 8);
                self.piece.resize(length as usize, 0);
                if !source.read(place, &mut self.piece) {
                    break;
                }
                let (count, words) = whole_entries(&self.piece);
                if words == 0 {
                    break;
                }
                self.payload.bytes.clear();
                self.payload.u32(count);
                let entries = bytes_of(&self.piece[..words]);
                self.payload.bytes.extend_from_slice(entries);
                self.payload.pad();
                blocks.block(block::SITES, &self.payload.bytes)?;
                place += 8 * words as u64;
            }
        }
        Ok(())
    }

    fn threads(&mut self, blocks: &mut BlockWriter<impl Write>) -> io::Result<()> {
        let source = self.image.source();
        self.payload.bytes.clear();
        self.payload.u32(0);
        let mut count = 0_u32;
        for place in self.image.thread_slots() {
            let mut words = [0; THREAD_SLOT_WORDS];
            source.read(place, &mut words);
            let (id, length) = (words[0] as u32, (words[0] >> 32) as usize);
            let name = bytes_of(&words[1..]).get(..length.min(THREAD_NAME_BYTES));
            let room = self.payload.bytes.len() < TARGET_BLOCK_BYTES;
            if let Some(Ok(name)) = name.map(std::str::from_utf8)
                && id != 0
                && room
            {
                self.payload.u32(id);
                self.payload.text(cut(name, THREAD_NAME_BYTES));
                count += 1;
            }
        }
        self.payload.bytes[..4].copy_from_slice(&count.to_le_bytes());
        self.payload.pad();
        blocks.block(block::THREADS, &self.payload.bytes)
    }

    /// The beginnings of spans that the events may be in, and some more.
    fn spans(&mut self, blocks: &mut BlockWriter<impl Write>) -> io::Result<()> {
        let Some(ring) = self.image.spans() else {
            return Ok(());
        };
        let Some(state) = ring.state(self.image.source()) else {
            return Ok(());
        };
        let mut cursor = Cursor::default();
        while cursor.position < state.head() {
            let source = self.image.source();
            if ring
                .fill(source, &mut cursor, state.head(), &mut self.piece)
                .is_none()
            {
                break;
            }
            let mut used = 0;
            while let Some(record) = whole_record(&self.piece[used..]) {
                used += record.len();
                self.events.extend(record.iter().map(|word| word.to_le()));
                if self.events.len() >= TARGET_BLOCK_BYTES / 8 {
                    blocks.spans(&self.events)?;
                    self.events.clear();
                }
            }
            cursor.position += used as u64;
            if used == 0 {
                break;
            }
        }
        blocks.spans(&self.events)?;
        self.events.clear();
        Ok(())
    }

    /// The recorder's records from the cursor on. Gives how many events have ever come there.
    fn recorder(
        &mut self,
        blocks: &mut BlockWriter<impl Write>,
        cursor: &mut Cursor,
        salvaged: &mut Salvaged,
    ) -> io::Result<u64> {
        // What is moved after the rings' positions were noted is at or behind `seen` in the recorder.
        let seen = self.end_of_recorder().position;
        self.pending.note_positions(&self.image);
        let Some(recorder) = self.image.recorder() else {
            return Ok(0);
        };
        let Some(state) = recorder.state(self.image.source()) else {
            return Ok(0);
        };
        let delivered = state.count().saturating_sub(state.dropped());
        let end = state.head();
        while cursor.position < end {
            let mut piece = std::mem::take(&mut self.piece);
            let filled = recorder.fill(self.image.source(), cursor, end, &mut piece);
            let (mut used, mut flushed) = (0, Ok(()));
            while let (Ok(()), Some(()), Some(record)) =
                (&flushed, filled, whole_record(&piece[used..]))
            {
                let header = Header(record[0]);
                used += record.len();
                if cursor.position + used as u64 >= seen {
                    self.pending.skip(record[2], record.len());
                }
                if !header.has(flag::SYNTHETIC) {
                    salvaged.events += 1;
                    salvaged.last_ns = record[1];
                }
                self.events.extend(record.iter().map(|word| word.to_le()));
                if self.events.len() >= TARGET_BLOCK_BYTES / 8 {
                    flushed = self.flush(blocks);
                }
            }
            // Before an error is returned: a signal handler must not free it.
            self.piece = piece;
            flushed?;
            cursor.position += used as u64;
            if used == 0 {
                // Damaged from here on.
                break;
            }
        }
        Ok(delivered)
    }

    /// What is in the rings yet. Gives how many events were overwritten.
    fn rings(
        &mut self,
        blocks: &mut BlockWriter<impl Write>,
        salvaged: &mut Salvaged,
        recorded: u64,
        delivered: u64,
    ) -> io::Result<u64> {
        let (told, _) = self.image.losses();
        self.pending.begin_merge(&self.image);
        let mut taken = 0;
        loop {
            let start = self.events.len();
            if self.pending.next(&self.image, &mut self.events) {
                taken += 1;
                salvaged.last_ns = u64::from_le(self.events[start + 1]);
            }
            if self.events.len() == start {
                break;
            }
            if self.events.len() >= TARGET_BLOCK_BYTES / 8 {
                self.flush(blocks)?;
            }
        }
        salvaged.events += taken;
        let lost = recorded.saturating_sub(delivered).saturating_sub(taken);
        let untold = lost.saturating_sub(told);
        if untold > 0 && untold < u64::MAX / 2 {
            told::append_loss(untold, salvaged.last_ns, &mut self.events);
        }
        Ok(lost)
    }

    fn flush(&mut self, blocks: &mut BlockWriter<impl Write>) -> io::Result<()> {
        blocks.events(&self.events)?;
        self.events.clear();
        Ok(())
    }
}

/// The record at the beginning of words as they are in an image.
fn whole_record(words: &[u64]) -> Option<&[u64]> {
    let length = Header(*words.first()?).length();
    words
        .get(..length)
        .filter(|record| record.len() >= LOG_PREFIX_WORDS)
}

/// How many entries of call sites are whole at the beginning of `words`, and how many words they are.
fn whole_entries(words: &[u64]) -> (u32, usize) {
    let (mut count, mut end) = (0, 0);
    while let Some(first) = words.get(end) {
        let bytes = bytes_of(std::slice::from_ref(first));
        let length = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize + 4;
        if !length.is_multiple_of(8) || end + length / 8 > words.len() {
            break;
        }
        end += length / 8;
        count += 1;
    }
    (count, end)
}
