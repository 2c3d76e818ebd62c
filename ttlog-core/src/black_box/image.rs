//! [`Image`]: the segments of an image, of which nothing is trusted.
//!
//! Segments stand one behind another, each at least a page long, so there is no way through them but forward, and not more of them than
//! pages.

use super::ending::{Crash, Ending};
use super::layout::{
    self, ImageHeader, SegmentHeader, THREAD_SLOT_WORDS, header, kind, parse_image_header, state,
};
use super::ring_reader::RingReader;
use super::source::Source;
use crate::clock::Line;
use crate::process_facts::boot_id;
use crate::snapshot::{Facts, ReadError, bytes_of, fact};

/// With more segments than that, further ones are not looked at: as many rings as there can be, and call sites' segments.
const MAX_SEGMENTS: usize = layout::MAX_RINGS + 2048;

/// Longer facts are not looked at.
const MOST_FACTS_BYTES: u64 = 1 << 20;

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct Image<S> {
    source: S,
    /// Never grows beyond its first capacity, so that a signal handler may read an image.
    segments: Vec<Segment>,
    /// The segments known so far end here.
    end: u64,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Segment {
    pub(crate) offset: u64,
    pub(crate) header: SegmentHeader,
}

impl<S: Source> Image<S> {
    /// Looks at the header and at the segments.
    pub(crate) fn open(source: S) -> Result<Image<S>, ReadError> {
        let mut image = Image {
            source,
            segments: Vec::with_capacity(MAX_SEGMENTS),
            end: 0,
        };
        image.refresh()?;
        Ok(image)
    }

    /// Looks for segments that are new.
    pub(crate) fn refresh(&mut self) -> Result<(), ReadError> {
        let mut words = [0; header::CHECKED_WORDS + 1];
        self.source.read(0, &mut words);
        let length = match parse_image_header(words) {
            ImageHeader::Known { length } => length,
            ImageHeader::OtherVersion(major, minor) => {
                return Err(ReadError::Version { major, minor });
            }
            ImageHeader::Damaged => return Err(ReadError::Damaged),
            ImageHeader::Foreign => return Err(ReadError::Foreign),
        };
        let used = self.source.word(header::USED).min(layout::MAX_IMAGE_BYTES);
        self.end = self.end.max(length);
        while self.end < used && self.segments.len() < self.segments.capacity() {
            let mut words = [0; layout::SEGMENT_WORDS];
            self.source.read(self.end, &mut words);
            let Some(header) = SegmentHeader::parse(words) else {
                break;
            };
            self.segments.push(Segment {
                offset: self.end,
                header,
            });
            self.end += header.length;
        }
        Ok(())
    }

    pub(crate) fn source(&self) -> &S {
        &self.source
    }

    pub(crate) fn of_kind(&self, kind: u32) -> impl Iterator<Item = Segment> {
        let of_kind = move |segment: &&Segment| segment.header.kind == kind;
        self.segments.iter().filter(of_kind).copied()
    }

    /// The recorder.
    pub(crate) fn recorder(&self) -> Option<RingReader> {
        self.of_kind(kind::RECORDER).find_map(RingReader::new)
    }

    /// The ring with the beginnings of spans; an image of an earlier version has none.
    pub(crate) fn spans(&self) -> Option<RingReader> {
        self.of_kind(kind::SPANS).find_map(RingReader::new)
    }

    /// The rings of threads.
    pub(crate) fn rings(&self) -> impl Iterator<Item = RingReader> {
        self.of_kind(kind::THREAD_RING).filter_map(RingReader::new)
    }

    /// The slots with threads' names: their offsets.
    pub(crate) fn thread_slots(&self) -> impl Iterator<Item = u64> {
        self.of_kind(kind::THREADS).flat_map(|segment| {
            let slot_bytes = 8 * THREAD_SLOT_WORDS as u64;
            let room = (segment.header.length - layout::SEGMENT_BODY) / slot_bytes;
            let first = segment.offset + layout::SEGMENT_BODY;
            (0..segment.header.parameter.min(room)).map(move |slot| first + slot * slot_bytes)
        })
    }

    /// What the process said of itself when it started, as far as it is whole.
    pub(crate) fn facts(&self) -> Facts {
        let mut facts = Facts::default();
        let mut words = Vec::new();
        for segment in self.of_kind(kind::FACTS) {
            if self.read_facts(segment, &mut words) {
                facts.decode(bytes_of(&words));
            }
        }
        facts
    }

    /// Puts the payload of a segment of facts into `words`, within their capacity if they have some; `false` if it is not whole.
    pub(crate) fn read_facts(&self, segment: Segment, words: &mut Vec<u64>) -> bool {
        let bytes = segment.header.parameter;
        let limit = match words.capacity() {
            0 => MOST_FACTS_BYTES,
            words => MOST_FACTS_BYTES.min(8 * words as u64),
        };
        words.clear();
        if !bytes.is_multiple_of(8) || bytes > limit {
            return false;
        }
        words.resize((bytes / 8) as usize, 0);
        let crc = self.source.word(segment.offset + layout::SEGMENT_BODY);
        let contents = segment.offset + layout::SEGMENT_CONTENTS;
        self.source.read(contents, words) && crc == layout::crc_of(words)
    }

    /// What makes wall time of ticks.
    pub(crate) fn calibration(&self) -> Line {
        let number = self.source.word(header::CALIBRATIONS);
        let slot = header::CALIBRATION_SLOTS + number % 2 * 8 * header::CALIBRATION_WORDS as u64;
        let mut words = [0; header::CALIBRATION_WORDS];
        self.source.read(slot, &mut words);
        let [ticks, wall_ns, tick_length] = words;
        Line {
            ticks,
            wall_ns,
            tick_length,
        }
    }

    /// Events that were overwritten before they reached the recorder, and events that no ring was found for.
    pub(crate) fn losses(&self) -> (u64, u64) {
        let (overwritten, homeless) = (header::OVERWRITTEN, header::HOMELESS);
        (self.source.word(overwritten), self.source.word(homeless))
    }

    /// How its process ended; nobody has the file any more.
    pub(crate) fn ending(&self, facts: &Facts) -> Ending {
        let same_boot = match (facts.text(fact::BOOT_ID), boot_id()) {
            (Some(then), Some(now)) => then == now,
            _ => true,
        };
        let mut words = [0; header::CRASH_WORDS];
        self.source.read(header::CRASH, &mut words);
        if let Some(crash) = Crash::from_words(&words) {
            Ending::Crashed(crash)
        } else if self.source.word(header::STATE) == state::ENDED {
            Ending::Well
        } else if self.source.word(header::STATE) == state::ENDED_UNFLUSHED {
            Ending::Unflushed
        } else if !same_boot {
            Ending::MachineDown
        } else if self.source.word(header::PANICKED_NS) != 0 {
            Ending::Panicked
        } else {
            Ending::Killed
        }
    }
}
