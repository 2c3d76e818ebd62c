//! The LZ4 block format around what is packed: two lengths, then the compressed bytes.
//!
//! The feature `compression` has it, and the reader says so where it is missing.

use super::layout::MAX_UNPACKED_BYTES;

/// The lengths in front: of the compressed bytes and of those that they stand for.
pub(super) const LENGTHS_BYTES: usize = 8;
/// The most bytes that a reader decompresses: no packed form of a block is longer.
pub(super) const MAX_DECOMPRESSED_BYTES: usize = 2 * MAX_UNPACKED_BYTES as usize;

/// Replaces `payload` by the lengths and the compressed form of `packed`.
pub(super) fn compress(packed: &[u8], payload: &mut Vec<u8>) {
    let most = lz4_flex::block::get_maximum_output_size(packed.len());
    payload.resize(LENGTHS_BYTES + most, 0);
    // It fails only where the output is too short, and that is the longest it can be.
    let length = lz4_flex::block::compress_into(packed, &mut payload[LENGTHS_BYTES..]).unwrap_or(0);
    payload.truncate(LENGTHS_BYTES + length);
    payload[..4].copy_from_slice(&(length as u32).to_le_bytes());
    payload[4..8].copy_from_slice(&(packed.len() as u32).to_le_bytes());
}

/// Replaces `packed` by what [`compress`] was given; `None` if the payload makes no sense.
pub(super) fn decompress(payload: &[u8], packed: &mut Vec<u8>) -> Option<()> {
    let (compressed_length, rest) = payload.split_first_chunk()?;
    let (packed_length, rest) = rest.split_first_chunk()?;
    let (compressed, padding) =
        rest.split_at_checked(u32::from_le_bytes(*compressed_length) as usize)?;
    let length = u32::from_le_bytes(*packed_length) as usize;
    if padding.len() >= 8 || length > MAX_DECOMPRESSED_BYTES {
        return None;
    }
    packed.resize(length, 0);
    let decompressed = lz4_flex::block::decompress_into(compressed, packed).ok()?;
    (decompressed == length).then_some(())
}
