//! The bytes of a payload other than records: little-endian integers, and texts with their length in front.

use super::layout::MAX_TEXT_BYTES;

/// Appends integers and texts to a payload.
#[derive(Debug, Default)]
pub(crate) struct PayloadWriter {
    pub(crate) bytes: Vec<u8>,
}

impl PayloadWriter {
    /// One that allocates nothing until it has more than `bytes` bytes.
    #[cfg(feature = "black-box")]
    pub(crate) fn with_capacity(bytes: usize) -> PayloadWriter {
        PayloadWriter {
            bytes: Vec::with_capacity(bytes),
        }
    }

    pub(crate) fn u32(&mut self, value: u32) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    pub(crate) fn u64(&mut self, value: u64) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// Appends a text's length in bytes, then the text; one longer than [`MAX_TEXT_BYTES`] is cut there.
    pub(crate) fn text(&mut self, text: &str) {
        let text = cut(text, MAX_TEXT_BYTES);
        self.u32(text.len() as u32);
        self.bytes.extend_from_slice(text.as_bytes());
    }

    /// Pads with zeros to a whole word.
    pub(crate) fn pad(&mut self) {
        let length = self.bytes.len().next_multiple_of(8);
        self.bytes.resize(length, 0);
    }
}

/// The text up to `limit` bytes, or to the beginning of the character there.
pub(crate) fn cut(text: &str, limit: usize) -> &str {
    let mut length = text.len().min(limit);
    while !text.is_char_boundary(length) {
        length -= 1;
    }
    &text[..length]
}

/// Takes a payload apart; `None` where it ends too soon.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PayloadReader<'a> {
    pub(crate) bytes: &'a [u8],
}

impl<'a> PayloadReader<'a> {
    pub(crate) fn u32(&mut self) -> Option<u32> {
        let (value, rest) = self.bytes.split_first_chunk()?;
        self.bytes = rest;
        Some(u32::from_le_bytes(*value))
    }

    pub(crate) fn u64(&mut self) -> Option<u64> {
        let (value, rest) = self.bytes.split_first_chunk()?;
        self.bytes = rest;
        Some(u64::from_le_bytes(*value))
    }

    /// Bytes with their length in front.
    pub(crate) fn part(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.u32()?).ok()?;
        let (part, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        Some(part)
    }

    /// A text; what is not UTF-8 in it is replaced by U+FFFD.
    pub(crate) fn text(&mut self) -> Option<String> {
        Some(String::from_utf8_lossy(self.part()?).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back_and_long_texts_are_cut_at_a_character() {
        let long = "ä".repeat(MAX_TEXT_BYTES);
        let mut writer = PayloadWriter::default();
        writer.u32(7);
        writer.u64(u64::MAX);
        writer.text(&format!("a{long}"));
        writer.pad();
        assert_eq!(writer.bytes.len() % 8, 0);
        let mut reader = PayloadReader {
            bytes: &writer.bytes,
        };
        assert_eq!((reader.u32(), reader.u64()), (Some(7), Some(u64::MAX)));
        let text = reader.text().unwrap();
        assert_eq!(text.len(), MAX_TEXT_BYTES - 1);
        assert!(text.starts_with("aä") && text.ends_with('ä'));
        assert!(reader.bytes.iter().all(|byte| *byte == 0));
    }

    #[test]
    fn a_length_beyond_the_end_gives_nothing() {
        let bytes = [255, 255, 255, 255, b'a'];
        assert_eq!(PayloadReader { bytes: &bytes }.part(), None);
        assert_eq!(PayloadReader { bytes: &bytes[..3] }.u32(), None);
    }
}
