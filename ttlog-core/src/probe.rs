//! [`Probe`]: finds out, at compile time, how a plain value in a log call is recorded.
//!
//! A blanket `impl<T: Error> Value for T` would clash with the integers', so the macros ask by method
//! resolution instead: `(&&&Probe(&value)).ttlog_kind()` takes the first of these traits that the value's
//! type satisfies, in the order of the references that have to be taken off.

use std::error::Error;
use std::fmt;

use crate::encode::Encoder;
use crate::value::Value;

/// A value whose way of being recorded is asked for.
#[derive(Debug)]
pub struct Probe<'a, T: ?Sized>(pub &'a T);

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
}

impl<T: Value + ?Sized> ViaValue for &&Probe<'_, T> {}

/// Second choice: the type is an [`Error`].
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
}

impl<T: Error> ViaError for &Probe<'_, T> {}

/// No way: the compiler says that the type is no [`Value`].
pub trait ViaNothing {
    /// How the value is recorded.
    #[inline(always)]
    fn ttlog_kind(&self) -> KindValue {
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
}

impl<T: ?Sized> ViaText for Probe<'_, T> {}

impl KindValue {
    /// Records the value.
    #[inline(always)]
    pub fn record<T: Value + ?Sized>(self, value: &T, encoder: &mut Encoder) {
        value.record(encoder.slot());
    }

    /// Records the value; its text isn't needed.
    #[inline(always)]
    pub fn record_or_text<T: Value + ?Sized>(
        self,
        value: &T,
        encoder: &mut Encoder,
        _text: fmt::Arguments<'_>,
    ) {
        value.record(encoder.slot());
    }
}

impl KindError {
    /// Records the error and its sources.
    pub fn record<T: Error>(self, error: &T, encoder: &mut Encoder) {
        encoder.slot().error(error);
    }

    /// Records the error and its sources; its text isn't needed.
    pub fn record_or_text<T: Error>(
        self,
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
        self,
        _value: &T,
        encoder: &mut Encoder,
        text: fmt::Arguments<'_>,
    ) {
        encoder.display(text);
    }
}
