//! [`Value`]: what can stand behind `name =` in a log call.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::num::NonZero;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use crate::event::FieldValue;
use crate::slot::{Recorded, Slot};

/// What can stand behind `name =` in a log call, and is recorded with its type.
///
/// Everything else can be recorded as text, by `name = %value` (`Display`) or `name = ?value` (`Debug`).
/// Errors need not implement it: they are recorded with their sources.
///
/// ```
/// use ttlog_core::{Recorded, Slot, Value};
///
/// struct UserId(u64);
///
/// impl Value for UserId {
///     fn record(&self, slot: Slot<'_>) -> Recorded {
///         slot.u64(self.0)
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be recorded as it is",
    label = "neither a `ttlog::Value` nor a `std::error::Error`",
    note = "write `name = %value` to record it by `Display`, `name = ?value` to record it by `Debug`, or implement `ttlog::Value`; before a field of a struct write `#[field(display)]` or `#[field(debug)]`; for a function that takes a value, `field::display(value)` or `field::debug(value)`",
    note = "a type that derives `ttlog::Fields` is recorded field by field where it stands without a name: `info!(value)` or `info!(..value)`"
)]
pub trait Value {
    /// Fills the slot by one of its methods.
    fn record(&self, slot: Slot<'_>) -> Recorded;
}

macro_rules! values {
    ($($($type:ty),* => $method:ident;)*) => {$($(
        impl Value for $type {
            #[inline(always)]
            fn record(&self, slot: Slot<'_>) -> Recorded {
                slot.$method((*self).into())
            }
        }

    )*)*};
}

values! {
    bool => bool;
    i8, i16, i32, i64 => i64;
    u8, u16, u32, u64 => u64;
    i128 => i128;
    u128 => u128;
    f32 => f32;
    f64 => f64;
    char => char;
    Duration => duration;
    IpAddr, Ipv4Addr, Ipv6Addr => ip;
}

impl Value for usize {
    #[inline(always)]
    fn record(&self, slot: Slot<'_>) -> Recorded {
        slot.u64(*self as u64)
    }
}

impl Value for isize {
    #[inline(always)]
    fn record(&self, slot: Slot<'_>) -> Recorded {
        slot.i64(*self as i64)
    }
}

macro_rules! nonzero_values {
    ($($type:ty),*) => {$(
        impl Value for NonZero<$type> {
            #[inline(always)]
            fn record(&self, slot: Slot<'_>) -> Recorded {
                self.get().record(slot)
            }
        }
    )*};
}

nonzero_values!(
    i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize
);

impl Value for str {
    #[inline(always)]
    fn record(&self, slot: Slot<'_>) -> Recorded {
        slot.str(self)
    }
}

impl Value for String {
    #[inline(always)]
    fn record(&self, slot: Slot<'_>) -> Recorded {
        slot.str(self)
    }
}

impl<T: Value + ToOwned + ?Sized> Value for Cow<'_, T> {
    #[inline(always)]
    fn record(&self, slot: Slot<'_>) -> Recorded {
        (**self).record(slot)
    }
}

impl Value for [u8] {
    fn record(&self, slot: Slot<'_>) -> Recorded {
        slot.bytes(self)
    }
}

impl<const N: usize> Value for [u8; N] {
    fn record(&self, slot: Slot<'_>) -> Recorded {
        slot.bytes(self)
    }
}

impl Value for Vec<u8> {
    fn record(&self, slot: Slot<'_>) -> Recorded {
        slot.bytes(self)
    }
}

impl Value for SocketAddr {
    fn record(&self, slot: Slot<'_>) -> Recorded {
        slot.display(format_args!("{self}"))
    }
}

/// The text.
impl Value for fmt::Arguments<'_> {
    fn record(&self, slot: Slot<'_>) -> Recorded {
        slot.display(*self)
    }
}

impl Value for () {
    fn record(&self, slot: Slot<'_>) -> Recorded {
        slot.none()
    }
}

impl<T: Value> Value for Option<T> {
    #[inline(always)]
    fn record(&self, slot: Slot<'_>) -> Recorded {
        match self {
            Some(value) => value.record(slot),
            None => slot.none(),
        }
    }
}

macro_rules! pointer_values {
    ($($pointer:ty),*) => {$(
        impl<T: Value + ?Sized> Value for $pointer {
            #[inline(always)]
            fn record(&self, slot: Slot<'_>) -> Recorded {
                (**self).record(slot)
            }
        }
    )*};
}

pointer_values!(&T, &mut T, Box<T>, Rc<T>, Arc<T>);

macro_rules! error_values {
    ($($error:ty),*) => {$(
        impl Value for $error {
            fn record(&self, slot: Slot<'_>) -> Recorded {
                slot.error(self)
            }
        }
    )*};
}

error_values!(
    dyn Error + '_,
    dyn Error + Send + '_,
    dyn Error + Send + Sync + '_
);

impl Value for FieldValue {
    fn record(&self, slot: Slot<'_>) -> Recorded {
        match self {
            FieldValue::None => slot.none(),
            FieldValue::Bool(value) => value.record(slot),
            FieldValue::I64(value) => value.record(slot),
            FieldValue::U64(value) => value.record(slot),
            FieldValue::I128(value) => value.record(slot),
            FieldValue::U128(value) => value.record(slot),
            FieldValue::F32(value) => value.record(slot),
            FieldValue::F64(value) => value.record(slot),
            FieldValue::Char(value) => value.record(slot),
            FieldValue::Str(text) => slot.str(text),
            FieldValue::String(text) => slot.str(text),
            FieldValue::Debug(text) => slot.debug(format_args!("{text}")),
            FieldValue::Display(text) => slot.display(format_args!("{text}")),
            FieldValue::Error(messages) => slot.messages(messages.iter()),
            FieldValue::Bytes(bytes) => slot.bytes(bytes),
            FieldValue::Duration(value) => slot.duration(*value),
            FieldValue::Ip(value) => slot.ip(*value),
        }
    }
}

/// The target of a call that gives it at run time.
pub fn as_target<T: AsRef<str> + ?Sized>(target: &T) -> &str {
    target.as_ref()
}
