//! [`Sizes`]: the sizes of rings and recorder, checked and rounded.

use crate::black_box::RingSizes;
use crate::init_error::InitError;
use crate::record::MAX_RECORD_WORDS;
use crate::ring::RECORDS_PER_RING;
use crate::ring_memory::CHUNKS;

/// The size in the recorder that `capacity` reckons with: an event of two integers and a short text has less.
pub(crate) const USUAL_EVENT_BYTES: usize = 128;
const WORD_BYTES: usize = size_of::<u64>();
/// The recorder is the sinks' buffer, too.
const SMALLEST_RECORDER_BYTES: usize = 64 << 10;
const LARGEST_RECORDER_BYTES: usize = 1 << 40;
const SMALLEST_RING_BYTES: usize = 8 << 10;
const LARGEST_RING_BYTES: usize = 1 << 30;
/// The ring with the beginnings of spans has this part of the recorder's size.
const SPANS_SHARE: usize = 4;
const SMALLEST_SPAN_WORDS: usize = (64 << 10) / WORD_BYTES;
const SMALLEST_EVENT_BYTES: usize = 1 << 10;
const LARGEST_EVENT_BYTES: usize = 512 << 10;

/// In words; rings and recorder are powers of two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sizes {
    pub(crate) recorder_words: usize,
    pub(crate) span_words: usize,
    pub(crate) ring_words: usize,
    pub(crate) longest_record: u64,
}

impl Sizes {
    /// `capacity_bytes` is `None` where it is no number that fits.
    pub(crate) fn new(
        capacity_bytes: Option<usize>,
        span_bytes: Option<usize>,
        ring_bytes: usize,
        max_event_bytes: usize,
    ) -> Result<Sizes, InitError> {
        let capacity_bytes = capacity_bytes.unwrap_or(usize::MAX);
        in_range("capacity", capacity_bytes, 1, LARGEST_RECORDER_BYTES)?;
        if let Some(bytes) = span_bytes {
            in_range(
                "span_bytes",
                bytes,
                SMALLEST_SPAN_WORDS * WORD_BYTES,
                LARGEST_RECORDER_BYTES,
            )?;
        }
        in_range(
            "ring_bytes",
            ring_bytes,
            SMALLEST_RING_BYTES,
            LARGEST_RING_BYTES,
        )?;
        in_range(
            "max_event_bytes",
            max_event_bytes,
            SMALLEST_EVENT_BYTES,
            LARGEST_EVENT_BYTES,
        )?;
        // In the recorder a record has one word more.
        let longest_record = (max_event_bytes / WORD_BYTES).min(MAX_RECORD_WORDS as usize - 1);
        let records = RECORDS_PER_RING as usize * WORD_BYTES;
        // One chunk of it is always about to be overwritten.
        let recorder_bytes = capacity_bytes
            .max(SMALLEST_RECORDER_BYTES)
            .max((longest_record + 1) * records);
        let with_spare_chunks = recorder_bytes + recorder_bytes / (CHUNKS as usize / 2);
        let recorder_words = (with_spare_chunks / WORD_BYTES).next_power_of_two();
        Ok(Sizes {
            recorder_words,
            span_words: match span_bytes {
                Some(bytes) => (bytes / WORD_BYTES).next_power_of_two(),
                None => recorder_words / SPANS_SHARE,
            }
            .max(SMALLEST_SPAN_WORDS),
            ring_words: (ring_bytes.max(longest_record * records) / WORD_BYTES).next_power_of_two(),
            longest_record: longest_record as u64,
        })
    }
}

impl Sizes {
    /// Those of rings in an image.
    pub(crate) fn of_rings(self) -> RingSizes {
        RingSizes {
            recorder_words: self.recorder_words,
            span_words: self.span_words,
            ring_words: self.ring_words,
        }
    }
}

fn in_range(
    setting: &'static str,
    bytes: usize,
    least: usize,
    greatest: usize,
) -> Result<(), InitError> {
    if (least..=greatest).contains(&bytes) {
        return Ok(());
    }
    Err(InitError::OutOfRange {
        setting,
        allowed: format!("from {least} to {greatest} bytes"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_for_what_was_asked_and_for_a_few_of_the_longest_records() {
        let sizes = Sizes::new(Some(4096 * 128), None, 8 << 10, 16 << 10).unwrap();
        assert!(sizes.recorder_words * WORD_BYTES >= 4096 * 128);
        assert!(sizes.ring_words as u64 >= sizes.longest_record * RECORDS_PER_RING);
        assert_eq!(sizes.longest_record, 2048);
        assert_eq!(sizes.span_words, sizes.recorder_words / SPANS_SHARE);
        let sizes = Sizes::new(Some(4096 * 128), Some(3 << 20), 8 << 10, 16 << 10).unwrap();
        assert_eq!(sizes.span_words * WORD_BYTES, 4 << 20);
    }

    #[test]
    fn what_is_out_of_range_is_named() {
        let errors = [
            (Sizes::new(Some(0), None, 8 << 10, 1 << 10), "capacity"),
            (Sizes::new(None, None, 8 << 10, 1 << 10), "capacity"),
            (
                Sizes::new(Some(usize::MAX), None, 8 << 10, 1 << 10),
                "capacity",
            ),
            (Sizes::new(Some(1), Some(1), 8 << 10, 1 << 10), "span_bytes"),
            (Sizes::new(Some(1), None, 0, 1 << 10), "ring_bytes"),
            (
                Sizes::new(Some(1), None, 8 << 10, usize::MAX),
                "max_event_bytes",
            ),
        ];
        for (outcome, name) in errors {
            assert!(outcome.unwrap_err().to_string().contains(name));
        }
    }
}
