//! The text of a message, where an expression can be one.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::{Expr, Lit, LitStr, Macro, Token};

use crate::parse::string_literal;
use crate::template::{Template, unescape};

/// An expression that can be the message of a call, and what it asks of its arguments.
pub(crate) struct MessageText {
    /// The expression as it was written.
    pub(crate) source: TokenStream,
    /// The text that it always stands for, where it takes no arguments.
    pub(crate) fixed: Option<TokenStream>,
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
        let fixed = (!template.has_placeholders).then(|| {
            if text.contains(['{', '}']) {
                LitStr::new(&unescape(&text), literal.span()).to_token_stream()
            } else {
                literal.to_token_stream()
            }
        });
        Self {
            source,
            fixed,
            template,
        }
    }

    /// `concat!` of literals is put together here; other macros are known only to the compiler, but where `concat!` and
    /// `stringify!` have no brace in them, neither has their text.
    fn of_macro(call: &Macro) -> Self {
        let source = call.to_token_stream();
        if call.path.is_ident("concat") {
            if let Some(text) = concatenation(call) {
                return Self::known(source, &text);
            }
        }
        if call.path.is_ident("stringify") && !call.tokens.to_string().contains(['{', '}']) {
            let fixed = Some(source.clone());
            return Self {
                source,
                fixed,
                template: Template::default(),
            };
        }
        Self {
            source,
            fixed: None,
            template: Template::unknown(),
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

/// An expression without the invisible brackets of a macro's argument.
pub(crate) fn peel(expression: &Expr) -> &Expr {
    match expression {
        Expr::Group(group) => peel(&group.expr),
        _ => expression,
    }
}
