//! What may stand before everything else in a call: `name:`, `target:`, `parent:` and what limits its events, in any order, each at
//! most once.

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Expr, Token};

use super::{Limit, next_is_equals};
use crate::rejection;

/// The prefixes of a call.
#[derive(Default)]
pub(crate) struct Prefixes {
    pub(crate) name: Option<Expr>,
    pub(crate) target: Option<Expr>,
    pub(crate) parent: Option<Expr>,
    pub(crate) limit: Option<Limit>,
}

impl Parse for Prefixes {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut prefixes = Self::default();
        loop {
            if let Some(limit) = Limit::parse(input)? {
                if prefixes.limit.is_some() {
                    return Err(rejection::limits::second_limit(&limit.word));
                }
                prefixes.limit = Some(limit);
                continue;
            }
            if !is_prefix(input) {
                return Ok(prefixes);
            }
            let keyword: Ident = input.parse()?;
            input.parse::<Token![:]>()?;
            let place = match keyword.to_string().as_str() {
                "name" => &mut prefixes.name,
                "target" => &mut prefixes.target,
                "parent" => &mut prefixes.parent,
                _ => return Err(rejection::logger(&keyword)),
            };
            if place.is_some() {
                return Err(rejection::prefix_twice(&keyword));
            }
            if input.is_empty() || input.peek(Token![,]) {
                return Err(rejection::prefix_without_value(&keyword));
            }
            *place = Some(input.parse()?);
            if !input.is_empty() && input.parse::<Option<Token![,]>>()?.is_none() {
                return Err(rejection::missing_comma(input.span()));
            }
        }
    }
}

impl Prefixes {
    /// The prefixes of what is no event.
    pub(super) fn without_limit(input: ParseStream<'_>) -> syn::Result<Self> {
        let prefixes = Self::parse(input)?;
        match &prefixes.limit {
            Some(limit) => Err(rejection::limits::only_events(&limit.word)),
            None => Ok(prefixes),
        }
    }
}

/// Whether a word is one that stands before the items of a call.
pub(super) fn is_prefix_word(word: &Ident) -> bool {
    ["name", "target", "parent", "logger"]
        .iter()
        .any(|known| word == known)
}

/// Whether a prefix comes next, and not a field such as `name:? = value` or `name:debug = value`.
fn is_prefix(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    let Ok(word) = ahead.call(Ident::parse_any) else {
        return false;
    };
    if !is_prefix_word(&word) || ahead.peek(Token![::]) || !ahead.peek(Token![:]) {
        return false;
    }
    let is_sigil = ahead.peek2(Token![?]) || ahead.peek2(Token![%]);
    let _ = ahead.parse::<Token![:]>();
    let is_capture = ahead.call(Ident::parse_any).is_ok() && next_is_equals(&ahead);
    !is_sigil && !is_capture
}
