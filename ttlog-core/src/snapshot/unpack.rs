//! [`Unpacker`]: makes words again of what [`Packer`](super::pack::Packer) has made of them.
//!
//! Nothing in the input is trusted: whatever it is, the words are as many as were asked for, or there is no result; and nothing is
//! allocated beyond them.

use super::pack::{AS_IT_IS, Expected, rest_of_header};
use crate::record::{Header, LOG_PREFIX_WORDS, MAX_SITE, SITE_BITS};

/// Unpacks blocks; keeps its tables from one to the next.
#[derive(Debug)]
pub(crate) struct Unpacker {
    expected: Expected,
}

impl Unpacker {
    pub(crate) fn new() -> Unpacker {
        Unpacker {
            expected: Expected::new(),
        }
    }

    /// Replaces `words` by the `count` ones that `packed` stands for; `None` if it makes no sense. Behind it may be up to seven
    /// bytes of padding.
    pub(crate) fn unpack(
        &mut self,
        packed: &[u8],
        count: usize,
        words: &mut Vec<u64>,
    ) -> Option<()> {
        self.expected.reset();
        words.clear();
        words.resize(count, 0);
        let (length, packed) = packed.split_first_chunk()?;
        let (control, bytes) = packed.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        let mut items = Items {
            control,
            is_high: false,
            bytes,
        };
        let mut position = 0;
        while position < count {
            let (before, rest) = words.split_at_mut(position);
            position += unpack_record(&mut items, &mut self.expected, before, rest)?;
        }
        items.are_used_up().then_some(())
    }
}

/// Makes a record at the beginning of `rest`; gives its length.
#[inline]
fn unpack_record(
    items: &mut Items<'_>,
    expected: &mut Expected,
    before: &[u64],
    rest: &mut [u64],
) -> Option<usize> {
    let site = items.take(expected.site)? & u64::from(MAX_SITE);
    let like = expected.replace_record(site, before, before.len());
    let header = Header(items.take(rest_of_header(like))? << SITE_BITS | site);
    let length = header.length();
    if length < LOG_PREFIX_WORDS {
        return None;
    }
    let (start, values) = rest.get_mut(..length)?.split_at_mut(LOG_PREFIX_WORDS);
    let time = items.take(expected.time)?;
    let thread = items.take(expected.thread)? & u64::from(u32::MAX);
    let last = expected.number(thread);
    let number = items.take(u64::from(*last))? as u32;
    *last = number;
    (expected.site, expected.time, expected.thread) = (site, time, thread);
    let words = [header.0, time, thread << 32 | u64::from(number)];
    start.copy_from_slice(&words.map(u64::to_le));
    let like = like.get(LOG_PREFIX_WORDS..).unwrap_or_default();
    let (alike, more) = values.split_at_mut(values.len().min(like.len()));
    for (word, like) in alike.iter_mut().zip(like) {
        *word = items.take(u64::from_le(*like))?.to_le();
    }
    for word in more {
        *word = items.take(0)?.to_le();
    }
    Some(length)
}

/// What is left of the items of a block.
struct Items<'a> {
    control: &'a [u8],
    /// Whether the low nibble of the first of `control` is taken.
    is_high: bool,
    bytes: &'a [u8],
}

impl Items<'_> {
    #[inline(always)]
    fn take(&mut self, expected: u64) -> Option<u64> {
        let control = *self.control.first()?;
        let nibble = usize::from(if self.is_high {
            self.control = &self.control[1..];
            control >> 4
        } else {
            control & 15
        });
        self.is_high = !self.is_high;
        let is_whole = nibble >= AS_IT_IS;
        let length = if is_whole {
            nibble - (AS_IT_IS - 1)
        } else {
            nibble
        };
        let mut bytes = [0; 8];
        let word = match self.bytes.first_chunk() {
            Some(bytes) => {
                u64::from_le_bytes(*bytes) & u64::MAX.unbounded_shr(64 - 8 * length as u32)
            }
            None => {
                bytes[..length].copy_from_slice(self.bytes.get(..length)?);
                u64::from_le_bytes(bytes)
            }
        };
        self.bytes = &self.bytes[length..];
        Some(if is_whole {
            word
        } else {
            expected.wrapping_add(word >> 1 ^ (word & 1).wrapping_neg())
        })
    }

    /// Whether nothing is left but a nibble and padding.
    fn are_used_up(&self) -> bool {
        self.control.len() == usize::from(self.is_high) && self.bytes.len() < 8
    }
}
