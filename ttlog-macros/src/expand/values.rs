//! The caller's expressions: each evaluated exactly once, in the order in which they are written.

use std::ops::Index;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::Expr;
use syn::spanned::Spanned;

use super::Scope;
use crate::event::ValueIndex;
use crate::expression::{binds_tightly, is_awaited};

/// The values of an event, ready to be named where the event is recorded.
pub(super) struct Values {
    /// What is matched, and the variables that it is matched to.
    expressions: Vec<TokenStream>,
    variables: Vec<Ident>,
    passed: Vec<Passed>,
}

/// One value where the event is recorded.
pub(super) struct Passed {
    /// Where the caller wrote it.
    pub(super) span: Span,
    /// A reference to it.
    pub(super) reference: TokenStream,
    /// It as a place, which is what `format_args!` takes: the address that `{:p}` shows is then the caller's, and a width is
    /// a number.
    pub(super) place: TokenStream,
}

impl Values {
    pub(super) fn new(scope: &Scope, expressions: &[Expr]) -> Self {
        let mut values = Self {
            expressions: Vec::new(),
            variables: Vec::new(),
            passed: Vec::new(),
        };
        for expression in expressions {
            values.pass(scope, expression);
        }
        values
    }

    fn pass(&mut self, scope: &Scope, expression: &Expr) {
        let span = expression.span();
        let at = scope.at(span);
        let variable = Ident::new(&format!("__ttlog_{}", self.passed.len()), at);
        let (reference, place) = if is_awaited(expression) {
            // What was awaited is taken, so that no reference to it has to live across the next `.await`.
            self.bind(&variable, expression.to_token_stream());
            (quote_spanned!(at=> &#variable), variable.to_token_stream())
        } else {
            let borrowed = if binds_tightly(expression) {
                quote_spanned!(at=> &#expression)
            } else {
                quote_spanned!(at=> &(#expression))
            };
            self.bind(&variable, borrowed);
            (variable.to_token_stream(), quote_spanned!(at=> *#variable))
        };
        self.passed.push(Passed {
            span,
            reference,
            place,
        });
    }

    fn bind(&mut self, variable: &Ident, expression: TokenStream) {
        self.expressions.push(expression);
        self.variables.push(variable.clone());
    }

    /// `body`, with the values that it needs.
    pub(super) fn around(&self, scope: &Scope, body: TokenStream) -> TokenStream {
        let Self {
            expressions,
            variables,
            ..
        } = self;
        match (&expressions[..], &variables[..]) {
            ([], _) => body,
            ([expression], [variable]) => {
                quote_spanned!(scope.span=> match #expression { #variable => { #body } })
            }
            _ => quote_spanned! {scope.span=>
                match (#(#expressions,)*) { (#(#variables,)*) => { #body } }
            },
        }
    }
}

impl Index<ValueIndex> for Values {
    type Output = Passed;

    fn index(&self, index: ValueIndex) -> &Passed {
        &self.passed[index.0]
    }
}
