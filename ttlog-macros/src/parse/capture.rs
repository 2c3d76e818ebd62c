//! How the value of a field is recorded, by what stands in front of it (`%`, `?`) or behind its name (`:%`, `:debug`).

use proc_macro2::Ident;
use syn::Token;
use syn::ext::IdentExt;
use syn::parse::ParseStream;

use super::next_is_equals;
use crate::rejection;

/// How the value of a field is recorded.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Capture {
    /// As what it is.
    Typed,
    /// `%`
    Display,
    /// `?`
    Debug,
    /// `:err`
    Error,
    /// Of an instrumented function: an argument or a result, in whichever way there is.
    Argument,
    /// Of an instrumented function: its error, in whichever way there is.
    Failure,
}

impl Capture {
    /// The sigil that comes next, if any.
    pub(super) fn sigil(input: ParseStream<'_>) -> syn::Result<Option<Self>> {
        if input.parse::<Option<Token![%]>>()?.is_some() {
            Ok(Some(Self::Display))
        } else if input.parse::<Option<Token![?]>>()?.is_some() {
            Ok(Some(Self::Debug))
        } else {
            Ok(None)
        }
    }

    /// What comes behind `name:`, if it says how the value is recorded.
    pub(super) fn behind_colon(input: ParseStream<'_>) -> syn::Result<Option<Self>> {
        if !Self::is_word_next(input) {
            return Self::sigil(input);
        }
        let word = input.call(Ident::parse_any)?;
        match word.to_string().as_str() {
            "debug" => Ok(Some(Self::Debug)),
            "display" => Ok(Some(Self::Display)),
            "err" | "error" => Ok(Some(Self::Error)),
            _ => Err(rejection::unknown_capture(&word)),
        }
    }

    /// Whether what comes behind `name:` is a word that says, or tries to say, how the value is recorded: one that a `=` follows,
    /// or a known one alone.
    fn is_word_next(input: ParseStream<'_>) -> bool {
        let ahead = input.fork();
        let Ok(word) = ahead.call(Ident::parse_any) else {
            return false;
        };
        let known = ["debug", "display", "err", "error", "serde", "sval"];
        let is_alone = ahead.is_empty() || ahead.peek(Token![,]) || ahead.peek(Token![;]);
        next_is_equals(&ahead) || is_alone && known.iter().any(|known| word == known)
    }
}
