//! Writes a snapshot's blocks.

use std::io::{self, Write};

use super::dictionary::{encode_site, encode_thread};
use super::facts::Facts;
use super::layout::{BlockHeader, TARGET_BLOCK_BYTES, file_header, kind};
use super::packed_block::{PackedBlock, Packing};
use super::payload::PayloadWriter;
use super::records::{bytes_of, whole_records};
use crate::metadata::Metadata;

/// What goes into a snapshot.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Contents<'a> {
    /// What is known of the process.
    pub(crate) facts: &'a Facts,
    /// The call sites that the records name.
    pub(crate) sites: &'a [(u32, &'a Metadata)],
    /// The names of the threads that the records name, where they have names.
    pub(crate) threads: &'a [(u32, String)],
    /// Records of the beginnings of spans that are in front of the events, or are among them, too; and of later fields.
    pub(crate) spans: &'a [u64],
    /// The records in the order of time, in as many parts as is convenient; each part is of whole records.
    pub(crate) events: &'a [&'a [u64]],
    /// In what form the records are written.
    pub(crate) packing: Packing,
}

/// Writes a whole snapshot, with two calls of `output` a block: it needs no buffer.
///
/// Behind a word that should begin a record and doesn't, the rest of its part can't be told apart: it is left out, and the end
/// block says how much that was.
pub(crate) fn write_to(output: impl Write, contents: &Contents<'_>) -> io::Result<()> {
    let mut blocks = BlockWriter::begin(output, contents.packing)?;
    blocks.block(kind::FACTS, &contents.facts.encode())?;
    blocks.entries(kind::SITES, contents.sites, |payload, (site, metadata)| {
        encode_site(payload, *site, metadata);
    })?;
    blocks.entries(
        kind::THREADS,
        contents.threads,
        |payload, (thread, name)| {
            encode_thread(payload, *thread, name);
        },
    )?;
    blocks.spans(contents.spans)?;
    for words in contents.events {
        blocks.events(words)?;
    }
    blocks.end()
}

/// Writes a snapshot block by block. Records that are not packed take no memory from the heap.
pub(crate) struct BlockWriter<W> {
    output: W,
    blocks: u64,
    events: u64,
    left_out_bytes: u64,
    /// Where records are packed.
    packed_block: Option<PackedBlock>,
}

impl<W: Write> BlockWriter<W> {
    /// Writes the file's header.
    pub(crate) fn begin(mut output: W, packing: Packing) -> io::Result<BlockWriter<W>> {
        output.write_all(&file_header())?;
        Ok(BlockWriter {
            output,
            blocks: 0,
            events: 0,
            left_out_bytes: 0,
            packed_block: match packing {
                Packing::Plain => None,
                packing => Some(PackedBlock::new(packing)),
            },
        })
    }

    pub(crate) fn block(&mut self, kind: u16, payload: &[u8]) -> io::Result<()> {
        self.blocks += 1;
        write_block(&mut self.output, BlockHeader::new(kind, payload), payload)
    }

    /// Writes entries into blocks that begin with the number of their entries.
    fn entries<T>(
        &mut self,
        kind: u16,
        entries: &[T],
        encode: impl Fn(&mut PayloadWriter, &T),
    ) -> io::Result<()> {
        let mut entries = entries.iter();
        while entries.len() > 0 {
            let mut payload = PayloadWriter::default();
            payload.u32(0);
            let mut count = 0_u32;
            for entry in entries.by_ref() {
                encode(&mut payload, entry);
                count += 1;
                if payload.bytes.len() >= TARGET_BLOCK_BYTES {
                    break;
                }
            }
            payload.bytes[..4].copy_from_slice(&count.to_le_bytes());
            payload.pad();
            self.block(kind, &payload.bytes)?;
        }
        Ok(())
    }

    /// Writes what readers have to know of spans before the events, in as many blocks as it needs.
    pub(crate) fn spans(&mut self, mut words: &[u64]) -> io::Result<()> {
        while !words.is_empty() {
            let (count, end) = whole_records(words, TARGET_BLOCK_BYTES / 8);
            if count == 0 {
                break;
            }
            let (block, rest) = words.split_at(end);
            self.block(kind::SPANS, bytes_of(block))?;
            words = rest;
        }
        Ok(())
    }

    /// Writes whole records, in as many blocks as they need.
    pub(crate) fn events(&mut self, mut words: &[u64]) -> io::Result<()> {
        while !words.is_empty() {
            let (count, end) = whole_records(words, TARGET_BLOCK_BYTES / 8);
            if count == 0 {
                self.left_out_bytes += size_of_val(words) as u64;
                break;
            }
            let (block, rest) = words.split_at(end);
            match self
                .packed_block
                .as_mut()
                .and_then(|packed| packed.make(block))
            {
                Some((header, payload)) => {
                    self.blocks += 1;
                    write_block(&mut self.output, header, payload)?;
                }
                None => self.block(kind::EVENTS, bytes_of(block))?,
            }
            self.events += count;
            words = rest;
        }
        Ok(())
    }

    /// Writes the end block, without which the file is known to be cut.
    pub(crate) fn end(&mut self) -> io::Result<()> {
        let counts = [self.blocks, self.events, self.left_out_bytes].map(u64::to_le);
        self.block(kind::END, bytes_of(&counts))
    }
}

fn write_block(output: &mut impl Write, header: BlockHeader, payload: &[u8]) -> io::Result<()> {
    output.write_all(&header.to_bytes())?;
    output.write_all(payload)
}
