//! [`Scalars`]: a few values of one word each, held until it is known that an event has no others.
//!
//! Who is handed values one by one, as adapters are, has an encoder in memory, and each value changes it there. These are recorded all at
//! once by an encoder that nobody else gets to know: it stays in registers, and its event is nothing but stores.
//!
//! The event is begun before the values come. Reading the clock waits for all that is in front of it, so what takes several loads, one
//! after the other, as finding the ring, must not stand there.

use super::{Encoder, TAGS_IN_HEADER};
use crate::record::{TAG_BITS, TAGS_SHIFT, Tag};
use crate::scalar::Scalar;

/// A few values of one word each, held until it is known that an event has no others.
#[derive(Debug, Clone, Copy)]
pub struct Scalars {
    words: [u64; Scalars::MOST],
    /// As in a header.
    tags: u64,
}

impl Scalars {
    /// How many values there may be: those whose tags the header has place for.
    pub const MOST: usize = TAGS_IN_HEADER as usize;

    /// None.
    #[inline(always)]
    pub const fn new() -> Self {
        Scalars {
            words: [0; Scalars::MOST],
            tags: 0,
        }
    }

    /// Holds a value; that of each index once, in any order.
    ///
    /// # Panics
    /// If the index is not below [`Scalars::MOST`].
    #[inline(always)]
    pub fn set(&mut self, index: usize, value: Scalar) {
        self.words[index] = value.word;
        self.tags |= (value.tag as u64) << shift(index);
    }

    /// The value of this index, which was set.
    pub fn get(&self, index: usize) -> Scalar {
        Scalar {
            tag: Tag::from_bits(self.tags >> shift(index)),
            word: self.words[index],
        }
    }

    /// Records an event of these values, of which `count` were set: the first ones. The event has no others, and was begun for so many.
    ///
    /// # Panics
    /// If there can't be so many.
    #[inline(always)]
    pub fn record(&self, mut encoder: Encoder, count: usize) {
        assert!(count <= Scalars::MOST, "no more can be held");
        // Not a slice of them: so it is no loop.
        for (index, word) in self.words.iter().enumerate() {
            if index == count {
                break;
            }
            encoder.put(*word);
        }
        encoder.tags = self.tags;
        encoder.finish();
    }
}

impl Default for Scalars {
    fn default() -> Self {
        Scalars::new()
    }
}

#[inline(always)]
const fn shift(index: usize) -> u32 {
    TAGS_SHIFT + TAG_BITS * index as u32
}
