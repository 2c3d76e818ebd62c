//! A call that makes a span: its prefixes, its level where that is an argument, its name, and its fields.

use proc_macro2::{Ident, Span};
use syn::Expr;
use syn::parse::ParseStream;

use super::call::{comma_or_end, facade, items};
use super::{Item, Name, Prefixes};
use crate::expression::{is_level, peel, string_literal};
use crate::rejection;

/// `span!(…)`, `info_span!(…)`, …
pub(crate) struct SpanCall {
    /// The facade crate, by whatever name the caller knows it.
    pub(crate) facade: Ident,
    pub(crate) level: SpanLevel,
    /// Whether the call gives a guard that has entered the span.
    pub(crate) is_entered: bool,
    /// With the name, wherever it was written.
    pub(crate) prefixes: Prefixes,
    pub(crate) items: Vec<Item>,
}

/// The level of a span.
pub(crate) enum SpanLevel {
    /// A variant of `LogLevel`.
    Known(Ident),
    /// What the call gives, which has to be constant.
    Given(Expr),
}

impl SpanCall {
    /// `[$crate] Info target: "…", "name", …`
    pub(crate) fn at_level(input: ParseStream<'_>) -> syn::Result<Self> {
        let facade = facade(input)?;
        let level = SpanLevel::Known(input.parse()?);
        let mut prefixes = Prefixes::without_limit(input)?;
        name(input, &mut prefixes)?;
        Ok(Self {
            facade,
            level,
            is_entered: false,
            prefixes,
            items: items(input)?,
        })
    }

    /// `[$crate] target: "…", level, "name", …`, or the same without a level, which enters the span.
    pub(crate) fn with_level(input: ParseStream<'_>) -> syn::Result<Self> {
        let facade = facade(input)?;
        let mut prefixes = Prefixes::without_limit(input)?;
        let is_entered = !is_level_next(input, &prefixes);
        let level = if is_entered {
            SpanLevel::Known(Ident::new("Info", Span::mixed_site()))
        } else {
            let level = input.parse()?;
            comma_or_end(input)?;
            SpanLevel::Given(level)
        };
        name(input, &mut prefixes)?;
        Ok(Self {
            facade,
            level,
            is_entered,
            prefixes,
            items: items(input)?,
        })
    }
}

/// Whether a level comes next. Where `name:` gave the name it has to look like one, because it may be a field by its bare name.
fn is_level_next(input: ParseStream<'_>, prefixes: &Prefixes) -> bool {
    if input.is_empty() || Item::is_field_next(input) {
        return false;
    }
    let Ok(first) = input.fork().parse::<Expr>() else {
        return false;
    };
    if prefixes.name.is_some() {
        return is_level(&first);
    }
    string_literal(&first).is_none() && !matches!(peel(&first), Expr::Macro(_))
}

/// The name, and the comma behind it, unless `name:` gave one.
fn name(input: ParseStream<'_>, prefixes: &mut Prefixes) -> syn::Result<()> {
    if prefixes.name.is_some() {
        return Ok(());
    }
    if input.is_empty() || Item::is_field_next(input) {
        return Err(rejection::missing_span_name(input.span()));
    }
    let name: Expr = input.parse()?;
    if is_level(&name) {
        return Err(rejection::level_given_to_span(&name));
    }
    if is_surely_variable(&name) {
        return Err(rejection::span_name_not_constant(&name));
    }
    comma_or_end(input)?;
    prefixes.name = Some(name);
    Ok(())
}

/// Whether an expression is a place with a name in small letters, as constants have not.
fn is_surely_variable(expression: &Expr) -> bool {
    matches!(Name::of_place(expression), Some(Name::Fixed { text, .. }) if !text.contains(char::is_uppercase))
}
