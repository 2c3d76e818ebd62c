//! The statics of a histogram, and the timer that feeds it.

use proc_macro2::TokenStream;
use quote::quote_spanned;

use super::Scope;
use super::site::{LEVEL, SITE};
use crate::parse::{HistogramCall, SpanLevel};

/// The call as an expression. Level and target are put into a static, so the compiler sees to it that they are constant.
pub(super) fn histogram(scope: &Scope, call: &HistogramCall) -> TokenStream {
    let Scope {
        facade,
        private,
        span,
        line,
    } = scope;
    let (site, level) = (scope.own(SITE), scope.own(LEVEL));
    let buckets = scope.own("__TTLOG_BUCKETS");
    let level_value = match &call.level {
        SpanLevel::Known(level) => quote_spanned!(*span=> #facade::LogLevel::#level),
        SpanLevel::Given(level) => quote_spanned!(*span=> #level),
    };
    let target = match &call.prefixes.target {
        Some(target) => quote_spanned!(*span=> #target),
        None => quote_spanned!(*span=> #private::module_path!()),
    };
    let name = &call.name.summary;
    quote_spanned! {*span=> {
        const #level: #facade::LogLevel = #level_value;
        static #buckets: #private::Buckets = #private::Buckets::new();
        static #site: #private::Histogram = #private::Histogram::new(
            #level, #target, #private::module_path!(), (#private::file!(), #line), #name, &#buckets
        );
        #facade::HistogramTimer::start(#private::compiled_in(#level) && #site.is_enabled(#level), &#site)
    }}
}
