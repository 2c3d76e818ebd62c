//! The text of a message, where an expression can be one.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::punctuated::Punctuated;
use syn::{Expr, Lit, LitStr, Macro, Token};

use crate::expression::{peel, string_literal};
use crate::template::{Template, unescape};

/// An expression that can be the message of a call, and what it asks of its arguments.
pub(crate) struct MessageText {
    /// The expression as it was written.
    pub(crate) source: TokenStream,
    /// A constant that stands for the texts of all calls: where the template has no placeholders, it is the text.
    pub(crate) summary: TokenStream,
    pub(crate) template: Template,
}

impl MessageText {
    /// The message that an expression is: a string literal, or a call of a macro that may give one.
    pub(crate) fn of(expression: &Expr) -> Option<Self> {
        if let Some(literal) = string_literal(expression) {
            return Some(Self::known(literal.to_token_stream(), literal));
        }
        match peel(expression) {
            Expr::Macro(call) if call.attrs.is_empty() => Some(Self::of_macro(&call.mac)),
            _ => None,
        }
    }

    fn known(source: TokenStream, literal: &LitStr) -> Self {
        let text = literal.value();
        let template = Template::parse(&text);
        let is_escaped = !template.has_placeholders && text.contains(['{', '}']);
        let summary = if is_escaped {
            LitStr::new(&unescape(&text), literal.span()).to_token_stream()
        } else {
            source.clone()
        };
        Self {
            source,
            summary,
            template,
        }
    }

    /// `concat!` of literals is put together here; other macros are known only to the compiler, but where `stringify!` has no
    /// brace in it, neither has its text.
    fn of_macro(call: &Macro) -> Self {
        let source = call.to_token_stream();
        if call.path.is_ident("concat")
            && let Some(text) = concatenation(call)
        {
            return Self::known(source, &text);
        }
        let is_stringify = call.path.is_ident("stringify");
        let template = if is_stringify && !call.tokens.to_string().contains(['{', '}']) {
            Template::default()
        } else {
            Template::unknown()
        };
        // Of any other macro it is not sure that it gives a literal; `format_args!` tells, and telling it once is enough.
        let literals = ["concat", "env", "include_str", "module_path", "stringify"];
        let is_literal = literals.iter().any(|name| call.path.is_ident(name));
        let summary = if is_literal {
            source.clone()
        } else {
            quote!("")
        };
        Self {
            source,
            summary,
            template,
        }
    }
}

/// The text of a `concat!` whose arguments are literals.
fn concatenation(call: &Macro) -> Option<LitStr> {
    let arguments = call
        .parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated)
        .ok()?;
    let mut text = String::new();
    for argument in &arguments {
        match peel(argument) {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(part) => text.push_str(&part.value()),
                Lit::Char(part) => text.push(part.value()),
                Lit::Bool(part) => text.push_str(if part.value { "true" } else { "false" }),
                Lit::Int(part) if part.suffix().is_empty() => text.push_str(part.base10_digits()),
                _ => return None,
            },
            _ => return None,
        }
    }
    Some(LitStr::new(&text, proc_macro2::Span::mixed_site()))
}
