//! The mistakes in `timer!(histogram, …)`.

use proc_macro2::Span;
use quote::ToTokens;
use syn::{Error, Expr};

/// `timer!(histogram)`
pub(crate) fn missing_name(at: Span) -> Error {
    Error::new(at, "the name of the histogram comes first: `\"…\"`")
}

/// `timer!(histogram, name)`
pub(crate) fn name_not_literal(name: &Expr) -> Error {
    Error::new_spanned(
        name,
        "the name of a histogram is a string literal: write `\"…\"` in place of this",
    )
}

/// `timer!(histogram, "query {id}")`
pub(crate) fn name_with_placeholder(name: &Expr) -> Error {
    Error::new_spanned(
        name,
        "the name of a histogram is the same for all that it measures, so nothing is put into it; braces that are part of it are \
         doubled",
    )
}

/// `timer!(histogram, "query", rows = 7)`
pub(crate) fn field(at: Span) -> Error {
    Error::new(
        at,
        "a histogram has no fields: one report tells of many measurements; `timer!` without `histogram` logs each of them with \
         its fields",
    )
}

/// `timer!(histogram, parent: span, "query")`, `timer!(histogram, once, "query")`
pub(crate) fn only_target(other: &impl ToTokens) -> Error {
    Error::new_spanned(
        other,
        "a report tells of many measurements, and is in no span; only `target:` may stand in front",
    )
}
