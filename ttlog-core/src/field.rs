//! Values that say how they are recorded where a name can't: [`Empty`], [`display`], [`debug`].

use std::fmt;

use crate::slot::{Recorded, Slot};
pub use crate::value::Value;

/// No value yet: a span that declares a field this way shows it once [`Span::record`](crate::Span::record) has given it a value.
///
/// ```
/// # use ttlog_core::Value;
/// fn is_a_value(_: impl Value) {}
/// is_a_value(ttlog_core::field::Empty);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Empty;

impl Value for Empty {
    #[inline(always)]
    fn record(&self, slot: Slot<'_>) -> Recorded {
        slot.none()
    }
}

/// A value that is recorded by its `Display`; see [`display`].
#[derive(Debug, Clone, Copy)]
pub struct DisplayValue<T>(T);

/// Records a value by its `Display`, as `%value` does in a call.
pub fn display<T: fmt::Display>(value: T) -> DisplayValue<T> {
    DisplayValue(value)
}

impl<T: fmt::Display> Value for DisplayValue<T> {
    fn record(&self, slot: Slot<'_>) -> Recorded {
        slot.display(format_args!("{}", self.0))
    }
}

/// A value that is recorded by its `Debug`; see [`debug`].
#[derive(Debug, Clone, Copy)]
pub struct DebugValue<T>(T);

/// Records a value by its `Debug`, as `?value` does in a call.
pub fn debug<T: fmt::Debug>(value: T) -> DebugValue<T> {
    DebugValue(value)
}

impl<T: fmt::Debug> Value for DebugValue<T> {
    fn record(&self, slot: Slot<'_>) -> Recorded {
        slot.debug(format_args!("{:?}", self.0))
    }
}
