//! [`Scalar`]: a value of one word, held before it is recorded.
//!
//! Whoever learns what type a value has only when it is handed over, as adapters do, would have the encoding once for each type. A scalar is the
//! same in two words, so it is encoded in one place, whatever its type.

use crate::record::Tag;
use crate::slot::{Recorded, Slot};

/// A value of one word, held before it is recorded by [`Slot::scalar`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scalar {
    pub(crate) tag: Tag,
    pub(crate) word: u64,
}

macro_rules! scalars {
    ($($what:literal: $name:ident($type:ty) as $tag:ident = $to_word:expr;)*) => {
        impl Scalar {$(
            #[doc = concat!("Holds ", $what, ".")]
            #[inline(always)]
            pub fn $name(value: $type) -> Self {
                let to_word: fn($type) -> u64 = $to_word;
                Scalar { tag: Tag::$tag, word: to_word(value) }
            }
        )*}

        impl Slot<'_> {$(
            #[doc = concat!("Records ", $what, ".")]
            #[inline(always)]
            pub fn $name(self, value: $type) -> Recorded {
                self.scalar(Scalar::$name(value))
            }
        )*}
    };
}

scalars! {
    "a truth value": bool(bool) as Bool = |value| u64::from(value);
    "a signed integer": i64(i64) as I64 = |value| value as u64;
    "an unsigned integer": u64(u64) as U64 = |value| value;
    "a float of 64 bits": f64(f64) as F64 = |value| value.to_bits();
    "a float of 32 bits": f32(f32) as F32 = |value| u64::from(value.to_bits());
    "a character": char(char) as Char = |value| u64::from(value);
}
