//! What limits the events of a call, in front of everything else: `every = "100ms"`, `limit = "10/s"`, `sample = 0.01` or `once`.
//!
//! The words are names of fields, too. They limit only in front, and only as `every` or `limit` with a string literal, `sample`
//! with a literal that has a point, or `once` with a comma behind it; everything else is a field: `limit = 10`,
//! `limit = text`, `"limit" = "10/s"`, and whatever stands behind the message.

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{LitFloat, LitStr, Token};

use super::next_is_equals;
use crate::rejection::limits as rejection;

/// What limits the events of a call.
pub(crate) struct Limit {
    pub(crate) word: Ident,
    pub(crate) kind: LimitKind,
}

/// How events are limited.
pub(crate) enum LimitKind {
    Once,
    /// So many events in so many nanoseconds.
    Rate {
        events: u32,
        period_ns: u64,
    },
    /// The share of the events that pass, in units of 2^-64.
    Sample {
        share: u64,
    },
}

impl Limit {
    /// What limits, if that comes next, with the comma behind it.
    pub(super) fn parse(input: ParseStream<'_>) -> syn::Result<Option<Self>> {
        if !is_next(input) {
            return Ok(None);
        }
        let word = input.call(Ident::parse_any)?;
        let kind = if word == "once" {
            LimitKind::Once
        } else {
            input.parse::<Token![=]>()?;
            if word == "sample" {
                sample(&input.parse()?)?
            } else {
                rate(&word, &input.parse()?)?
            }
        };
        input.parse::<Option<Token![,]>>()?;
        Ok(Some(Self { word, kind }))
    }
}

fn is_next(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    let Ok(word) = ahead.call(Ident::parse_any) else {
        return false;
    };
    if word == "once" {
        return ahead.peek(Token![,]);
    }
    let is_literal = if !next_is_equals(&ahead) || ahead.parse::<Token![=]>().is_err() {
        false
    } else if word == "sample" {
        ahead.parse::<LitFloat>().is_ok()
    } else {
        (word == "every" || word == "limit") && ahead.parse::<LitStr>().is_ok()
    };
    is_literal && (ahead.is_empty() || ahead.peek(Token![,]))
}

fn sample(literal: &LitFloat) -> syn::Result<LimitKind> {
    match literal.base10_parse::<f64>() {
        // A share of 1 is rounded down to the greatest number.
        Ok(share) if share > 0.0 && share <= 1.0 => Ok(LimitKind::Sample {
            share: ((share * 2_f64.powi(64)) as u64).max(1),
        }),
        _ => Err(rejection::not_a_share(literal)),
    }
}

fn rate(word: &Ident, literal: &LitStr) -> syn::Result<LimitKind> {
    let text = literal.value();
    if word == "every" {
        let period_ns = duration_ns(&text).ok_or_else(|| rejection::not_a_duration(literal))?;
        return Ok(LimitKind::Rate {
            events: 1,
            period_ns,
        });
    }
    let rate = text.split_once('/').and_then(|(events, unit)| {
        let events = events.trim().parse().ok().filter(|events| *events > 0)?;
        let period_ns = unit_ns(unit.trim())?;
        Some(LimitKind::Rate { events, period_ns })
    });
    rate.ok_or_else(|| rejection::not_a_rate(literal))
}

/// A whole number and its unit; not 0.
fn duration_ns(text: &str) -> Option<u64> {
    let digits = text.find(|next: char| !next.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().ok()?;
    number
        .checked_mul(unit_ns(unit.trim())?)
        .filter(|duration| *duration > 0)
}

fn unit_ns(unit: &str) -> Option<u64> {
    const SECOND: u64 = 1_000_000_000;
    Some(match unit {
        "ns" => 1,
        "us" | "µs" => 1_000,
        "ms" => 1_000_000,
        "s" => SECOND,
        "min" => 60 * SECOND,
        "h" => 3_600 * SECOND,
        "d" => 86_400 * SECOND,
        _ => return None,
    })
}
