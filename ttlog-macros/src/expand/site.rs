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
/// The name of the constant that holds a span's level.
pub(super) const LEVEL: &str = "__TTLOG_LEVEL";

/// Where the level of a call comes from.
pub(super) enum Level<'a> {
    /// A variant of `LogLevel`.
    Fixed(&'a Ident),
    /// An expression that has to be constant.
    Constant(&'a Expr),
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
        &fields(scope, event, None),
    )
}

/// The static of a call that makes a span, and its level where the call gives that.
pub(super) fn statics_of_span(scope: &Scope, level: &Level<'_>, event: &Event) -> TokenStream {
    let Scope {
        facade,
        private,
        span,
        line,
    } = scope;
    let (site, constant) = (scope.own(SITE), scope.own(LEVEL));
    let (declared, level) = match level {
        Level::Fixed(level) => (None, quote_spanned!(*span=> #facade::LogLevel::#level)),
        Level::Constant(level) | Level::Computed(level) => (
            Some(quote_spanned!(*span=> const #constant: #facade::LogLevel = #level;)),
            quote_spanned!(*span=> #constant),
        ),
    };
    let target = target(scope, &event.prefixes);
    let name = &event.prefixes.name;
    let first = quote_spanned!(*span=> #private::FieldDef::new(#private::SPAN_ID));
    let fields = fields(scope, event, Some(first));
    quote_spanned! {*span=>
        #declared
        static #site: #private::SpanSite = #private::SpanSite::new(
            #level, #target, #private::module_path!(), #private::file!(), #line, #name, #fields
        );
    }
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
        line,
    } = scope;
    let site = scope.own(SITE);
    let target = target(scope, prefixes);
    let (level, site_type, constructor) = match level {
        Level::Fixed(level) => (
            quote_spanned!(*span=> #facade::LogLevel::#level),
            quote_spanned!(*span=> #private::CallSite),
            quote_spanned!(*span=> new),
        ),
        Level::Constant(_) | Level::Computed(_) => (
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
            #level, #target, #private::module_path!(), #private::file!(), #line, #message, #fields
        ) #name);
    }
}

/// The target that the site knows.
fn target(scope: &Scope, prefixes: &Prefixes) -> TokenStream {
    let Scope { private, span, .. } = scope;
    match Target::of(prefixes) {
        Target::Fixed(target) => quote_spanned!(*span=> #target),
        Target::Module | Target::Computed(_) => quote_spanned!(*span=> #private::module_path!()),
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

/// The names of the fields, behind one that every event of the call has.
fn fields(scope: &Scope, event: &Event, first: Option<TokenStream>) -> TokenStream {
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
    let fields: Vec<_> = first.into_iter().chain(fields).collect();
    if fields.is_empty() {
        return quote_spanned!(*span=> &[]);
    }
    // A static of their own, because a field owns what it says where it comes from a snapshot: such a value lives for ever in
    // a static, but not as an argument; and a static takes the compiler less time than a `const` block.
    let count = Literal::usize_unsuffixed(fields.len());
    quote_spanned! {*span=> {
        static __TTLOG_FIELDS: [#private::FieldDef; #count] = [#(#fields),*];
        &__TTLOG_FIELDS
    }}
}
