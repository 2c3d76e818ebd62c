//! The mistakes in what limits the events of a call.

use proc_macro2::Ident;
use syn::{Error, LitFloat, LitStr};

/// `every = "often"`
pub(crate) fn not_a_duration(literal: &LitStr) -> Error {
    Error::new(
        literal.span(),
        "in front of a call, `every` is the least time between two events, a whole number and its unit (`ns`, `us`, `ms`, `s`, \
         `min`, `h`, `d`): `every = \"100ms\"`; a field of this name is written `\"every\" = …`",
    )
}

/// `limit = "high"`
pub(crate) fn not_a_rate(literal: &LitStr) -> Error {
    Error::new(
        literal.span(),
        "in front of a call, `limit` is how many events are logged in a second, minute or hour: `limit = \"10/s\"`, \
         `\"10/min\"`, `\"10/h\"`; a field of this name is written `\"limit\" = …`",
    )
}

/// `sample = 1.5`
pub(crate) fn not_a_share(literal: &LitFloat) -> Error {
    Error::new(
        literal.span(),
        "in front of a call, `sample` is the share of its events that are logged, above 0 and at most 1: `sample = 0.01`; a \
         field of this name is written `\"sample\" = …`",
    )
}

/// `once, limit = "10/s"`
pub(crate) fn second_limit(word: &Ident) -> Error {
    Error::new(
        word.span(),
        format!(
            "a call is limited in one way, and that is given already; a field of this name is written `\"{word}\" = …`"
        ),
    )
}

/// `span!(once, "name")`
pub(crate) fn only_events(word: &Ident) -> Error {
    Error::new(
        word.span(),
        format!(
            "only events are limited by `{word}`; a field of this name goes behind all that comes first, or is written \
             `\"{word}\" = …`"
        ),
    )
}
