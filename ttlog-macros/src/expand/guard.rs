//! What stands around the recording of an event: whether it is compiled in and enabled, at which site, and of which origin.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::Expr;
use syn::spanned::Spanned;

use super::Scope;
use super::site::{LEVEL, Level, SITE, Target};
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
    /// The variable with the parent, where an expression gives it.
    parent_variable: Ident,
    /// The site, as a reference.
    site: TokenStream,
}

impl<'a> Guard<'a> {
    pub(super) fn new(scope: &Scope, level: &'a Level<'a>, prefixes: &'a Prefixes) -> Self {
        let statics = scope.own(SITE);
        let level_variable = scope.own("__ttlog_level");
        let private = &scope.private;
        let site = match level {
            Level::Fixed(_) | Level::Constant(_) => quote_spanned!(scope.span=> #statics),
            Level::Computed(_) => {
                quote_spanned!(scope.span=> #statics[#level_variable as #private::usize])
            }
        };
        Self {
            level,
            target: Target::of(prefixes),
            parent: prefixes.parent.as_ref(),
            level_variable,
            target_variable: scope.own("__ttlog_target"),
            parent_variable: scope.own("__ttlog_parent"),
            site,
        }
    }

    /// The whole of a call: `record` where the event is wanted, and `otherwise` where not, if that has a value.
    pub(super) fn around(
        &self,
        scope: &Scope,
        statics: &TokenStream,
        record: &TokenStream,
        otherwise: Option<&TokenStream>,
    ) -> TokenStream {
        let span = scope.span;
        let otherwise = otherwise.map(|value| quote_spanned!(span=> else { #value }));
        let is_enabled = self.is_enabled(scope);
        let compiled_in = self.compiled_in(scope);
        let level = self.level(scope);
        let body = match &self.target {
            Target::Module | Target::Fixed(_) => quote_spanned! {span=>
                if #compiled_in && #is_enabled { #record } #otherwise
            },
            Target::Computed(target) => {
                let body = quote_spanned!(span=> if #is_enabled { #record } #otherwise);
                let body = self.with_target(scope, target, &body);
                quote_spanned!(span=> if #compiled_in { #body } #otherwise)
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

    /// The site of the call, as a place.
    pub(super) fn site(&self) -> &TokenStream {
        &self.site
    }

    /// The expression that begins the event.
    pub(super) fn begin(&self, scope: &Scope, values: usize) -> TokenStream {
        let Scope { private, span, .. } = scope;
        let site = &self.site;
        let values = Literal::usize_unsuffixed(values);
        if self.computed_target().is_none() && self.parent.is_none() {
            return quote_spanned!(*span=> #private::Encoder::begin(&#site, #values));
        }
        let target = self.target_option(scope);
        let parent = match self.parent {
            None => quote_spanned!(*span=> #private::None),
            Some(parent) if is_none(parent) => {
                quote_spanned!(*span=> #private::Some(#private::None))
            }
            Some(_) => {
                let parent = &self.parent_variable;
                quote_spanned!(*span=> #private::Some(#private::parent_id(&#parent)))
            }
        };
        quote_spanned! {*span=>
            #private::Encoder::begin_with(&#site, #values, #private::Origin { target: #target, parent: #parent })
        }
    }

    /// The expression that begins the beginning of a span.
    pub(super) fn begin_span(&self, scope: &Scope, values: usize) -> TokenStream {
        let Scope { private, span, .. } = scope;
        let site = &self.site;
        let values = Literal::usize_unsuffixed(values);
        let parent = match self.parent {
            Some(parent) if is_none(parent) => quote_spanned!(*span=> (0 as #private::u64)),
            Some(_) => self.parent_variable.to_token_stream(),
            None => {
                return match self.computed_target() {
                    None => quote_spanned!(*span=> #private::NewSpan::begin(&#site, #values)),
                    Some(target) => {
                        quote_spanned!(*span=> #private::NewSpan::begin_for(&#site, #values, #target))
                    }
                };
            }
        };
        let target = self.target_option(scope);
        quote_spanned! {*span=>
            #private::NewSpan::begin_in(&#site, #values, #target, &#parent)
        }
    }

    /// Evaluates the parent, once, for `body`, and keeps it until that is over.
    pub(super) fn with_parent(&self, scope: &Scope, body: TokenStream) -> TokenStream {
        let Some(parent) = self.parent.filter(|parent| !is_none(parent)) else {
            return body;
        };
        let Scope { private, span, .. } = scope;
        let variable = &self.parent_variable;
        // With this span, what is no parent is shown where it stands.
        let parent = quote_spanned!(scope.at(parent.span())=> #private::hold_parent(&(#parent)));
        quote_spanned!(*span=> match #parent { #variable => #body })
    }

    /// The variable with the target, where an expression gives it.
    fn computed_target(&self) -> Option<&Ident> {
        matches!(self.target, Target::Computed(_)).then_some(&self.target_variable)
    }

    fn target_option(&self, scope: &Scope) -> TokenStream {
        let Scope { private, span, .. } = scope;
        match self.computed_target() {
            None => quote_spanned!(*span=> #private::None),
            Some(target) => quote_spanned!(*span=> #private::Some(#target)),
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
            Level::Constant(_) => scope.own(LEVEL).to_token_stream(),
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
