//! How a value is recorded of which only the type is known: an argument, a result, an error of an instrumented function.
//!
//! Where a call names a value, a type that can't be recorded is an error, and `%` or `?` says what to do ([`probe`](crate::probe)). An attribute on a
//! function has nobody to say so: here there is always a way, found by method resolution as there. [`Probe`] has as many references as there are
//! traits put in front of it, and the first trait that fits takes the fewest of them off.

use std::any::type_name;
use std::error::Error;
use std::fmt::{Debug, Display};

use crate::encode::Encoder;
use crate::probe::Probe;
use crate::value::Value;

macro_rules! ways {
    ($(
        $(#[$doc:meta])*
        $way:ident ($kind:ident) of [$($bounds:tt)*] for $probe:ty: $($method:ident),* =>
            |$value:ident, $encoder:ident| $record:expr;
    )*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $kind;

        impl $kind {
            /// Records the value.
            #[inline(always)]
            pub fn record<T: $($bounds)*>(self, $value: &T, $encoder: &mut Encoder) {
                $record;
            }
        }

        $(#[$doc])*
        pub trait $way {
            $(
                /// How the value is recorded.
                #[inline(always)]
                fn $method(&self) -> $kind {
                    $kind
                }
            )*
        }

        impl<T: $($bounds)*> $way for $probe {}
    )*};
}

ways! {
    /// First choice: the type is a [`Value`].
    AnyValue(KindAnyValue) of [Value + ?Sized] for &&&&Probe<'_, T>: ttlog_argument, ttlog_error =>
        |value, encoder| value.record(encoder.slot());
    /// Second choice: it is an error, which is recorded with its sources.
    AnyError(KindAnyError) of [Error] for &&&Probe<'_, T>: ttlog_argument, ttlog_error =>
        |value, encoder| encoder.slot().error(value);
    /// Third choice, for errors: its text; the longer one, in which some types tell their sources.
    AnyDisplay(KindAnyDisplay) of [Display + ?Sized] for &&Probe<'_, T>: ttlog_error =>
        |value, encoder| encoder.display(format_args!("{value:#}"));
    /// Next choice: its `Debug`.
    AnyDebug(KindAnyDebug) of [Debug + ?Sized] for &Probe<'_, T>: ttlog_argument, ttlog_error =>
        |value, encoder| encoder.debug(format_args!("{value:?}"));
    /// Last choice: the name of its type, whoever borrows it.
    AnyType(KindAnyType) of [?Sized] for Probe<'_, T>: ttlog_argument, ttlog_error =>
        |_value, encoder| encoder.display(format_args!("<{}>", type_name::<T>().trim_start_matches('&')));
}

/// Whether what a function returns is an error: it is a `Result`.
pub trait IsResult {
    /// Whether it is one.
    fn ttlog_is_error(&self) -> bool;
}

impl<T, E> IsResult for &Probe<'_, Result<T, E>> {
    #[inline(always)]
    fn ttlog_is_error(&self) -> bool {
        self.0.is_err()
    }
}

/// Whether what a function returns is an error: it is no `Result`.
pub trait IsNoResult {
    /// It is none.
    #[inline(always)]
    fn ttlog_is_error(&self) -> bool {
        false
    }
}

impl<T: ?Sized> IsNoResult for Probe<'_, T> {}
