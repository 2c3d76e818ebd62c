//! A whole call: its prefixes, its level where that is an argument, and its items.

use proc_macro2::Ident;
use syn::parse::{Parse, ParseStream};
use syn::{Expr, Token, braced, bracketed, token};

use super::{Item, Prefixes};
use crate::rejection;

/// `[$crate] Info target: "…", …`: a call whose level is known.
pub(crate) struct LogCall {
    /// The facade crate, by whatever name the caller knows it.
    pub(crate) facade: Ident,
    pub(crate) level: Ident,
    pub(crate) prefixes: Prefixes,
    pub(crate) items: Vec<Item>,
}

/// `[$crate] target: "…", level, …`: a call whose level is its first argument.
pub(crate) struct LevelCall {
    pub(crate) facade: Ident,
    pub(crate) level: Expr,
    pub(crate) prefixes: Prefixes,
    pub(crate) items: Vec<Item>,
}

/// `[$crate] target: "…", level`: a question whether a call would be recorded.
pub(crate) struct EnabledCall {
    pub(crate) facade: Ident,
    pub(crate) level: Expr,
    pub(crate) prefixes: Prefixes,
}

impl Parse for LogCall {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        Ok(Self {
            facade: facade(input)?,
            level: input.parse()?,
            prefixes: input.parse()?,
            items: items(input)?,
        })
    }
}

impl Parse for LevelCall {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let facade = facade(input)?;
        let prefixes = input.parse()?;
        let level = level(input)?;
        Ok(Self {
            facade,
            level,
            prefixes,
            items: items(input)?,
        })
    }
}

impl Parse for EnabledCall {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let facade = facade(input)?;
        let prefixes = Prefixes::without_limit(input)?;
        let level = level(input)?;
        if !input.is_empty() {
            return Err(rejection::more_than_a_level(input.span()));
        }
        Ok(Self {
            facade,
            level,
            prefixes,
        })
    }
}

pub(super) fn facade(input: ParseStream<'_>) -> syn::Result<Ident> {
    let content;
    bracketed!(content in input);
    content.parse()
}

/// The level, and the comma behind it.
fn level(input: ParseStream<'_>) -> syn::Result<Expr> {
    if input.is_empty() || Item::is_certainly_next(input) {
        return Err(rejection::missing_level(input.span()));
    }
    let level = input.parse()?;
    comma_or_end(input)?;
    Ok(level)
}

/// Every form that the items of a call take: a list, `{ fields }, list`, or `fields; list`.
pub(crate) fn items(input: ParseStream<'_>) -> syn::Result<Vec<Item>> {
    let mut items = Vec::new();
    if input.peek(token::Brace) && !input.peek2(Token![=]) && !input.peek2(Token![:]) {
        let fields;
        braced!(fields in input);
        list(&fields, &mut items)?;
        comma_or_end(input)?;
    } else if has_semicolon(input) {
        list(input, &mut items)?;
        input.parse::<Token![;]>()?;
        if let Some(text) = items.iter().find_map(Item::as_text) {
            return Err(rejection::text_before_semicolon(text));
        }
    }
    list(input, &mut items)?;
    if input.is_empty() {
        Ok(items)
    } else {
        Err(rejection::unexpected(input.span()))
    }
}

/// Items with commas between them, up to the end or to a `;`.
fn list(input: ParseStream<'_>, items: &mut Vec<Item>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![;]) {
        items.push(input.parse()?);
        if !input.peek(Token![;]) {
            comma_or_end(input)?;
        }
    }
    Ok(())
}

pub(crate) fn comma_or_end(input: ParseStream<'_>) -> syn::Result<()> {
    if input.is_empty() {
        return Ok(());
    }
    match input.parse::<Option<Token![,]>>()? {
        Some(_) => Ok(()),
        None => Err(rejection::missing_comma(input.span())),
    }
}

/// Whether a `;` is ahead, outside any bracket.
fn has_semicolon(input: ParseStream<'_>) -> bool {
    let mut rest = input.cursor();
    while let Some((tree, next)) = rest.token_tree() {
        if matches!(&tree, proc_macro2::TokenTree::Punct(punct) if punct.as_char() == ';') {
            return true;
        }
        rest = next;
    }
    false
}
