//! Texts and bytes, in whole words.

use super::{Encoder, LONGEST_NAME};
use crate::record::{TEXT_CUT, Tag, flag};
use crate::ring::Slots;

impl Encoder {
    /// Appends a text with its tag, cut where it is too long.
    #[inline(always)]
    pub(crate) fn text(&mut self, tag: Tag, bytes: &[u8]) {
        // The word of the length is set aside, as a rule; the bytes' words are not.
        if self.open(tag, 1) {
            self.untagged_text(bytes);
        } else {
            self.leave_out();
        }
    }

    /// Appends a text whose length word has room; cut where it is too long.
    #[inline(always)]
    fn untagged_text(&mut self, bytes: &[u8]) {
        let length_slot = self.position;
        self.position += 1;
        let base = self.position + self.set_aside;
        let (mut taken, mut length) = (bytes, bytes.len() as u64);
        if base + length.div_ceil(8) > self.limit {
            let room = self.ring().room_for_text(self.start, base, bytes.len());
            self.limit = room.limit;
            self.abandoned |= room.full;
            if room.length < bytes.len() {
                self.flags |= flag::CUT;
                taken = &bytes[..room.length];
                length = room.length as u64 | TEXT_CUT;
            }
        }
        self.store(length_slot, length);
        // SAFETY: the ring is alive, see the field.
        self.position = unsafe { store_bytes(self.slots, self.position, taken) };
    }

    /// Appends, without a tag, a text that stands for something and is not a value.
    pub(super) fn short_text(&mut self, text: &str) {
        let length = LONGEST_NAME.min(text.len());
        if length < text.len() {
            self.flags |= flag::CUT;
        }
        if self.has_room(1) {
            self.untagged_text(&text.as_bytes()[..length]);
        }
    }
}

/// Stores bytes, padded to whole words; gives the position behind them.
///
/// Out of line: a call costs less than its code at every call site.
///
/// # Safety
/// The ring is alive.
#[inline(never)]
unsafe fn store_bytes(slots: Slots, mut position: u64, bytes: &[u8]) -> u64 {
    let mut store = |word| {
        // SAFETY: the caller's promise.
        unsafe { slots.put(position, word) };
        position += 1;
    };
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        store(u64::from_le_bytes(*word));
    }
    if !rest.is_empty() {
        store(last_word(bytes, rest.len()));
    }
    position
}

/// The last `rest` bytes, of the at least as many in `bytes`, as a word with zeros above them.
#[inline(always)]
pub(crate) fn last_word(bytes: &[u8], rest: usize) -> u64 {
    if let Some(word) = bytes.last_chunk::<8>() {
        return u64::from_le_bytes(*word) >> (64 - 8 * rest);
    }
    // Fewer than eight bytes in all: two loads that may overlap, or three.
    if let (Some(low), Some(high)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        let high = u64::from(u32::from_le_bytes(*high));
        return u64::from(u32::from_le_bytes(*low)) | high << (8 * (rest - 4));
    }
    let byte = |at: usize| u64::from(bytes[at]) << (8 * at);
    byte(0) | byte(rest / 2) | byte(rest - 1)
}
