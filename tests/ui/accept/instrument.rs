//! Instrumented functions, whatever lints are on and whatever names mean something else.

#![no_implicit_prelude]
#![deny(warnings, unused, let_underscore, nonstandard_style, future_incompatible)]
#![deny(unused_qualifications, unused_results, unused_lifetimes, single_use_lifetimes, unsafe_op_in_unsafe_fn)]
#![deny(elided_lifetimes_in_paths, trivial_casts, trivial_numeric_casts, variant_size_differences)]
#![deny(missing_copy_implementations, missing_debug_implementations, missing_docs, unreachable_pub)]
#![forbid(unsafe_code)]

use ::std::boxed::Box;
use ::std::future::Future;
use ::std::pin::Pin;
use ::std::primitive::{str, u8, usize};

/// What an expansion could stumble over.
#[allow(dead_code, missing_copy_implementations, missing_debug_implementations, non_camel_case_types)]
mod shadows {
    macro_rules! types {
        ($($name:ident)*) => { $(pub(crate) struct $name;)* };
    }
    types! { Option Some None Result Ok Err Outcome Span Watched Probe Instrument u64 LogLevel }
}

#[allow(unused_imports)]
use shadows::*;

/// It gives something.
#[must_use]
#[::ttlog::instrument]
pub fn gives(first: u8, second: &str) -> usize {
    use ::std::convert::From;
    let length = usize::from(first);
    length + second.len()
}

#[::ttlog::instrument(err, ret, skip_all, fields(first, level = 5), level = "debug")]
fn may_fail(first: u8) -> ::std::result::Result<usize, ::std::fmt::Error> {
    fn inner() -> ::std::result::Result<u8, ::std::fmt::Error> {
        ::std::result::Result::Err(::std::fmt::Error)
    }
    if first == 0 {
        return ::std::result::Result::Ok(0);
    }
    let first = inner()?;
    ::std::result::Result::Ok(gives(first, ""))
}

#[::ttlog::instrument(err(level = "warn"))]
async fn may_fail_later(first: u8) -> ::std::result::Result<usize, ::std::fmt::Error> {
    ::std::future::ready(()).await;
    may_fail(first)
}

#[::ttlog::instrument(ret)]
async fn nothing() {}

#[::ttlog::instrument(skip_all, target = "t", parent = ::std::option::Option::None::<::std::primitive::u64>)]
fn gives_future<'a>(text: &'a str) -> Pin<Box<dyn Future<Output = usize> + ::std::marker::Send + 'a>> {
    Box::pin(async move { text.len() })
}

/// It never returns.
#[::ttlog::instrument(crate = ::ttlog)]
pub fn never() -> ! {
    loop {
        ::std::thread::park();
    }
}

/// Nor does this.
#[::ttlog::instrument(skip_all, ret)]
pub async fn never_later(first: u8) -> ! {
    loop {
        let _ = ::std::future::ready(first).await;
    }
}

/// A method of a trait.
pub trait Method {
    /// It is provided.
    #[::ttlog::instrument(only(name))]
    fn method(&mut self, name: &str, mut count: u8) -> u8 {
        while count > 0 {
            count -= 1;
        }
        count
    }
}

fn main() {
    let _ = gives(1, "text");
    let _ = may_fail(1);
    let running = (may_fail_later(1), nothing(), gives_future("text"), never_later(1));
    ::std::mem::drop(running);
}
