//! What stands around the recording of an event: whether it is compiled in and enabled, at which site, and of which origin.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::Expr;
use syn::spanned::Spanned;

use super::Scope;
use super::site::{Level, SITE, Target};
use crate::expression::is_none;
use crate::parse::Prefixes;

/// The conditions of a call.
pub(super) struct Guard<'a> {
    level: &'a Level<'a>,
    target: Target<'a>,
    parent: Option<&'a Expr>,
    /// The variable with the level of this call, where an expression gives it.
    level_variable: Ident,
    /// The variable with the target of this call, where an expression gives it.
    target_variable: Ident,
    /// The site, as a reference.
    site: TokenStream,
}

impl<'a> Guard<'a> {
    pub(super) fn new(scope: &Scope, level: &'a Level<'a>, prefixes: &'a Prefixes) -> Self {
        let statics = scope.own(SITE);
        let level_variable = scope.own("__ttlog_level");
        let private = &scope.private;
        let site = match level {
            Level::Fixed(_) => quote_spanned!(scope.span=> #statics),
            Level::Computed(_) => {
                quote_spanned!(scope.span=> #statics[#level_variable as #private::usize])
            }
        };
        Self {
            level,
            target: Target::of(prefixes),
            parent: prefixes.parent.as_ref().filter(|parent| !is_none(parent)),
            level_variable,
            target_variable: scope.own("__ttlog_target"),
            site,
        }
    }

    /// The whole of a call: `record` where the event is wanted.
    pub(super) fn around(
        &self,
        scope: &Scope,
        statics: &TokenStream,
        record: &TokenStream,
    ) -> TokenStream {
        let span = scope.span;
        let is_enabled = self.is_enabled(scope);
        let compiled_in = self.compiled_in(scope);
        let level = self.level(scope);
        let body = match &self.target {
            Target::Module | Target::Fixed(_) => quote_spanned! {span=>
                if #compiled_in && #is_enabled { #record }
            },
            Target::Computed(target) => {
                let body = quote_spanned!(span=> if #is_enabled { #record });
                let body = self.with_target(scope, target, &body);
                quote_spanned!(span=> if #compiled_in { #body })
            }
        };
        quote_spanned!(span=> { #statics #level #body })
    }

    /// Whether the event is wanted, as an expression.
    pub(super) fn question(&self, scope: &Scope, statics: &TokenStream) -> TokenStream {
        let is_enabled = self.is_enabled(scope);
        let compiled_in = self.compiled_in(scope);
        let level = self.level(scope);
        let is_enabled = match &self.target {
            Target::Module | Target::Fixed(_) => is_enabled,
            Target::Computed(target) => self.with_target(scope, target, &is_enabled),
        };
        quote_spanned!(scope.span=> { #statics #level #compiled_in && #is_enabled })
    }

    /// The expression that begins the event.
    pub(super) fn begin(&self, scope: &Scope, values: usize) -> TokenStream {
        let Scope { private, span, .. } = scope;
        let site = &self.site;
        let values = proc_macro2::Literal::usize_unsuffixed(values);
        let none = quote_spanned!(*span=> #private::None);
        let target = match &self.target {
            Target::Module | Target::Fixed(_) => None,
            Target::Computed(_) => {
                let target = &self.target_variable;
                Some(quote_spanned!(*span=> #private::Some(#target)))
            }
        };
        let parent = self.parent.map(
            |parent| quote_spanned!(scope.at(parent.span())=> #private::Some(#private::parent_id(&(#parent)))),
        );
        if target.is_none() && parent.is_none() {
            return quote_spanned!(*span=> #private::Encoder::begin(&#site, #values));
        }
        let target = target.unwrap_or_else(|| none.clone());
        let parent = parent.unwrap_or(none);
        quote_spanned! {*span=>
            #private::Encoder::begin_with(&#site, #values, #private::Origin { target: #target, parent: #parent })
        }
    }

    fn level(&self, scope: &Scope) -> Option<TokenStream> {
        let Level::Computed(level) = self.level else {
            return None;
        };
        let (facade, variable) = (&scope.facade, &self.level_variable);
        Some(quote_spanned!(scope.span=> let #variable: #facade::LogLevel = #level;))
    }

    /// The level as an expression that the compiler can fold, where it is known.
    fn level_value(&self, scope: &Scope) -> TokenStream {
        let facade = &scope.facade;
        match self.level {
            Level::Fixed(level) => quote_spanned!(scope.span=> #facade::LogLevel::#level),
            Level::Computed(_) => self.level_variable.to_token_stream(),
        }
    }

    fn compiled_in(&self, scope: &Scope) -> TokenStream {
        let (private, level) = (&scope.private, self.level_value(scope));
        quote_spanned!(scope.span=> #private::compiled_in(#level))
    }

    fn is_enabled(&self, scope: &Scope) -> TokenStream {
        let (site, level, target) = (&self.site, self.level_value(scope), &self.target_variable);
        match self.target {
            Target::Module | Target::Fixed(_) => {
                quote_spanned!(scope.span=> #site.is_enabled(#level))
            }
            Target::Computed(_) => {
                quote_spanned!(scope.span=> #site.is_enabled_for(#level, #target))
            }
        }
    }

    /// Evaluates the target, once, for `body`.
    fn with_target(&self, scope: &Scope, target: &Expr, body: &TokenStream) -> TokenStream {
        let Scope { private, span, .. } = scope;
        let variable = &self.target_variable;
        let target = quote_spanned!(scope.at(target.span())=> #private::as_target(&(#target)));
        quote_spanned!(*span=> match #target { #variable => #body })
    }
}
