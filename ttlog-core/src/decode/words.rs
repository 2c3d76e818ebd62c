//! [`Words`]: of a record, what is still to be read, a value at a time.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use super::value_ref::{ErrorChain, ValueRef};
use crate::record::{Header, TAG_BITS, TAGS_SHIFT, TEXT_CUT, Tag, Wide};

/// The tags that are still to come.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tags {
    word: u64,
    left: u32,
}

impl Tags {
    pub(super) fn in_header(header: Header) -> Tags {
        Tags {
            word: header.tags(),
            left: (u64::BITS - TAGS_SHIFT) / TAG_BITS,
        }
    }

    /// The next tag; `None` at the end.
    #[inline]
    pub(super) fn next(&mut self, words: &mut Words<'_>) -> Option<Tag> {
        if self.left == 0 {
            self.word = words.word()?;
            self.left = u64::BITS / TAG_BITS;
        }
        let tag = Tag::from_bits(self.word);
        self.word >>= TAG_BITS;
        self.left -= 1;
        (tag != Tag::End).then_some(tag)
    }
}

/// Words of a record that are still to be read, little-endian in memory.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Words<'a>(pub(super) &'a [u64]);

impl<'a> Words<'a> {
    #[inline]
    pub(super) fn word(&mut self) -> Option<u64> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(u64::from_le(*first))
    }

    pub(super) fn take_last(&mut self) -> Option<u64> {
        let (last, rest) = self.0.split_last()?;
        self.0 = rest;
        Some(u64::from_le(*last))
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.word()? & !TEXT_CUT).ok()?;
        let (text, rest) = self.0.split_at_checked(length.div_ceil(8))?;
        self.0 = rest;
        // SAFETY: bytes have no alignment and no invalid values, and the words are borrowed as long.
        let bytes =
            unsafe { std::slice::from_raw_parts(text.as_ptr().cast::<u8>(), text.len() * 8) };
        Some(&bytes[..length])
    }

    /// A text; one that was cut within a character ends before that character.
    pub(super) fn text(&mut self) -> Option<&'a str> {
        let bytes = self.bytes()?;
        match std::str::from_utf8(bytes) {
            Ok(text) => Some(text),
            Err(error) => std::str::from_utf8(&bytes[..error.valid_up_to()]).ok(),
        }
    }

    /// The value that a tag announces: the most frequent kinds inlined, the others not.
    #[inline(always)]
    pub(super) fn value(&mut self, tag: Tag) -> Option<ValueRef<'a>> {
        match tag {
            Tag::I64 => Some(ValueRef::I64(self.word()? as i64)),
            Tag::U64 => Some(ValueRef::U64(self.word()?)),
            Tag::Str => Some(ValueRef::Str(self.text()?)),
            _ => self.rarer_value(tag),
        }
    }

    #[inline(never)]
    fn rarer_value(&mut self, tag: Tag) -> Option<ValueRef<'a>> {
        Some(match tag {
            Tag::End | Tag::Name => return None,
            Tag::None => ValueRef::None,
            Tag::Bool => ValueRef::Bool(self.word()? != 0),
            Tag::I64 => ValueRef::I64(self.word()? as i64),
            Tag::U64 => ValueRef::U64(self.word()?),
            Tag::F64 => ValueRef::F64(f64::from_bits(self.word()?)),
            Tag::F32 => ValueRef::F32(f32::from_bits(self.word()? as u32)),
            Tag::Char => ValueRef::Char(char::from_u32(self.word()? as u32)?),
            Tag::Str => ValueRef::Str(self.text()?),
            Tag::Display => ValueRef::Display(self.text()?),
            Tag::Debug => ValueRef::Debug(self.text()?),
            Tag::Bytes => ValueRef::Bytes(self.bytes()?),
            Tag::Duration => {
                let (seconds, nanoseconds) = (self.word()?, self.word()?);
                ValueRef::Duration(
                    Duration::from_secs(seconds).checked_add(Duration::from_nanos(nanoseconds))?,
                )
            }
            Tag::Wide => self.wide()?,
            Tag::Error => {
                let left = self.word()?;
                let chain = ErrorChain::recorded(left, *self);
                for _ in 0..left {
                    self.bytes()?;
                }
                ValueRef::Error(chain)
            }
        })
    }

    fn wide(&mut self) -> Option<ValueRef<'a>> {
        let kind = self.word()?;
        let value = u128::from(self.word()?) | u128::from(self.word()?) << 64;
        const KINDS: [Wide; 4] = [Wide::I128, Wide::U128, Wide::Ipv4, Wide::Ipv6];
        Some(match KINDS.get(usize::try_from(kind).ok()?)? {
            Wide::I128 => ValueRef::I128(value as i128),
            Wide::U128 => ValueRef::U128(value),
            Wide::Ipv4 => ValueRef::Ip(Ipv4Addr::from_bits(value as u32).into()),
            Wide::Ipv6 => ValueRef::Ip(Ipv6Addr::from_bits(value).into()),
        })
    }
}
