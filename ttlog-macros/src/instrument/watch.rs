//! What is done with the result of a function: an error marks the span, and `err` and `ret` log.

use proc_macro2::{Ident, TokenStream};
use quote::quote_spanned;
use syn::{Expr, ExprPath, LitStr, Result};

use super::function::Function;
use super::kind::Kind;
use super::settings::{Report, Settings};
use crate::check::check_span;
use crate::event::Message;
use crate::expand::{Scope, log_in};
use crate::expression::{copy, string_literal};
use crate::parse::{Capture, Item, Name, Prefixes, SpanLevel};
use crate::rejection;

/// What is done with the result.
pub(super) struct Watch {
    /// The statements, with the span and a reference to the result in these variables; none where nothing is to be done.
    pub(super) statements: Option<TokenStream>,
    pub(super) span: Ident,
    pub(super) result: Ident,
}

impl Watch {
    pub(super) fn of(
        scope: &Scope,
        settings: &Settings,
        function: &Function,
        name: &Expr,
        level: &SpanLevel,
    ) -> Result<Self> {
        let mut watch = Self {
            statements: None,
            span: scope.own("__ttlog_span"),
            result: scope.own("__ttlog_result"),
        };
        let report =
            |report: &Report, level: &SpanLevel, default, field, verb, variable: &Ident| {
                let prefixes = Prefixes {
                    name: None,
                    target: settings.target.as_ref().map(copy),
                    parent: None,
                    limit: None,
                };
                let level = report.level.as_ref().unwrap_or(level);
                let item = Item::Field {
                    name: Name::Fixed {
                        text: String::from(field),
                        span: scope.span,
                        identifier: None,
                    },
                    capture: report.capture.unwrap_or(default),
                    value: variable_as_value(variable),
                };
                let mut event = check_span(prefixes, vec![item])?;
                event.message = message(name, verb, scope);
                Ok::<_, syn::Error>(log_in(scope, level, &event))
            };
        let private = &scope.private;
        let Self { span, result, .. } = &watch;
        let returned = scope.own("__ttlog_return");
        let ret = settings.ret.as_ref();
        let ret = ret
            .map(|ret| {
                report(
                    ret,
                    level,
                    Capture::Argument,
                    "return",
                    "returned",
                    &returned,
                )
            })
            .transpose()?;
        let mark = quote_spanned! {scope.span=>
            #private::Span::set_outcome(&#span, #private::Outcome::Error);
        };
        watch.statements = if let Some(err) = &settings.err {
            if function.result().is_none() && !matches!(function.kind, Kind::GivesFuture { .. }) {
                return Err(rejection::no_result(&err.word));
            }
            let error = scope.own("__ttlog_error");
            let default_level = SpanLevel::Known(Ident::new("Error", scope.span));
            let log = report(
                err,
                &default_level,
                Capture::Failure,
                "error",
                "failed",
                &error,
            )?;
            // With this span, a result that is none is shown at the word.
            let at = scope.at(err.word.span());
            let private = scope.private_at(at);
            let failed = quote_spanned!(at=> #private::Err(#error));
            let returned = match &ret {
                Some(_) => quote_spanned!(at=> #private::Ok(#returned)),
                None => quote_spanned!(at=> #private::Ok(_)),
            };
            Some(quote_spanned! {scope.span=>
                match #result { #failed => { #mark #log } #returned => { #ret } }
            })
        } else if ret.is_some() || function.may_fail() {
            let whole = ret.map(|log| quote_spanned!(scope.span=> let #returned = #result; #log));
            Some(quote_spanned! {scope.span=> {
                use #private::{IsNoResult as _, IsResult as _};
                if (&&#private::Probe(#result)).ttlog_is_error() { #mark }
                #whole
            }})
        } else {
            None
        };
        Ok(watch)
    }
}

/// `checkout failed`
fn message(name: &Expr, verb: &str, scope: &Scope) -> Message {
    let text = match string_literal(name) {
        Some(name) => format!("{} {verb}", name.value()),
        None => verb.to_owned(),
    };
    let text = LitStr::new(&text, scope.span);
    Message::Fixed(quote_spanned!(scope.span=> #text))
}

fn variable_as_value(variable: &Ident) -> Expr {
    Expr::Path(ExprPath {
        attrs: Vec::new(),
        qself: None,
        path: variable.clone().into(),
    })
}
