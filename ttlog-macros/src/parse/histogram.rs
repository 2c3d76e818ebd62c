//! A call of `timer!(histogram, …)`: its target, its level, and its name.

use proc_macro2::{Ident, Span};
use syn::Expr;
use syn::parse::{Parse, ParseStream};

use super::SpanLevel;
use super::call::{comma_or_end, facade};
use super::{Item, Prefixes};
use crate::expression::{is_level, string_literal};
use crate::message::MessageText;
use crate::rejection::histograms as rejection;

/// `[$crate] target: "…", level, "name"`, from behind `histogram,`.
pub(crate) struct HistogramCall {
    /// The facade crate, by whatever name the caller knows it.
    pub(crate) facade: Ident,
    pub(crate) prefixes: Prefixes,
    pub(crate) level: SpanLevel,
    pub(crate) name: MessageText,
}

impl Parse for HistogramCall {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let facade = facade(input)?;
        let prefixes: Prefixes = input.parse()?;
        if let Some(limit) = &prefixes.limit {
            return Err(rejection::only_target(&limit.word));
        }
        if let Some(other) = prefixes.parent.as_ref().or(prefixes.name.as_ref()) {
            return Err(rejection::only_target(other));
        }
        let (level, name) = level_and_name(input)?;
        comma_or_end(input)?;
        if !input.is_empty() {
            return Err(rejection::field(input.span()));
        }
        Ok(Self {
            facade,
            prefixes,
            level,
            name,
        })
    }
}

fn level_and_name(input: ParseStream<'_>) -> syn::Result<(SpanLevel, MessageText)> {
    let first = part(input)?;
    if string_literal(&first).is_some() {
        let level = SpanLevel::Known(Ident::new("Info", Span::mixed_site()));
        return Ok((level, name(&first)?));
    }
    comma_or_end(input)?;
    if input.is_empty() && !is_level(&first) {
        return Err(rejection::name_not_literal(&first));
    }
    Ok((SpanLevel::Given(first), name(&part(input)?)?))
}

/// The level or the name.
fn part(input: ParseStream<'_>) -> syn::Result<Expr> {
    if input.is_empty() || Item::is_field_next(input) {
        return Err(rejection::missing_name(input.span()));
    }
    input.parse()
}

fn name(expression: &Expr) -> syn::Result<MessageText> {
    let text = string_literal(expression).and_then(|_| MessageText::of(expression));
    match text {
        None => Err(rejection::name_not_literal(expression)),
        Some(text) if text.template.has_placeholders => {
            Err(rejection::name_with_placeholder(expression))
        }
        Some(text) => Ok(text),
    }
}
