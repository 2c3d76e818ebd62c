//! Where the words of an image stand.
//!
//! An image is a header and segments, one behind another, each of a whole number of pages. Offsets are in bytes. Integers are in the
//! byte order of the machine that wrote them: another one reads the magic as foreign.
//!
//! ```text
//! header    0  magic   8  version   16 length of the header   24 CRC of these 24 bytes
//!         128  state   136 bytes of the image that are in use
//!         256  what the snapshot thread tells: calibration, losses
//!         384  the crash
//! segment   0  mark, kind   8 length   16 parameter   24 CRC of these 24 bytes
//!         128  what the kind says
//! ```

use crate::ring_memory::RingState;
use crate::snapshot::crc32c;

/// The first bytes of an image. The last two are a line's end, as in a snapshot.
pub(crate) const MAGIC: u64 = u64::from_le_bytes(*b"\x89ttbox\r\n");
/// Major version in the low 16 bits, minor in the next; they move as a snapshot's do.
pub(crate) const VERSION: u64 = 1 | 1 << 16;

/// Offsets in the header.
pub(crate) mod header {
    /// How many words the CRC behind them is of.
    pub(crate) const CHECKED_WORDS: usize = 3;
    pub(crate) const STATE: u64 = 128;
    pub(crate) const USED: u64 = 136;
    /// The wall time of the last panic, in nanoseconds since 1970 UTC; 0 for none.
    pub(crate) const PANICKED_NS: u64 = 144;
    /// How many calibrations were written; the latest is in the slot of that number, modulo 2.
    pub(crate) const CALIBRATIONS: u64 = 256;
    /// Events that were overwritten in a ring before they reached the recorder.
    pub(crate) const OVERWRITTEN: u64 = 264;
    /// Events that no ring was found for.
    pub(crate) const HOMELESS: u64 = 272;
    pub(crate) const CALIBRATION_SLOTS: u64 = 288;
    /// Words of a calibration: ticks, wall time in nanoseconds since 1970 UTC, nanoseconds a tick in units of 2^-32.
    pub(crate) const CALIBRATION_WORDS: usize = 3;
    pub(crate) const CRASH: u64 = 384;
    /// Words of a crash; [`Crash`](crate::black_box::ending::Crash) tells each of them.
    pub(crate) const CRASH_WORDS: usize = 16;
    /// Everything is before this.
    pub(crate) const END: u64 = 512;
}

/// What the header's state says.
pub(crate) mod state {
    pub(crate) const RUNNING: u64 = 1;
    pub(crate) const ENDED: u64 = 2;
    /// As `ENDED`, but a sink had not been given everything.
    pub(crate) const ENDED_UNFLUSHED: u64 = 3;
}

/// What a segment holds.
pub(crate) mod kind {
    /// One payload of a snapshot's facts block; the parameter is its length in bytes, at 128 is its CRC.
    pub(crate) const FACTS: u32 = 1;
    /// Entries of a snapshot's call-sites block, each padded inside to whole words; at 128 is how many bytes they are.
    pub(crate) const SITES: u32 = 2;
    /// Slots with threads' names; the parameter is how many.
    pub(crate) const THREADS: u32 = 3;
    /// A thread's ring; the parameter is its words.
    pub(crate) const THREAD_RING: u32 = 4;
    /// The recorder; the parameter is its words.
    pub(crate) const RECORDER: u32 = 5;
    /// The beginnings of spans that the recorder's events may be in; the parameter is its words.
    pub(crate) const SPANS: u32 = 6;
}

/// The first bytes of a segment, with its kind in the high half.
const SEGMENT_MARK: u64 = u32::from_le_bytes(*b"SGMT") as u64;
/// Words of a segment's header that say something.
pub(crate) const SEGMENT_WORDS: usize = 4;
/// Where a segment's own part begins; for rings their state.
pub(crate) const SEGMENT_BODY: u64 = 128;
/// Where facts and entries of call sites begin, behind the word in front of them.
pub(crate) const SEGMENT_CONTENTS: u64 = 256;
/// Where the words of a ring begin in its segment.
pub(crate) const RING_WORDS: u64 = 1024;
/// Segments are multiples of it, and of the machine's pages.
pub(crate) const SMALLEST_PAGE: u64 = 4096;
/// The largest image, in bytes; a reader refuses longer ones.
pub(crate) const MAX_IMAGE_BYTES: u64 = 1 << 42;
/// With more rings of threads than that, further ones are not in the image.
pub(crate) const MAX_RINGS: usize = 4096;
/// The longest entry of a call site, in bytes.
pub(crate) const MAX_SITE_BYTES: u64 = 256 << 10;
/// Words of a slot with a thread's name: the thread's id and the name's length in bytes, then the name.
pub(crate) const THREAD_SLOT_WORDS: usize = 8;
/// The longest name of a thread, in bytes; what is longer is cut.
pub(crate) const THREAD_NAME_BYTES: usize = (THREAD_SLOT_WORDS - 1) * 8;

/// Where the words of a ring's state stand, counted in words.
pub(crate) mod ring_state {
    pub(crate) const HEAD: usize = 0;
    pub(crate) const RESERVED: usize = 1;
    pub(crate) const COUNT: usize = 2;
    pub(crate) const TAIL: usize = 16;
    /// Pairs of start and count, one a chunk.
    pub(crate) const MARKS: usize = 32;
    pub(crate) const THREAD_ID: usize = 64;
    pub(crate) const DROPPED: usize = 65;
    pub(crate) const NUMBER: usize = 66;
    /// How many words there are.
    pub(crate) const WORDS: usize = 80;
}

#[cfg(not(all(test, loom)))]
const _: () = {
    use std::mem::offset_of;

    use crate::ring_memory::{Label, WriterLine};

    assert!(offset_of!(RingState, writer) == 8 * ring_state::HEAD);
    assert!(offset_of!(WriterLine, reserved) == 8 * ring_state::RESERVED);
    assert!(offset_of!(WriterLine, count) == 8 * ring_state::COUNT);
    assert!(offset_of!(RingState, tail) == 8 * ring_state::TAIL);
    assert!(offset_of!(RingState, marks) == 8 * ring_state::MARKS);
    assert!(offset_of!(RingState, label) == 8 * ring_state::THREAD_ID);
    assert!(offset_of!(Label, dropped) == 8 * (ring_state::DROPPED - ring_state::THREAD_ID));
    assert!(offset_of!(Label, number) == 8 * (ring_state::NUMBER - ring_state::THREAD_ID));
    assert!(size_of::<RingState>() == 8 * ring_state::WORDS);
};
const _: () = assert!(SEGMENT_BODY as usize + size_of::<RingState>() <= RING_WORDS as usize);

/// The CRC-32C of words as they are in memory.
pub(crate) fn crc_of(words: &[u64]) -> u64 {
    u64::from(crc32c(crate::snapshot::bytes_of(words)))
}

/// The header's first words.
pub(crate) fn image_header(length: u64) -> [u64; header::CHECKED_WORDS + 1] {
    let words = [MAGIC, VERSION, length];
    let crc = crc_of(&words);
    let [magic, version, length] = words;
    [magic, version, length, crc]
}

/// What an image's first words say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ImageHeader {
    /// The segments begin at this offset.
    Known {
        length: u64,
    },
    OtherVersion(u16, u16),
    Damaged,
    Foreign,
}

/// Takes an image's first words apart.
pub(crate) fn parse_image_header(words: [u64; header::CHECKED_WORDS + 1]) -> ImageHeader {
    let [magic, version, length, crc] = words;
    if magic != MAGIC {
        ImageHeader::Foreign
    } else if crc != crc_of(&words[..header::CHECKED_WORDS]) {
        ImageHeader::Damaged
    } else if version as u16 != VERSION as u16 {
        ImageHeader::OtherVersion(version as u16, (version >> 16) as u16)
    } else if length < header::END || !length.is_multiple_of(SMALLEST_PAGE) {
        ImageHeader::Damaged
    } else {
        ImageHeader::Known { length }
    }
}

/// A segment's header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SegmentHeader {
    pub(crate) kind: u32,
    /// Bytes, this header among them.
    pub(crate) length: u64,
    pub(crate) parameter: u64,
}

impl SegmentHeader {
    pub(crate) fn to_words(self) -> [u64; SEGMENT_WORDS] {
        let words = [
            SEGMENT_MARK | u64::from(self.kind) << 32,
            self.length,
            self.parameter,
        ];
        let crc = crc_of(&words);
        let [mark, length, parameter] = words;
        [mark, length, parameter, crc]
    }

    /// Takes a header apart; `None` if it is damaged.
    pub(crate) fn parse(words: [u64; SEGMENT_WORDS]) -> Option<SegmentHeader> {
        let [mark, length, parameter, crc] = words;
        let whole = mark as u32 == SEGMENT_MARK as u32 && crc == crc_of(&words[..3]);
        let possible = (SMALLEST_PAGE..=MAX_IMAGE_BYTES).contains(&length)
            && length.is_multiple_of(SMALLEST_PAGE);
        (whole && possible).then_some(SegmentHeader {
            kind: (mark >> 32) as u32,
            length,
            parameter,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read_back_and_every_flipped_bit_is_noticed() {
        let segment = SegmentHeader {
            kind: kind::THREAD_RING,
            length: 12 << 10,
            parameter: 1024,
        };
        let words = segment.to_words();
        assert_eq!(SegmentHeader::parse(words), Some(segment));
        let image = image_header(4096);
        assert_eq!(
            parse_image_header(image),
            ImageHeader::Known { length: 4096 }
        );
        for bit in 0..4 * 64 {
            let mut damaged = words;
            damaged[bit / 64] ^= 1 << (bit % 64);
            assert_eq!(SegmentHeader::parse(damaged), None);
            let mut damaged = image;
            damaged[bit / 64] ^= 1 << (bit % 64);
            assert!(matches!(
                parse_image_header(damaged),
                ImageHeader::Foreign | ImageHeader::Damaged
            ));
        }
    }

    #[test]
    fn another_version_is_told_by_its_number() {
        let mut words = image_header(4096);
        words[1] = 2 | 7 << 16;
        words[3] = crc_of(&words[..3]);
        assert_eq!(parse_image_header(words), ImageHeader::OtherVersion(2, 7));
    }
}
