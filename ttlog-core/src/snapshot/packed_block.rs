//! [`PackedBlock`]: the payload of an events block in the shortest form that there is, and back.

use super::layout::{BlockHeader, MAX_UNPACKED_BYTES, block_flag, kind};
use super::pack::Packer;

/// In what form the records of a snapshot are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packing {
    /// As they are.
    Plain,
    /// Packed.
    #[cfg(any(test, not(feature = "compression")))]
    Packed,
    /// Packed, and that compressed with LZ4.
    #[cfg(feature = "compression")]
    Lz4,
}

impl Packing {
    /// The shortest form that this build can write.
    #[cfg(not(feature = "compression"))]
    pub(crate) const SHORTEST: Packing = Packing::Packed;
    /// The shortest form that this build can write.
    #[cfg(feature = "compression")]
    pub(crate) const SHORTEST: Packing = Packing::Lz4;
}

/// Makes payloads; keeps its buffers from one to the next.
pub(super) struct PackedBlock {
    packing: Packing,
    packer: Packer,
    payload: Vec<u8>,
}

impl PackedBlock {
    /// For a packing that is not plain.
    pub(super) fn new(packing: Packing) -> PackedBlock {
        PackedBlock {
            packing,
            packer: Packer::new(),
            payload: Vec::new(),
        }
    }

    /// The header and the payload of a block of these whole records; `None` where they are no shorter that way.
    pub(super) fn make(&mut self, words: &[u64]) -> Option<(BlockHeader, &[u8])> {
        let plain_length = size_of_val(words);
        if plain_length > MAX_UNPACKED_BYTES as usize {
            return None;
        }
        let packed = self.packer.pack(words);
        let flags = fill(self.packing, packed, &mut self.payload);
        let length = self.payload.len().next_multiple_of(8);
        self.payload.resize(length, 0);
        let header = BlockHeader::packed(kind::EVENTS, flags, &self.payload, plain_length);
        (length < plain_length).then_some((header, &self.payload))
    }
}

/// Replaces `payload` by what is packed, compressed where that is wanted and makes it shorter; gives the flags that tell so.
fn fill(packing: Packing, packed: &[u8], payload: &mut Vec<u8>) -> u16 {
    debug_assert!(packing != Packing::Plain, "there is nothing to pack");
    #[cfg(feature = "compression")]
    if packing == Packing::Lz4 {
        super::lz4::compress(packed, payload);
        if payload.len() < packed.len() {
            return block_flag::PACKED | block_flag::LZ4;
        }
    }
    payload.clear();
    payload.extend_from_slice(packed);
    block_flag::PACKED
}
