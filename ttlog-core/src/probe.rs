//! [`Probe`]: finds out, at compile time, how a plain value in a log call is recorded.
//!
//! A blanket `impl<T: Error> Value for T` would clash with the integers', so the macros ask by method
//! resolution instead: `(&&&&Probe(&value)).ttlog_kind()` takes the first of these traits that the value's
//! type satisfies, in the order of the references that have to be taken off.
//!
//! Where a value stands without a name, `ttlog_shorthand` is asked: it may have [`Fields`] of its own
//! there. Those are recorded behind all that the call site knows, so such a value is recorded in two steps, of which one does
//! nothing: `record`, at the place of the one field that it would be, and `spread`, at the end.
//!
//! A type that the compiler has not found out yet, because only code below the call says it (`let n = text.parse()?; info!(n); Ok(n)`), is taken
//! for one that satisfies the first trait. So that is [`Value`], which it nearly always is in the end.

use std::error::Error;
use std::fmt;

use crate::encode::Encoder;
use crate::field_writer::FieldWriter;
use crate::fields::Fields;
use crate::value::Value;

/// A value whose way of being recorded is asked for.
#[derive(Debug)]
pub struct Probe<'a, T: ?Sized>(pub &'a T);

/// The value is recorded as the [`Fields`] that it has.
#[derive(Debug)]
pub struct KindFields;

/// The value is recorded by its [`Value`].
#[derive(Debug)]
pub struct KindValue;

/// The value is recorded as an error with its sources.
#[derive(Debug)]
pub struct KindError;

/// The value can only be recorded as the text that the message shows of it.
#[derive(Debug)]
pub struct KindText;

/// First choice: the type is a [`Value`].
pub trait ViaValue {
    /// How the value is recorded.
    #[inline(always)]
    fn ttlog_kind(&self) -> KindValue {
        KindValue
    }

    /// How the value is recorded, where the message shows it too.
    #[inline(always)]
    fn ttlog_kind_or_text(&self) -> KindValue {
        KindValue
    }

    /// The same for a value without a name.
    #[inline(always)]
    fn ttlog_shorthand(&self) -> KindValue {
        KindValue
    }

    /// The same for a value without a name, which the message shows too.
    #[inline(always)]
    fn ttlog_shorthand_or_text(&self) -> KindValue {
        KindValue
    }
}

impl<T: Value + ?Sized> ViaValue for &&&Probe<'_, T> {}

/// Second choice where the value has no name: the type has [`Fields`].
pub trait ViaFields {
    /// How the value is recorded.
    #[inline(always)]
    fn ttlog_shorthand(&self) -> KindFields {
        KindFields
    }

    /// How the value is recorded, where the message shows it too.
    #[inline(always)]
    fn ttlog_shorthand_or_text(&self) -> KindFields {
        KindFields
    }
}

impl<T: Fields + ?Sized> ViaFields for &&Probe<'_, T> {}

/// Choice after these: the type is an [`Error`].
pub trait ViaError {
    /// How the value is recorded.
    #[inline(always)]
    fn ttlog_kind(&self) -> KindError {
        KindError
    }

    /// How the value is recorded, where the message shows it too.
    #[inline(always)]
    fn ttlog_kind_or_text(&self) -> KindError {
        KindError
    }

    /// The same for a value without a name.
    #[inline(always)]
    fn ttlog_shorthand(&self) -> KindError {
        KindError
    }

    /// The same for a value without a name, which the message shows too.
    #[inline(always)]
    fn ttlog_shorthand_or_text(&self) -> KindError {
        KindError
    }
}

impl<T: Error> ViaError for &Probe<'_, T> {}

/// No way: the compiler says that the type is no [`Value`].
pub trait ViaNothing {
    /// How the value is recorded.
    #[inline(always)]
    fn ttlog_kind(&self) -> KindValue {
        KindValue
    }

    /// The same for a value without a name.
    #[inline(always)]
    fn ttlog_shorthand(&self) -> KindValue {
        KindValue
    }
}

impl<T: ?Sized> ViaNothing for Probe<'_, T> {}

/// Last choice where the message shows the value: its text.
pub trait ViaText {
    /// How the value is recorded.
    #[inline(always)]
    fn ttlog_kind_or_text(&self) -> KindText {
        KindText
    }

    /// The same for a value without a name, which the message shows too.
    #[inline(always)]
    fn ttlog_shorthand_or_text(&self) -> KindText {
        KindText
    }
}

impl<T: ?Sized> ViaText for Probe<'_, T> {}

impl KindFields {
    /// Does nothing: there is no one value.
    #[inline(always)]
    pub fn record<T: ?Sized>(&self, _value: &T, _encoder: &mut Encoder) {}

    /// Does nothing: there is no one value.
    #[inline(always)]
    pub fn record_or_text<T: ?Sized>(
        &self,
        _value: &T,
        _encoder: &mut Encoder,
        _text: fmt::Arguments<'_>,
    ) {
    }

    /// The bit of a value that spreads.
    #[inline(always)]
    pub fn bit(&self, index: u32) -> u64 {
        1 << index
    }

    /// Records the fields of the value.
    #[inline(always)]
    pub fn spread<T: Fields + ?Sized>(&self, value: &T, encoder: &mut Encoder) {
        encoder.spread(value);
    }
}

macro_rules! no_fields {
    ($($kind:ident),*) => {$(
        impl $kind {
            /// No bit: the value doesn't spread.
            #[inline(always)]
            pub fn bit(&self, _index: u32) -> u64 {
                0
            }

            /// Does nothing: the value is one.
            #[inline(always)]
            pub fn spread<T: ?Sized>(&self, _value: &T, _encoder: &mut Encoder) {}
        }
    )*};
}

no_fields!(KindValue, KindError, KindText);

impl KindValue {
    /// Records one of the fields of a value that has some.
    #[inline]
    pub fn write<T: Value + ?Sized>(&self, value: &T, name: &str, fields: &mut FieldWriter<'_>) {
        fields.field(name, value);
    }

    /// Records the value.
    #[inline(always)]
    pub fn record<T: Value + ?Sized>(&self, value: &T, encoder: &mut Encoder) {
        value.record(encoder.slot());
    }

    /// Records the value; its text isn't needed.
    #[inline(always)]
    pub fn record_or_text<T: Value + ?Sized>(
        &self,
        value: &T,
        encoder: &mut Encoder,
        _text: fmt::Arguments<'_>,
    ) {
        value.record(encoder.slot());
    }
}

impl KindError {
    /// Records one of the fields of a value that has some.
    #[inline]
    pub fn write<T: Error>(&self, value: &T, name: &str, fields: &mut FieldWriter<'_>) {
        fields.error(name, value);
    }

    /// Records the error and its sources.
    pub fn record<T: Error>(&self, error: &T, encoder: &mut Encoder) {
        encoder.slot().error(error);
    }

    /// Records the error and its sources; its text isn't needed.
    pub fn record_or_text<T: Error>(
        &self,
        error: &T,
        encoder: &mut Encoder,
        _text: fmt::Arguments<'_>,
    ) {
        encoder.slot().error(error);
    }
}

impl KindText {
    /// Records the text that the message shows of the value.
    pub fn record_or_text<T: ?Sized>(
        &self,
        _value: &T,
        encoder: &mut Encoder,
        text: fmt::Arguments<'_>,
    ) {
        encoder.display(text);
    }
}
