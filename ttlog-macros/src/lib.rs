//! The procedural macros of ttlog: what a log call turns into.
//!
//! Those of log calls are called by the macros of the `ttlog` crate, which hand them the path to itself (`[$crate]`), and by nobody
//! else; `#[derive(Fields)]` and `#[instrument]` are the callers' own.
//! A call is parsed into what is written, checked into what it means, and expanded:
//!
//! | module | what it owns |
//! |---|---|
//! | `parse` | the forms of a call, as a tree |
//! | `template` | which arguments a message takes |
//! | `message` | which expressions are a message |
//! | `check` | which item is the message, which its arguments, which are fields |
//! | `expression` | what an expression is, as far as its look tells |
//! | `event` | what a call means, however it was written: the beginning of a span is an event, too |
//! | `expand` | the code of a call |
//! | `derive` | `#[derive(Fields)]` |
//! | `instrument` | the attribute of that name, from its brackets to the function's new body |
//! | `rejection` | every mistake that is rejected, and what to write instead |

#![forbid(unsafe_code)]

mod check;
mod derive;
mod event;
mod expand;
mod expression;
mod instrument;
mod message;
mod parse;
mod rejection;
mod template;

use proc_macro::TokenStream;
use syn::parse_macro_input;

/// `log_at!([$crate] Info …)`: logs at a level that is known where the call is written.
#[proc_macro]
pub fn log_at(input: TokenStream) -> TokenStream {
    let call = parse_macro_input!(input as parse::LogCall);
    let event = check::check(call.prefixes, call.items);
    expand::or_reject(event.map(|event| expand::log_at(&call.facade, &call.level, &event)))
}

/// `log_with!([$crate] level, …)`: logs at a level that an expression gives.
#[proc_macro]
pub fn log_with(input: TokenStream) -> TokenStream {
    let call = parse_macro_input!(input as parse::LevelCall);
    let event = check::check(call.prefixes, call.items);
    expand::or_reject(event.map(|event| expand::log_with(&call.facade, &call.level, &event)))
}

/// `span_at!([$crate] Info "name", …)`: makes a span at a level that is known where the call is written.
#[proc_macro]
pub fn span_at(input: TokenStream) -> TokenStream {
    span_of(parse_macro_input!(input with parse::SpanCall::at_level))
}

/// `span!([$crate] "name", …)`: makes a span and enters it; `span!([$crate] level, "name", …)`: makes one.
#[proc_macro]
pub fn span(input: TokenStream) -> TokenStream {
    span_of(parse_macro_input!(input with parse::SpanCall::with_level))
}

fn span_of(call: parse::SpanCall) -> TokenStream {
    let event = check::check_span(call.prefixes, call.items);
    expand::or_reject(
        event.map(|event| expand::span(&call.facade, &call.level, call.is_entered, &event)),
    )
}

/// `histogram!([$crate] level, "name")`: a timer that feeds the histogram of the call.
#[proc_macro]
pub fn histogram(input: TokenStream) -> TokenStream {
    let call = parse_macro_input!(input as parse::HistogramCall);
    expand::histogram(&call).into()
}

/// `#[instrument]`; the crate `ttlog` documents it.
#[proc_macro_attribute]
pub fn instrument(settings: TokenStream, item: TokenStream) -> TokenStream {
    instrument::instrument(settings.into(), item.into()).into()
}

/// `enabled!([$crate] level)`: whether a call at this place and level would be recorded.
#[proc_macro]
pub fn enabled(input: TokenStream) -> TokenStream {
    let call = parse_macro_input!(input as parse::EnabledCall);
    expand::enabled(&call).into()
}

/// Implements `Fields` for a struct or an enum: each of its fields is recorded by its name where a log call has a value of the type
/// without a name, as in `info!(attempt)`, or says that it spreads, as in `info!(..attempt)`.
///
/// | before a field | it is recorded |
/// |---|---|
/// | nothing | as what it is: a `Value` or an error |
/// | `#[field(display)]`, `#[field(debug)]` | as the text that `Display` or `Debug` makes of it |
/// | `#[field(error)]` | as an error with its sources |
/// | `#[field(rename = "…")]` | under another name |
/// | `#[field(flatten)]` | as the fields that it has itself |
/// | `#[field(prefix = "db.")]` | as the fields that it has itself, with this before their names |
/// | `#[field(redact)]` | as `[redacted]`; its value isn't looked at |
/// | `#[field(skip)]` | not at all |
///
/// An `Option` that is `None` is recorded as such; where it is flattened, not at all. With `display`, `debug` and `error`, what is in an `Option` is recorded.
/// The fields of a tuple struct are named `0`, `1`, and so on.
///
/// An enum records the name of its variant as the field `kind`, or as what `#[ttlog(kind = "…")]` before the enum says, then the
/// variant's fields. `#[field(rename = "…")]` before a variant records another name.
///
/// Where the crate ttlog has another name, `#[ttlog(crate = …)]` before the type says which.
#[proc_macro_derive(Fields, attributes(field, ttlog))]
pub fn fields(input: TokenStream) -> TokenStream {
    derive::fields(input.into())
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}
