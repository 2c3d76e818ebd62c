//! The static of a call: everything about it that is known where it is written.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{quote, quote_spanned};
use syn::Expr;

use super::Scope;
use crate::event::{Content, Event, Message};
use crate::expression::is_surely_constant;
use crate::parse::{Capture, Prefixes};

/// The name of the static; a caller's item of this name would be hidden from the values of the call.
pub(super) const SITE: &str = "__TTLOG_SITE";

/// Where the level of a call comes from.
pub(super) enum Level<'a> {
    /// A variant of `LogLevel`.
    Fixed(&'a Ident),
    /// An expression: the call has one site for each level.
    Computed(&'a Expr),
}

/// Where the target of a call comes from.
pub(super) enum Target<'a> {
    /// The module of the call.
    Module,
    /// An expression that is surely constant.
    Fixed(&'a Expr),
    /// An expression that is looked at in every call.
    Computed(&'a Expr),
}

impl<'a> Target<'a> {
    pub(super) fn of(prefixes: &'a Prefixes) -> Self {
        match &prefixes.target {
            None => Self::Module,
            Some(target) if is_surely_constant(target) => Self::Fixed(target),
            Some(target) => Self::Computed(target),
        }
    }
}

/// The static of a call that logs.
pub(super) fn statics(scope: &Scope, level: &Level<'_>, event: &Event) -> TokenStream {
    declare(
        scope,
        level,
        &event.prefixes,
        &message(event),
        &fields(scope, event),
    )
}

/// The static of a call that only asks.
pub(super) fn statics_of_question(
    scope: &Scope,
    level: &Level<'_>,
    prefixes: &Prefixes,
) -> TokenStream {
    declare(scope, level, prefixes, &quote!(""), &quote!(&[]))
}

fn declare(
    scope: &Scope,
    level: &Level<'_>,
    prefixes: &Prefixes,
    message: &TokenStream,
    fields: &TokenStream,
) -> TokenStream {
    let Scope {
        facade,
        private,
        span,
    } = scope;
    let site = scope.own(SITE);
    let target = match Target::of(prefixes) {
        Target::Fixed(target) => quote_spanned!(*span=> #target),
        Target::Module | Target::Computed(_) => quote_spanned!(*span=> #private::module_path!()),
    };
    let (level, site_type, constructor) = match level {
        Level::Fixed(level) => (
            quote_spanned!(*span=> #facade::LogLevel::#level),
            quote_spanned!(*span=> #private::CallSite),
            quote_spanned!(*span=> new),
        ),
        Level::Computed(_) => (
            quote_spanned!(*span=> #facade::LogLevel::Trace),
            quote_spanned!(*span=> [#private::CallSite; 6]),
            quote_spanned!(*span=> for_each_level),
        ),
    };
    let name = prefixes
        .name
        .as_ref()
        .map(|name| quote_spanned!(*span=> .with_name(#name)));
    quote_spanned! {*span=>
        static #site: #site_type = #private::CallSite::#constructor(#private::Metadata::new(
            #level, #target, #private::module_path!(), #private::file!(), #private::line!(), #message, #fields
        ) #name);
    }
}

/// The text that stands for all messages of the call.
fn message(event: &Event) -> TokenStream {
    match &event.message {
        Message::Absent => quote!(""),
        Message::Fixed(text) | Message::Formatted { summary: text, .. } => text.clone(),
        Message::Value {
            capture: Capture::Debug,
            ..
        } => quote!("{:?}"),
        Message::Value { .. } => quote!("{}"),
    }
}

fn fields(scope: &Scope, event: &Event) -> TokenStream {
    let Scope { private, span, .. } = scope;
    let fields = event.fields.iter().map(|field| {
        let name = &field.name;
        match &field.content {
            Content::Constant(text) => {
                quote_spanned!(*span=> #private::FieldDef::constant(#name, #text))
            }
            Content::Recorded(_) => quote_spanned!(*span=> #private::FieldDef::new(#name)),
        }
    });
    if event.fields.is_empty() {
        return quote_spanned!(*span=> &[]);
    }
    // A static of their own, because a field owns what it says where it comes from a snapshot: such a value lives for ever in
    // a static, but not as an argument; and a static takes the compiler less time than a `const` block.
    let count = Literal::usize_unsuffixed(event.fields.len());
    quote_spanned! {*span=> {
        static __TTLOG_FIELDS: [#private::FieldDef; #count] = [#(#fields),*];
        &__TTLOG_FIELDS
    }}
}
