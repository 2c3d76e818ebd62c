//! [`BlockReader`]: takes blocks off an input, one at a time.
//!
//! The buffer grows only as bytes come, whatever a header claims.

use std::io::{self, Read};

use super::crc::crc32c;
use super::flaw::Flaw;
use super::layout::{BLOCK_HEADER_BYTES, BlockHeader, MAX_BLOCK_BYTES};
use super::records::{bytes_of, bytes_of_mut};
use super::unpacking::Unpacking;

/// By how many words the buffer grows at first.
const FIRST_STEP_WORDS: usize = 32 << 10;

/// What [`BlockReader::next`] found.
#[derive(Debug)]
pub(crate) enum Next {
    /// A whole block of this kind; [`BlockReader::payload`] has what is in it.
    Block(u16),
    /// A block that can't be used; the next one can be read.
    Skipped(Flaw),
    /// Nothing more can be read.
    End(Flaw),
}

/// Takes blocks off an input, one at a time.
#[derive(Debug)]
pub(crate) struct BlockReader<R> {
    input: R,
    /// How many bytes were read.
    offset: u64,
    /// Where the last block begins.
    block_offset: u64,
    /// How many blocks were read, those that were skipped among them.
    blocks: u64,
    /// The header that was found behind a damaged one; the input is behind it.
    found: Option<BlockHeader>,
    payload: Vec<u64>,
    unpacking: Unpacking,
}

impl<R: Read> BlockReader<R> {
    pub(crate) fn new(input: R) -> BlockReader<R> {
        BlockReader {
            input,
            offset: 0,
            block_offset: 0,
            blocks: 0,
            found: None,
            payload: Vec::new(),
            unpacking: Unpacking::new(),
        }
    }

    /// Where the input is now.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// Where the last block begins.
    pub(crate) fn block_offset(&self) -> u64 {
        self.block_offset
    }

    /// How many blocks were read, those that were skipped among them.
    pub(crate) fn blocks(&self) -> u64 {
        self.blocks
    }

    /// What is in the last block; nothing if that was not whole.
    pub(crate) fn payload(&self) -> &[u64] {
        &self.payload
    }

    /// Reads the next block.
    pub(crate) fn next(&mut self) -> io::Result<Next> {
        self.payload.clear();
        self.block_offset = match self.found {
            Some(_) => self.offset - BLOCK_HEADER_BYTES as u64,
            None => self.offset,
        };
        let offset = self.block_offset;
        let header = match self.found.take() {
            Some(header) => header,
            None => {
                let mut bytes = [0; BLOCK_HEADER_BYTES];
                if self.read_full(&mut bytes)? < BLOCK_HEADER_BYTES {
                    return Ok(self.cut());
                }
                match BlockHeader::parse(&bytes) {
                    Some(header) => header,
                    None => return self.search(bytes),
                }
            }
        };
        if header.length > MAX_BLOCK_BYTES {
            let length = header.length;
            return Ok(Next::End(Flaw::TooLong { offset, length }));
        }
        if !self.read_payload(header.length as usize / 8)? {
            return Ok(self.cut());
        }
        self.blocks += 1;
        let flaw = if crc32c(bytes_of(&self.payload)) != header.payload_crc {
            Flaw::Content { offset }
        } else {
            match self.unpacking.unpack(&header, &mut self.payload) {
                Ok(()) => return Ok(Next::Block(header.kind)),
                Err(failure) => failure.flaw(offset),
            }
        };
        self.payload.clear();
        Ok(Next::Skipped(flaw))
    }

    /// Goes on to the next header that is undamaged, from one that isn't: `bytes`. Each byte of the input is looked at once.
    fn search(&mut self, mut bytes: [u8; BLOCK_HEADER_BYTES]) -> io::Result<Next> {
        let offset = self.block_offset;
        // The one that is damaged is one of those that the end block counts.
        self.blocks += 1;
        loop {
            bytes.copy_within(8.., 0);
            if self.read_full(&mut bytes[BLOCK_HEADER_BYTES - 8..])? < 8 {
                return Ok(Next::End(Flaw::Header { offset, next: None }));
            }
            self.found = BlockHeader::parse(&bytes);
            if self.found.is_some() {
                let next = Some(self.offset - BLOCK_HEADER_BYTES as u64);
                return Ok(Next::Skipped(Flaw::Header { offset, next }));
            }
        }
    }

    fn cut(&self) -> Next {
        Next::End(Flaw::Cut {
            offset: self.offset,
        })
    }

    /// Reads so many words into the payload; `false` if the input ends before, and then the payload is empty.
    fn read_payload(&mut self, words: usize) -> io::Result<bool> {
        let mut payload = std::mem::take(&mut self.payload);
        let mut start = 0;
        while start < words {
            let step = start.max(FIRST_STEP_WORDS).min(words - start);
            payload.resize(start + step, 0);
            if self.read_full(bytes_of_mut(&mut payload[start..]))? < step * 8 {
                return Ok(false);
            }
            start += step;
        }
        self.payload = payload;
        Ok(true)
    }

    /// Fills the buffer as far as the input goes; gives how many bytes that were.
    pub(crate) fn read_full(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::layout::kind;

    /// Gives zeros and notes the largest piece that it was asked for.
    struct Zeros {
        left: usize,
        largest: usize,
    }

    impl Read for Zeros {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.largest = self.largest.max(buffer.len());
            let length = buffer.len().min(self.left);
            self.left -= length;
            buffer[..length].fill(0);
            Ok(length)
        }
    }

    #[test]
    fn the_buffer_grows_with_the_bytes_that_come_and_not_with_those_that_are_claimed() {
        let mut header = BlockHeader::new(kind::EVENTS, &[]);
        header.length = MAX_BLOCK_BYTES;
        let header = header.to_bytes();
        let mut zeros = Zeros {
            left: 1 << 20,
            largest: 0,
        };
        let mut blocks = BlockReader::new(header.chain(&mut zeros));
        let next = blocks.next().unwrap();
        assert!(matches!(next, Next::End(Flaw::Cut { .. })), "{next:?}");
        assert!(blocks.payload().is_empty());
        assert!(zeros.largest <= 1 << 20, "{}", zeros.largest);
    }
}
