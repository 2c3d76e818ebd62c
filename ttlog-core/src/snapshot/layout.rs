//! Where the bytes of a snapshot's headers stand, and the limits that bound its reader.
//!
//! `docs/format.md` tells the same in prose; what changes here changes there, and moves the version.

use super::crc::crc32c;

/// The first bytes of a snapshot. The first is no ASCII and the last two are a line's end, so that a
/// transfer that takes the file for text is noticed.
pub(crate) const MAGIC: [u8; 8] = *b"\x89ttlog\r\n";
/// Moves when older readers can't make sense of the file any more.
pub(crate) const MAJOR_VERSION: u16 = 1;
/// Moves when something is added that older readers may skip.
pub(crate) const MINOR_VERSION: u16 = 1;
/// Length of the file's header.
pub(crate) const FILE_HEADER_BYTES: usize = 16;
/// Length of a block's header.
pub(crate) const BLOCK_HEADER_BYTES: usize = 24;
/// Where each block begins.
pub(crate) const BLOCK_MARK: [u8; 4] = *b"BLCK";
/// A writer keeps blocks about this long: it ends an events block before it, unless a single record is longer, and
/// one of call sites or threads with the entry that reaches it.
pub(crate) const TARGET_BLOCK_BYTES: usize = 256 << 10;
/// A reader refuses longer blocks.
pub(crate) const MAX_BLOCK_BYTES: u32 = 64 << 20;
/// A reader refuses to unpack to more; that of the longest record fits twice.
pub(crate) const MAX_UNPACKED_BYTES: u32 = 1 << 20;
/// A reader refuses more than this of facts, call sites and threads, in all blocks together.
pub(crate) const MAX_DESCRIPTION_BYTES: u64 = 256 << 20;
/// How many fields of a call site are described, at most.
pub(crate) const MAX_FIELDS: usize = 1024;
/// The longest text outside of records; a writer cuts what is longer. With [`MAX_FIELDS`] it keeps a
/// call site's description well below [`MAX_BLOCK_BYTES`].
pub(crate) const MAX_TEXT_BYTES: usize = 16 << 10;

/// What a block holds.
pub(crate) mod kind {
    /// Names and values that tell of the process.
    pub(crate) const FACTS: u16 = 1;
    /// Call sites.
    pub(crate) const SITES: u16 = 2;
    /// Names of threads.
    pub(crate) const THREADS: u16 = 3;
    /// Records.
    pub(crate) const EVENTS: u16 = 4;
    /// The file is complete.
    pub(crate) const END: u16 = 5;
    /// Records of the beginnings of spans that the events may be in, and of their later fields; they are no events themselves.
    pub(crate) const SPANS: u16 = 6;
}

/// What a block's flags say. A block with a flag that a reader doesn't know is as one of a kind that it doesn't know.
pub(crate) mod block_flag {
    /// The payload is packed, as `pack` says; in events blocks only.
    pub(crate) const PACKED: u16 = 1;
    /// What is packed is compressed with LZ4, as `lz4` says; only together with [`PACKED`].
    pub(crate) const LZ4: u16 = 2;
}

/// The file's first bytes.
pub(crate) fn file_header() -> [u8; FILE_HEADER_BYTES] {
    let mut bytes = [0; FILE_HEADER_BYTES];
    bytes[..8].copy_from_slice(&MAGIC);
    bytes[8..10].copy_from_slice(&MAJOR_VERSION.to_le_bytes());
    bytes[10..12].copy_from_slice(&MINOR_VERSION.to_le_bytes());
    let crc = crc32c(&bytes[..12]);
    bytes[12..].copy_from_slice(&crc.to_le_bytes());
    bytes
}

/// What the file's first bytes say.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum FileHeader {
    /// A version that this code reads.
    Known,
    /// Another version; the major and the minor number.
    OtherVersion(u16, u16),
    /// A snapshot's, but damaged.
    Damaged,
    /// Not a snapshot's.
    Foreign,
}

/// Takes the file's first bytes apart; `bytes` are fewer where the file is shorter.
pub(crate) fn parse_file_header(bytes: &[u8]) -> FileHeader {
    if bytes.is_empty() || !MAGIC.starts_with(&bytes[..bytes.len().min(MAGIC.len())]) {
        return FileHeader::Foreign;
    }
    let Some((bytes, _)) = bytes.split_first_chunk::<FILE_HEADER_BYTES>() else {
        return FileHeader::Damaged;
    };
    let [.., a, b, c, d, e, f, g, h] = *bytes;
    let (major, minor) = (u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d]));
    if u32::from_le_bytes([e, f, g, h]) != crc32c(&bytes[..12]) {
        FileHeader::Damaged
    } else if major != MAJOR_VERSION {
        FileHeader::OtherVersion(major, minor)
    } else {
        FileHeader::Known
    }
}

/// A block's header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BlockHeader {
    pub(crate) kind: u16,
    pub(crate) flags: u16,
    /// Bytes of the payload in the file, a multiple of eight.
    pub(crate) length: u32,
    /// Bytes of the payload once it is unpacked.
    pub(crate) plain_length: u32,
    /// CRC-32C of the payload as it is in the file.
    pub(crate) payload_crc: u32,
}

impl BlockHeader {
    /// The header of a block that stands as it is.
    pub(crate) fn new(kind: u16, payload: &[u8]) -> BlockHeader {
        BlockHeader::packed(kind, 0, payload, payload.len())
    }

    /// The header of a block that these flags tell how to read.
    pub(crate) fn packed(
        kind: u16,
        flags: u16,
        payload: &[u8],
        plain_length: usize,
    ) -> BlockHeader {
        debug_assert!(payload.len().is_multiple_of(8) && payload.len() <= MAX_BLOCK_BYTES as usize);
        BlockHeader {
            kind,
            flags,
            length: payload.len() as u32,
            plain_length: plain_length as u32,
            payload_crc: crc32c(payload),
        }
    }

    pub(crate) fn to_bytes(self) -> [u8; BLOCK_HEADER_BYTES] {
        let mut bytes = [0; BLOCK_HEADER_BYTES];
        bytes[..4].copy_from_slice(&BLOCK_MARK);
        bytes[4..6].copy_from_slice(&self.kind.to_le_bytes());
        bytes[6..8].copy_from_slice(&self.flags.to_le_bytes());
        bytes[8..12].copy_from_slice(&self.length.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.plain_length.to_le_bytes());
        bytes[16..20].copy_from_slice(&self.payload_crc.to_le_bytes());
        let crc = crc32c(&bytes[..20]);
        bytes[20..].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    /// Takes a header apart; `None` if it is damaged.
    pub(crate) fn parse(bytes: &[u8; BLOCK_HEADER_BYTES]) -> Option<BlockHeader> {
        let word = |at: usize| {
            u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
        };
        let header = BlockHeader {
            kind: word(4) as u16,
            flags: (word(4) >> 16) as u16,
            length: word(8),
            plain_length: word(12),
            payload_crc: word(16),
        };
        let whole = bytes[..4] == BLOCK_MARK && word(20) == crc32c(&bytes[..20]);
        (whole && header.length.is_multiple_of(8)).then_some(header)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_header_is_read_back_and_every_flipped_bit_is_noticed() {
        let header = BlockHeader::new(kind::EVENTS, &[7; 48]);
        let bytes = header.to_bytes();
        assert_eq!(BlockHeader::parse(&bytes), Some(header));
        for bit in 0..BLOCK_HEADER_BYTES * 8 {
            let mut damaged = bytes;
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(BlockHeader::parse(&damaged), None);
        }
    }

    #[test]
    fn the_file_header_tells_foreign_damaged_and_other_versions_apart() {
        let header = file_header();
        assert_eq!(parse_file_header(&header), FileHeader::Known);
        assert_eq!(parse_file_header(&header[..10]), FileHeader::Damaged);
        assert_eq!(parse_file_header(b""), FileHeader::Foreign);
        assert_eq!(parse_file_header(b"\x7fELF"), FileHeader::Foreign);
        let mut damaged = header;
        damaged[8] = 2;
        assert_eq!(parse_file_header(&damaged), FileHeader::Damaged);
        let crc = crc32c(&damaged[..12]);
        damaged[12..].copy_from_slice(&crc.to_le_bytes());
        assert_eq!(
            parse_file_header(&damaged),
            FileHeader::OtherVersion(2, MINOR_VERSION)
        );
    }
}
