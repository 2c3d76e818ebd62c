//! What is written in a call, as a tree, with no judgement yet of what belongs together.

mod call;
mod capture;
mod histogram;
mod item;
mod limit;
mod name;
mod prefix;
mod span;

pub(crate) use call::{EnabledCall, LevelCall, LogCall, comma_or_end, items};
pub(crate) use capture::Capture;
pub(crate) use histogram::HistogramCall;
pub(crate) use item::Item;
pub(crate) use limit::{Limit, LimitKind};
pub(crate) use name::Name;
pub(crate) use prefix::Prefixes;
pub(crate) use span::{SpanCall, SpanLevel};

use syn::Token;
use syn::parse::ParseStream;

/// Whether a `=` comes next, and neither `==` nor `=>`.
fn next_is_equals(input: ParseStream<'_>) -> bool {
    input.peek(Token![=]) && !input.peek(Token![==]) && !input.peek(Token![=>])
}
