//! [`Unpacking`]: from the payload of a block, as it is in the file, to its records.

use super::flaw::Flaw;
use super::layout::{BlockHeader, MAX_UNPACKED_BYTES, block_flag, kind};
use super::records::bytes_of;
use super::unpack::Unpacker;

/// Why a payload can't be unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    /// Flags that this code doesn't know, or not for such blocks.
    Unknown,
    /// Only the feature `compression` could.
    #[cfg_attr(
        feature = "compression",
        expect(dead_code, reason = "the feature is there")
    )]
    Compressed,
    /// It makes no sense.
    Senseless,
}

impl Failure {
    pub(super) fn flaw(self, offset: u64) -> Flaw {
        match self {
            Failure::Unknown => Flaw::Unknown { offset },
            Failure::Compressed => Flaw::Compressed { offset },
            Failure::Senseless => Flaw::Senseless { offset },
        }
    }
}

/// Unpacks payloads; keeps its buffers from one to the next.
#[derive(Debug)]
pub(super) struct Unpacking {
    /// Made for the first block that is packed.
    unpacker: Option<Unpacker>,
    words: Vec<u64>,
    #[cfg(feature = "compression")]
    packed: Vec<u8>,
}

impl Unpacking {
    pub(super) fn new() -> Unpacking {
        Unpacking {
            unpacker: None,
            words: Vec::new(),
            #[cfg(feature = "compression")]
            packed: Vec::new(),
        }
    }

    /// Replaces a payload by what it stands for.
    pub(super) fn unpack(
        &mut self,
        header: &BlockHeader,
        payload: &mut Vec<u64>,
    ) -> Result<(), Failure> {
        const PACKED_LZ4: u16 = block_flag::PACKED | block_flag::LZ4;
        let is_of_events = header.kind == kind::EVENTS;
        let is_sane =
            header.plain_length.is_multiple_of(8) && header.plain_length <= MAX_UNPACKED_BYTES;
        match header.flags {
            0 => return Ok(()),
            block_flag::PACKED | PACKED_LZ4 if is_of_events && is_sane => {}
            block_flag::PACKED | PACKED_LZ4 if is_of_events => return Err(Failure::Senseless),
            _ => return Err(Failure::Unknown),
        }
        let bytes = bytes_of(payload);
        let bytes = match header.flags {
            block_flag::PACKED => bytes,
            #[cfg(feature = "compression")]
            _ => {
                super::lz4::decompress(bytes, &mut self.packed).ok_or(Failure::Senseless)?;
                &self.packed
            }
            #[cfg(not(feature = "compression"))]
            _ => return Err(Failure::Compressed),
        };
        let count = header.plain_length as usize / 8;
        self.unpacker
            .get_or_insert_with(Unpacker::new)
            .unpack(bytes, count, &mut self.words)
            .ok_or(Failure::Senseless)?;
        std::mem::swap(payload, &mut self.words);
        Ok(())
    }
}
