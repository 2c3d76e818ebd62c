//! Events that only the reader of an image can tell of: the crash, and losses that the process did not live to tell.

use super::ending::Crash;
use crate::level::LogLevel;
use crate::record::{Header, LOG_PREFIX_WORDS, TAG_BITS, TAGS_SHIFT, Tag, flag};

/// The longest such record, in words.
const MAX_WORDS: usize = 128;

/// A record in the making, without a call site and without memory from the heap.
struct Record {
    words: [u64; MAX_WORDS],
    length: usize,
    values: u32,
    tags: u64,
    tags_at: usize,
}

impl Record {
    fn new(level: LogLevel, target: &str, wall_ns: u64, thread_id: u32) -> Record {
        let mut record = Record {
            words: [0; MAX_WORDS],
            length: 0,
            values: 0,
            tags: 0,
            tags_at: 0,
        };
        // The header comes at the end.
        record.put(&[0, wall_ns, u64::from(thread_id) << 32]);
        debug_assert_eq!(record.length, LOG_PREFIX_WORDS);
        // Level and line, then the time that the event's maker gave it.
        record.put(&[level as u64, 0]);
        record.text(target);
        record.text("");
        record.text("");
        record
    }

    fn put(&mut self, words: &[u64]) {
        self.words[self.length..][..words.len()].copy_from_slice(words);
        self.length += words.len();
    }

    fn text(&mut self, text: &str) {
        self.put(&[text.len() as u64]);
        for chunk in text.as_bytes().chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.put(&[u64::from_le_bytes(word)]);
        }
    }

    fn tag(&mut self, tag: Tag) {
        const IN_HEADER: u32 = 5;
        if self.values >= IN_HEADER {
            let place = (self.values - IN_HEADER) % 16;
            if place == 0 {
                self.tags_at = self.length;
                self.put(&[0]);
            }
            self.words[self.tags_at] |= (tag as u64) << (TAG_BITS * place);
        } else {
            self.tags |= (tag as u64) << (TAGS_SHIFT + TAG_BITS * self.values);
        }
        self.values += 1;
    }

    fn text_value(&mut self, tag: Tag, text: &str) {
        self.tag(tag);
        self.text(text);
    }

    fn text_field(&mut self, name: &str, text: &str) {
        self.text_value(Tag::Name, name);
        self.text_value(Tag::Str, text);
    }

    fn number_field(&mut self, name: &str, tag: Tag, number: u64) {
        self.text_value(Tag::Name, name);
        self.tag(tag);
        self.put(&[number]);
    }

    /// Appends it to `out`, if that has room.
    fn append_to(mut self, flags: u8, out: &mut Vec<u64>) {
        let flags = flags | flag::DYNAMIC | flag::MESSAGE;
        self.words[0] = Header::new(0, self.length as u64, flags, self.tags).0;
        if out.capacity() - out.len() >= self.length {
            out.extend(self.words[..self.length].iter().map(|word| word.to_le()));
        }
    }
}

/// A short text of numbers and names, without memory from the heap. What is too long is cut.
pub(crate) struct ShortText {
    bytes: [u8; 256],
    length: usize,
}

impl ShortText {
    pub(crate) fn new(text: std::fmt::Arguments<'_>) -> ShortText {
        let mut short = ShortText {
            bytes: [0; 256],
            length: 0,
        };
        // Fails where it is cut.
        let _ = std::fmt::Write::write_fmt(&mut short, text);
        short
    }

    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.length]).unwrap_or("")
    }
}

impl std::fmt::Write for ShortText {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        let part = crate::snapshot::cut(text, self.bytes.len() - self.length);
        self.bytes[self.length..][..part.len()].copy_from_slice(part.as_bytes());
        self.length += part.len();
        if part.len() < text.len() {
            return Err(std::fmt::Error);
        }
        Ok(())
    }
}

/// Appends the event of a crash to `out`.
pub(crate) fn append_crash(crash: &Crash, out: &mut Vec<u64>) {
    let mut record = Record::new(LogLevel::Critical, "signal", crash.wall_ns, crash.thread_id);
    let text = ShortText::new(format_args!("{crash}"));
    record.text_value(Tag::Display, text.as_str());
    record.number_field("signal", Tag::U64, u64::from(crash.signal));
    record.text_field("name", crash.signal_name());
    record.number_field("code", Tag::I64, i64::from(crash.code) as u64);
    if let Some(address) = crash.address {
        let text = ShortText::new(format_args!("{address:#x}"));
        record.text_field("address", text.as_str());
    }
    record.text_field("thread", crash.thread_name());
    record.number_field("os_thread_id", Tag::U64, u64::from(crash.os_thread_id));
    record.append_to(0, out);
}

/// Appends an event to `out` that tells of events that were overwritten.
pub(crate) fn append_loss(lost: u64, wall_ns: u64, out: &mut Vec<u64>) {
    let mut record = Record::new(LogLevel::Warn, "ttlog", wall_ns, 0);
    let s = if lost == 1 { "" } else { "s" };
    let text = ShortText::new(format_args!("{lost} event{s} lost here: overwritten"));
    record.text_value(Tag::Display, text.as_str());
    record.number_field("lost", Tag::U64, lost);
    record.append_to(flag::SYNTHETIC, out);
}
