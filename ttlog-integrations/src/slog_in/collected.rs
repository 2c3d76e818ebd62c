//! [`Collected`]: the key-values of one record of `slog`.
//!
//! `slog` hands them out from the last to the first: those of the record, the last written first, then those of its logger, then of that
//! logger's parent. And it does so once, as they may be lazy. So they are taken down here, on the stack unless they are many or long, and
//! recorded from the end.

use std::any::Any;
use std::error::Error as StdError;
use std::fmt;
use std::ops::Range;

use slog::{BytesKind, KV, Key, OwnedKVList, Record, SerdeValue, Serializer};
use smallvec::SmallVec;
use ttlog_core::bridge::{Scalar, contain_panic};
use ttlog_core::{Recorded, Slot};

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
    Scalar(Scalar),
    None,
    /// The low half, then the high one.
    I128([u64; 2]),
    U128([u64; 2]),
    Str(Place),
    Shown(Place),
    Bytes(Place),
    /// A place in [`Collected::messages`].
    Error(Place),
}

impl Collected {
    #[inline(always)]
    pub(super) fn new() -> Self {
        Collected {
            pairs: SmallVec::new(),
            texts: SmallVec::new(),
            messages: SmallVec::new(),
            failed: false,
        }
    }

    /// Takes down the values of a record, then those of its logger, each up to one that panics or fails.
    #[inline]
    pub(super) fn take(&mut self, record: &Record<'_>, of_logger: &OwnedKVList) {
        if !hand_out(record, of_logger, self) {
            self.set_failed();
        }
    }

    /// Notes that something is missing.
    pub(super) fn set_failed(&mut self) {
        self.failed = true;
    }

    /// Records all values in their order, and whether something is missing.
    pub(super) fn record(&self, event: &mut Event) {
        for (key, held) in self.pairs.iter().rev() {
            if let Some(slot) = event.next_slot(name(key).as_str()) {
                self.fill(slot, held);
            }
        }
        self.mark(event);
    }

    /// The same for an event whose site has these names.
    #[inline(always)]
    pub(super) fn record_known(&self, event: &mut Event) {
        for (_, held) in self.pairs.iter().rev() {
            match held {
                Held::Scalar(value) => event.scalar(*value),
                held => drop(self.fill(event.slot(), held)),
            }
        }
        self.mark(event);
    }

    #[inline(always)]
    fn mark(&self, event: &mut Event) {
        if self.failed {
            event.mark_panicked();
        }
    }

    #[inline(never)]
    fn fill(&self, slot: Slot<'_>, held: &Held) -> Recorded {
        match held {
            Held::Scalar(value) => slot.scalar(*value),
            Held::None => slot.none(),
            Held::I128(halves) => slot.i128(whole(*halves) as i128),
            Held::U128(halves) => slot.u128(whole(*halves)),
            Held::Str(place) => slot.str(self.text(place)),
            Held::Shown(place) => slot.display(format_args!("{}", self.text(place))),
            Held::Bytes(place) => slot.bytes(&self.texts[place.clone()]),
            Held::Error(place) => {
                let messages = self.messages[place.clone()].iter();
                slot.messages(messages.map(|place| self.text(place)))
            }
        }
    }

    fn text(&self, place: &Place) -> &str {
        let bytes = &self.texts[place.clone()];
        debug_assert!(str::from_utf8(bytes).is_ok());
        // SAFETY: the places of texts are those of what `emit_str` or a `Writer` has appended, which is whole texts; `texts` only grows.
        unsafe { str::from_utf8_unchecked(bytes) }
    }

    pub(super) fn push_scalar(&mut self, key: Key, value: Scalar) {
        self.pairs.push((key, Held::Scalar(value)));
    }

    #[inline(always)]
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

/// Has the values of a record handed out, then those of its logger, each up to one that panics or fails; `false` where one does.
#[inline(always)]
pub(super) fn hand_out(
    record: &Record<'_>,
    of_logger: &OwnedKVList,
    to: &mut impl Serializer,
) -> bool {
    let mut has_own = false;
    // Lazy values are the application's own code.
    let is_whole = contain_panic(|| {
        let own = is_ok(record.kv().serialize(record, to));
        has_own = true;
        is_ok(of_logger.serialize(record, to)) && own
    });
    if !has_own {
        hand_out_of_logger(record, of_logger, to);
    }
    is_whole == Some(true)
}

#[cold]
fn hand_out_of_logger(record: &Record<'_>, of_logger: &OwnedKVList, to: &mut impl Serializer) {
    contain_panic(|| is_ok(of_logger.serialize(record, to)));
}

impl Names for Collected {
    #[inline]
    fn each(&self, mut take: impl FnMut(Text<'_>) -> bool) {
        let mut names = self.pairs.iter().rev();
        names.all(|(key, _)| take(name(key)));
    }
}

/// The name that a key is: a static, unless `slog`'s feature `dynamic-keys` has made it a type of its own.
#[inline(always)]
pub(super) fn name(key: &Key) -> Text<'_> {
    fn of_any(key: &impl AsRef<str>) -> &str {
        key.as_ref()
    }

    match (key as &dyn Any).downcast_ref::<&'static str>() {
        Some(name) => Text::Static(name),
        None => Text::Borrowed(of_any(key)),
    }
}

/// Whether a serialization went well. The error is dropped out of line, and what is none needs no look at what it might be.
#[inline(always)]
fn is_ok(serialized: slog::Result) -> bool {
    #[cold]
    #[inline(never)]
    fn failed(_error: slog::Error) -> bool {
        false
    }

    match serialized {
        Ok(()) => true,
        Err(error) => failed(error),
    }
}

fn halves(value: u128) -> [u64; 2] {
    [value as u64, (value >> 64) as u64]
}

fn whole([low, high]: [u64; 2]) -> u128 {
    u128::from(low) | u128::from(high) << 64
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

impl Serializer for Collected {
    emit_scalars!(push_scalar);

    fn emit_i128(&mut self, key: Key, value: i128) -> slog::Result {
        self.push(key, Held::I128(halves(value as u128)))
    }

    fn emit_u128(&mut self, key: Key, value: u128) -> slog::Result {
        self.push(key, Held::U128(halves(value)))
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
