//! Texts that a formatter writes: `%value`, `?value`, messages with placeholders, errors.
//!
//! They go straight into the ring, and may log while they are written. A panic in one leaves a mark on the event, and
//! what was written before it.

use std::cell::Cell;
use std::error::Error;
use std::fmt;

use crate::current::{self, Panicked};
use crate::encode::{Encoder, last_word};
use crate::record::{TEXT_CUT, Tag, flag};

/// How many messages of an error and its sources are recorded.
const LONGEST_CHAIN: u64 = 16;
/// Pieces of text of up to so many full words are written without a loop, which would need to save registers.
const SHORT_WORDS: usize = 3;

impl Encoder {
    /// Records the formatted message, as [`Encoder::message`] does, in the code of the caller; for messages that are no literals.
    #[inline(always)]
    pub fn message_in_line(&mut self, message: fmt::Arguments<'_>) {
        self.flag(flag::MESSAGE);
        if self.is_next_at_hand() {
            self.open(Tag::Display, 1);
            self.formatted_text(message);
        } else {
            self.formatted_in_any_way(Tag::Display, message);
        }
    }

    /// Appends, with its tag, what a formatter writes.
    #[inline(never)]
    pub(crate) fn formatted(&mut self, tag: Tag, arguments: fmt::Arguments<'_>) {
        if arguments.as_str().is_some() || !self.is_next_at_hand() {
            self.formatted_in_any_way(tag, arguments);
        } else {
            // Can't fail, and the compiler knows.
            self.open(tag, 1);
            self.formatted_text(arguments);
        }
    }

    /// The same for a text that is known, and where room has to be looked for.
    #[inline(never)]
    fn formatted_in_any_way(&mut self, tag: Tag, arguments: fmt::Arguments<'_>) {
        if let Some(text) = arguments.as_str() {
            self.text(tag, text.as_bytes());
        } else if self.open(tag, 1) {
            self.formatted_text(arguments);
        } else {
            self.leave_out();
        }
    }

    /// Appends what a formatter writes, where its length word has room.
    #[inline(always)]
    fn formatted_text(&mut self, arguments: fmt::Arguments<'_>) {
        let length_slot = self.position;
        self.position += 1;
        let mut text = TextWriter {
            encoder: self,
            length: 0,
            partial: 0,
            cut: false,
        };
        let failed = match current::catch(|| fmt::write(&mut text, arguments)) {
            Ok(written) => written.is_err() && !text.cut,
            Err(Panicked) => true,
        };
        let length = text.end();
        if failed {
            self.flag(flag::PANICKED);
        }
        self.store(length_slot, length);
    }

    /// Appends an error's message and those of its sources.
    #[inline(never)]
    pub(crate) fn error<'a>(&mut self, error: &'a (dyn Error + 'a)) {
        let panicked = Cell::new(false);
        let source = |error: &&'a (dyn Error + 'a)| source(*error, &panicked);
        self.messages(std::iter::successors(Some(error), source));
        if panicked.get() {
            self.flag(flag::PANICKED);
        }
    }

    /// Appends the messages of an error, the outermost first.
    pub(crate) fn messages(&mut self, messages: impl Iterator<Item = impl fmt::Display>) {
        if !self.open(Tag::Error, 1) {
            return self.leave_out();
        }
        let count_slot = self.position;
        self.position += 1;
        let mut count = 0;
        for message in messages.take(LONGEST_CHAIN as usize) {
            if !self.has_room(1) {
                break;
            }
            self.formatted_text(format_args!("{message}"));
            count += 1;
        }
        self.store(count_slot, count);
    }
}

/// The source of an error; none where asking for it panics.
fn source<'a>(error: &'a (dyn Error + 'a), panicked: &Cell<bool>) -> Option<&'a (dyn Error + 'a)> {
    current::catch(|| error.source()).unwrap_or_else(|Panicked| {
        panicked.set(true);
        None
    })
}

/// Takes a formatter's output, eight bytes at a time.
struct TextWriter<'a> {
    encoder: &'a mut Encoder,
    /// Bytes so far.
    length: u64,
    /// The bytes of the last word that isn't full.
    partial: u64,
    cut: bool,
}

impl TextWriter<'_> {
    /// Appends the lowest `count` bytes of `bytes`, 1 to 8; those above are 0.
    #[inline]
    fn push(&mut self, bytes: u64, count: u64) -> fmt::Result {
        let used = self.length % 8;
        // Each word gets its room with the first of its bytes.
        if used == 0 && !self.encoder.has_room(1) {
            self.cut = true;
            return Err(fmt::Error);
        }
        self.partial |= bytes << (8 * used);
        let taken = count.min(8 - used);
        self.length += taken;
        if used + taken < 8 {
            return Ok(());
        }
        self.encoder.put(self.partial);
        self.partial = 0;
        if taken == count {
            return Ok(());
        }
        if !self.encoder.has_room(1) {
            self.cut = true;
            return Err(fmt::Error);
        }
        self.partial = bytes >> (8 * taken);
        self.length += count - taken;
        Ok(())
    }

    /// Appends a text for which there is room, where the last word is full.
    #[inline(always)]
    fn push_short(&mut self, text: &[u8]) {
        let (words, rest) = text.as_chunks::<8>();
        // No more than there are; so the compiler knows how often at most.
        self.encoder.put_all(words.iter().take(SHORT_WORDS));
        self.push_rest(text, rest.len());
    }

    /// Appends a text for which there is room, where the last word is full.
    #[inline(never)]
    fn push_long(&mut self, text: &[u8]) -> fmt::Result {
        let (words, rest) = text.as_chunks::<8>();
        self.encoder.put_all(words.iter());
        self.push_rest(text, rest.len());
        Ok(())
    }

    /// Appends the last `rest` bytes of a text, behind all others of it.
    #[inline(always)]
    fn push_rest(&mut self, text: &[u8], rest: usize) {
        if rest > 0 {
            self.partial = last_word(text, rest);
        }
        self.length += text.len() as u64;
    }

    /// Appends a text word by word, each of which gets its room when its turn comes.
    #[inline(never)]
    fn push_text(&mut self, text: &[u8]) -> fmt::Result {
        if self.cut {
            return Err(fmt::Error);
        }
        let (words, rest) = text.as_chunks::<8>();
        for word in words {
            self.push(u64::from_le_bytes(*word), 8)?;
        }
        if !rest.is_empty() {
            self.push(last_word(text, rest.len()), rest.len() as u64)?;
        }
        Ok(())
    }

    /// Writes the last word; gives the text's length word.
    ///
    /// In line, or it would be moved: and what is then read was written in smaller pieces just now, for which the processor waits.
    #[inline(always)]
    fn end(self) -> u64 {
        if !self.length.is_multiple_of(8) {
            // `write_str` made room for it with the first of its bytes.
            self.encoder.put(self.partial);
        }
        self.length | if self.cut { TEXT_CUT } else { 0 }
    }
}

impl fmt::Write for TextWriter<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // So it is with the first piece, as a rule, and often there is no other one.
        if self.length.is_multiple_of(8)
            && !self.cut
            && self.encoder.is_within_limit(text.len().div_ceil(8) as u64)
        {
            if text.len() >= 8 * (SHORT_WORDS + 1) {
                return self.push_long(text.as_bytes());
            }
            self.push_short(text.as_bytes());
            return Ok(());
        }
        self.push_text(text.as_bytes())
    }
}
