//! Words as bytes, and the borders of the records in them.

use crate::record::{Header, LOG_PREFIX_WORDS};

/// The bytes of words, as they are in memory.
pub(crate) fn bytes_of(words: &[u64]) -> &[u8] {
    // SAFETY: bytes have no alignment and no invalid values; the words are borrowed as long.
    unsafe { std::slice::from_raw_parts(words.as_ptr().cast(), size_of_val(words)) }
}

/// The bytes of words, to be filled from a file.
pub(crate) fn bytes_of_mut(words: &mut [u64]) -> &mut [u8] {
    // SAFETY: as above, and whatever the bytes become, they make valid words.
    unsafe { std::slice::from_raw_parts_mut(words.as_mut_ptr().cast(), size_of_val(words)) }
}

/// The length in words of the record at the beginning of `words`; `None` if there is no whole record.
#[inline]
pub(crate) fn record_length(words: &[u64]) -> Option<usize> {
    let length = Header(u64::from_le(*words.first()?)).length();
    (LOG_PREFIX_WORDS..=words.len())
        .contains(&length)
        .then_some(length)
}

/// How many of the records at the beginning of `words` fit in `limit` words, but at least one; and how many words they are.
pub(crate) fn whole_records(words: &[u64], limit: usize) -> (u64, usize) {
    let (mut count, mut end) = (0, 0);
    while let Some(length) = record_length(&words[end..]) {
        if count > 0 && end + length > limit {
            break;
        }
        count += 1;
        end += length;
    }
    (count, end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(length: u64) -> Vec<u64> {
        let mut words = vec![0; length as usize];
        words[0] = Header::new(1, length, 0, 0).0.to_le();
        words
    }

    #[test]
    fn records_are_taken_whole_and_at_least_one() {
        let words = [record(3), record(10), record(4)].concat();
        assert_eq!(whole_records(&words, 2), (1, 3));
        assert_eq!(whole_records(&words, 12), (1, 3));
        assert_eq!(whole_records(&words, 13), (2, 13));
        assert_eq!(whole_records(&words, 100), (3, 17));
        assert_eq!(whole_records(&words[..16], 100), (2, 13));
        assert_eq!(whole_records(&[], 100), (0, 0));
    }

    #[test]
    fn a_header_that_tells_an_impossible_length_begins_no_record() {
        for length in [0, 1, 2, 4] {
            let mut words = record(3);
            words[0] = Header::new(1, length, 0, 0).0.to_le();
            assert_eq!(record_length(&words), None);
        }
    }
}
