//! The limiter of a call: a static of its own, which lets an event pass or not before its values are evaluated.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote_spanned;

use super::Scope;
use crate::parse::{Limit, LimitKind};

/// The variable that says how many events were held back.
pub(super) fn held_back(scope: &Scope) -> Ident {
    scope.own("__ttlog_held_back")
}

/// `record` where the limiter lets the event pass.
pub(super) fn around(scope: &Scope, limit: &Limit, record: &TokenStream) -> TokenStream {
    let Scope { private, span, .. } = scope;
    let limiter = scope.own("__TTLOG_LIMITER");
    let held_back = held_back(scope);
    let (limiter_type, arguments) = match &limit.kind {
        LimitKind::Once => ("Once", TokenStream::new()),
        LimitKind::Rate { events, period_ns } => {
            let events = Literal::u32_unsuffixed(*events);
            let period_ns = Literal::u64_unsuffixed(*period_ns);
            ("Rate", quote_spanned!(*span=> #events, #period_ns))
        }
        LimitKind::Sample { share } => {
            let share = Literal::u64_unsuffixed(*share);
            ("Sample", quote_spanned!(*span=> #share))
        }
    };
    let limiter_type = scope.own(limiter_type);
    quote_spanned! {*span=>
        static #limiter: #private::#limiter_type = #private::#limiter_type::new(#arguments);
        if let #private::Some(#held_back) = #limiter.pass() { #record }
    }
}
