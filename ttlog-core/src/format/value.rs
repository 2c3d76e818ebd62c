//! A value's text in the formats of lines: text, pretty and logfmt.
//!
//! Numbers, addresses and the like can't hold anything that needs an escape; only texts go through `escape`.

use super::escape::{Escapes, is_quoted_string, push_inside_quotes, push_quoted, push_word};
use super::number::{push_debug, push_display, push_hex, push_i64, push_seconds, push_u64};
use crate::decode::{ErrorChain, ValueRef};

/// Writes a value as people read it: `None`, `1.5ms`, strings in quotes where they need them.
#[inline]
pub(super) fn push_value(out: &mut String, value: ValueRef<'_>) {
    match value {
        ValueRef::I64(value) => push_i64(out, value),
        ValueRef::U64(value) => push_u64(out, value),
        ValueRef::Str(text) | ValueRef::Display(text) => push_word(out, text, Escapes::Rust),
        _ => push_other(out, value),
    }
}

/// Writes a value as programs read it: `null`, seconds as a number, strings escaped as in JSON.
pub(super) fn push_logfmt_value(out: &mut String, value: ValueRef<'_>) {
    match value {
        ValueRef::None => out.push_str("null"),
        ValueRef::Duration(value) => push_seconds(out, value),
        ValueRef::Str(text) | ValueRef::Display(text) | ValueRef::Debug(text) => {
            push_word(out, text, Escapes::Json);
        }
        ValueRef::Char(value) => push_word(out, value.encode_utf8(&mut [0; 4]), Escapes::Json),
        ValueRef::Error(chain) => push_chain(out, chain, Escapes::Json),
        _ => push_value(out, value),
    }
}

#[inline(never)]
fn push_other(out: &mut String, value: ValueRef<'_>) {
    match value {
        ValueRef::None => out.push_str("None"),
        ValueRef::Bool(value) => out.push_str(if value { "true" } else { "false" }),
        ValueRef::I64(value) => push_i64(out, value),
        ValueRef::U64(value) => push_u64(out, value),
        ValueRef::I128(value) => push_display(out, value),
        ValueRef::U128(value) => push_display(out, value),
        ValueRef::F32(value) => push_debug(out, value),
        ValueRef::F64(value) => push_debug(out, value),
        ValueRef::Char(value) => push_word(out, value.encode_utf8(&mut [0; 4]), Escapes::Rust),
        ValueRef::Debug(text) if is_quoted_string(text) => out.push_str(text),
        ValueRef::Str(text) | ValueRef::Display(text) | ValueRef::Debug(text) => {
            push_word(out, text, Escapes::Rust);
        }
        ValueRef::Error(chain) => push_chain(out, chain, Escapes::Rust),
        ValueRef::Bytes([]) => out.push_str("\"\""),
        ValueRef::Bytes(bytes) => push_hex(out, bytes),
        ValueRef::Duration(value) => push_debug(out, value),
        ValueRef::Ip(value) => push_display(out, value),
    }
}

/// Writes an error and its sources with `: ` between them.
fn push_chain(out: &mut String, chain: ErrorChain<'_>, escapes: Escapes) {
    let mut messages = chain;
    let first = messages.next().unwrap_or("");
    if messages.clone().next().is_none() {
        return push_word(out, first, escapes);
    }
    out.push('"');
    push_inside_quotes(out, first, escapes);
    for source in messages {
        out.push_str(": ");
        push_inside_quotes(out, source, escapes);
    }
    out.push('"');
}

/// Writes a value that has the rest of the line for itself: a text in quotes only where it must be.
pub(super) fn push_value_line(out: &mut String, value: ValueRef<'_>) {
    match value {
        ValueRef::Debug(text) if is_quoted_string(text) => out.push_str(text),
        ValueRef::Str(text) => push_quoted(out, text, Escapes::Rust),
        ValueRef::Display(text) | ValueRef::Debug(text) => {
            super::escape::push_rest_of_line(out, text);
        }
        ValueRef::Error(mut chain) => {
            super::escape::push_rest_of_line(out, chain.next().unwrap_or(""));
        }
        _ => push_value(out, value),
    }
}
