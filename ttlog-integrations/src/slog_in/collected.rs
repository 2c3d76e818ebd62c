//! [`Collected`]: the key-values of one record of `slog`.
//!
//! `slog` hands them out from the last to the first: those of the record, the last written first, then those of its logger, then of that
//! logger's parent. And it does so once, as they may be lazy. So they are taken down here, on the stack unless they are many or long, and
//! recorded from the end.

use std::error::Error as StdError;
use std::fmt;
use std::ops::Range;

use slog::{BytesKind, Key, SerdeValue, Serializer};
use smallvec::SmallVec;
use ttlog_core::Slot;
use ttlog_core::bridge::contain_panic;

use crate::event::Event;
use crate::json::Json;
use crate::sites::{Names, Text};

/// How many bytes of a text are taken down: more than an event can have.
const LONGEST_TEXT: usize = 1 << 19;
/// How many messages of an error and its sources are taken down, as many as are recorded.
const LONGEST_CHAIN: usize = 16;

/// See the [module](self).
#[derive(Debug)]
pub(super) struct Collected {
    /// As they came: the last one first.
    pairs: SmallVec<[(Key, Held); 12]>,
    /// What the values' texts are made of: whole characters, one text behind another.
    texts: SmallVec<[u8; 512]>,
    /// The messages of errors.
    messages: SmallVec<[Place; 4]>,
    /// Whether something is missing because a value panicked or failed.
    failed: bool,
}

/// Where something stands.
type Place = Range<usize>;

/// A value; texts are places in [`Collected::texts`].
#[derive(Debug)]
enum Held {
    None,
    Bool(bool),
    Char(char),
    I64(i64),
    U64(u64),
    I128(i128),
    U128(u128),
    F32(f32),
    F64(f64),
    Str(Place),
    Shown(Place),
    Bytes(Place),
    /// A place in [`Collected::messages`].
    Error(Place),
}

impl Collected {
    pub(super) fn new() -> Self {
        Collected {
            pairs: SmallVec::new(),
            texts: SmallVec::new(),
            messages: SmallVec::new(),
            failed: false,
        }
    }

    /// Takes down what `serialize` hands out, up to a value that panics or fails.
    pub(super) fn take(&mut self, serialize: impl FnOnce(&mut Collected) -> slog::Result) {
        // Lazy values are the application's own code.
        let is_whole = contain_panic(|| serialize(self).is_ok());
        self.failed |= is_whole != Some(true);
    }

    /// Records all values in their order, and whether something is missing.
    pub(super) fn record(&self, event: &mut Event) {
        for (key, held) in self.pairs.iter().rev() {
            if let Some(slot) = event.next_slot(name(key)) {
                self.fill(slot, held);
            }
        }
        if self.failed {
            event.mark_panicked();
        }
    }

    fn fill(&self, slot: Slot<'_>, held: &Held) {
        match held {
            Held::None => slot.none(),
            Held::Bool(value) => slot.bool(*value),
            Held::Char(value) => slot.char(*value),
            Held::I64(value) => slot.i64(*value),
            Held::U64(value) => slot.u64(*value),
            Held::I128(value) => slot.i128(*value),
            Held::U128(value) => slot.u128(*value),
            Held::F32(value) => slot.f32(*value),
            Held::F64(value) => slot.f64(*value),
            Held::Str(place) => slot.str(self.text(place)),
            Held::Shown(place) => slot.display(format_args!("{}", self.text(place))),
            Held::Bytes(place) => slot.bytes(&self.texts[place.clone()]),
            Held::Error(place) => {
                let messages = self.messages[place.clone()].iter();
                slot.messages(messages.map(|place| self.text(place)))
            }
        };
    }

    fn text(&self, place: &Place) -> &str {
        // What was written by a formatter is whole characters.
        str::from_utf8(&self.texts[place.clone()]).unwrap_or("")
    }

    fn push(&mut self, key: Key, held: Held) -> slog::Result {
        self.pairs.push((key, held));
        Ok(())
    }

    fn bytes(&mut self, bytes: &[u8]) -> Place {
        let start = self.texts.len();
        let taken = bytes.len().min(LONGEST_TEXT);
        self.texts.extend_from_slice(&bytes[..taken]);
        start..self.texts.len()
    }

    /// Takes down what a formatter writes.
    fn shown(&mut self, value: fmt::Arguments<'_>) -> Place {
        let start = self.texts.len();
        let mut writer = Writer {
            end: start + LONGEST_TEXT,
            texts: &mut self.texts,
            is_full: false,
        };
        let written = contain_panic(|| fmt::write(&mut writer, value));
        let is_whole = written == Some(Ok(())) || writer.is_full;
        self.failed |= !is_whole;
        start..self.texts.len()
    }
}

impl Names for Collected {
    #[inline]
    fn each(&self, mut take: impl FnMut(Text<'_>) -> bool) {
        let mut names = self.pairs.iter().rev();
        names.all(|(key, _)| take(Text::Borrowed(name(key))));
    }
}

/// The name that a key is, whether or not `slog`'s feature `dynamic-keys` has made it a type of its own.
fn name(key: &impl AsRef<str>) -> &str {
    key.as_ref()
}

/// Appends texts up to an end.
struct Writer<'a> {
    texts: &'a mut SmallVec<[u8; 512]>,
    end: usize,
    is_full: bool,
}

impl fmt::Write for Writer<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = self.end - self.texts.len();
        if text.len() <= room {
            self.texts.extend_from_slice(text.as_bytes());
            return Ok(());
        }
        self.texts.extend_from_slice(cut(text, room).as_bytes());
        self.end = self.texts.len();
        self.is_full = true;
        Err(fmt::Error)
    }
}

/// As much of a text as fits.
fn cut(text: &str, most: usize) -> &str {
    let mut length = text.len().min(most);
    while !text.is_char_boundary(length) {
        length -= 1;
    }
    &text[..length]
}

macro_rules! numbers {
    ($($method:ident($type:ty) as $kind:ident;)*) => {$(
        fn $method(&mut self, key: Key, value: $type) -> slog::Result {
            self.push(key, Held::$kind(value.into()))
        }
    )*};
}

impl Serializer for Collected {
    numbers! {
        emit_bool(bool) as Bool;
        emit_char(char) as Char;
        emit_i8(i8) as I64;
        emit_i16(i16) as I64;
        emit_i32(i32) as I64;
        emit_i64(i64) as I64;
        emit_u8(u8) as U64;
        emit_u16(u16) as U64;
        emit_u32(u32) as U64;
        emit_u64(u64) as U64;
        emit_i128(i128) as I128;
        emit_u128(u128) as U128;
        emit_f32(f32) as F32;
        emit_f64(f64) as F64;
    }

    fn emit_usize(&mut self, key: Key, value: usize) -> slog::Result {
        self.push(key, Held::U64(value as u64))
    }

    fn emit_isize(&mut self, key: Key, value: isize) -> slog::Result {
        self.push(key, Held::I64(value as i64))
    }

    fn emit_unit(&mut self, key: Key) -> slog::Result {
        self.push(key, Held::None)
    }

    fn emit_none(&mut self, key: Key) -> slog::Result {
        self.push(key, Held::None)
    }

    fn emit_str(&mut self, key: Key, value: &str) -> slog::Result {
        let place = self.bytes(cut(value, LONGEST_TEXT).as_bytes());
        self.push(key, Held::Str(place))
    }

    fn emit_bytes(&mut self, key: Key, bytes: &[u8], _kind: BytesKind) -> slog::Result {
        let place = self.bytes(bytes);
        self.push(key, Held::Bytes(place))
    }

    fn emit_arguments(&mut self, key: Key, value: &fmt::Arguments<'_>) -> slog::Result {
        let place = self.shown(*value);
        self.push(key, Held::Shown(place))
    }

    fn emit_serde(&mut self, key: Key, value: &dyn SerdeValue) -> slog::Result {
        let place = self.shown(format_args!("{}", Json(value.as_serde())));
        self.push(key, Held::Shown(place))
    }

    fn emit_error(&mut self, key: Key, error: &(dyn StdError + 'static)) -> slog::Result {
        let start = self.messages.len();
        let mut next = Some(error);
        while let Some(error) = next
            && self.messages.len() - start < LONGEST_CHAIN
        {
            let message = self.shown(format_args!("{error}"));
            self.messages.push(message);
            next = contain_panic(|| error.source()).unwrap_or_else(|| {
                self.failed = true;
                None
            });
        }
        self.push(key, Held::Error(start..self.messages.len()))
    }
}
