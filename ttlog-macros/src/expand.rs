//! The code of a call.
//!
//! ```text
//! {
//!     static SITE: CallSite = …;                          // `site`
//!     if compiled_in(level) && SITE.is_enabled(level) {        // `guard`, and where the call has one, `limit`
//!         match (&value, &value) {                        // `values`: evaluated once, only where enabled,
//!             (a, b) => if let Some(mut event) = Encoder::begin(&SITE, 2) {
//!                 …                                       // `record`
//!                 event.finish();
//!             }
//!         }
//!     }
//! }
//! ```
//!
//! The caller's expressions run in the caller's own body (no closure is around them, so `?`, `.await` and `return` mean what
//! they say) and before the event is begun, so they may log as well. Their temporaries live as long as the event does.
//! Everything is named by its path from the facade crate, which has even what a prelude would give; the names of items, which
//! have no hygiene of their own, begin with `__ttlog`.

mod guard;
mod histogram;
mod limit;
mod record;
mod site;
mod values;

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::Expr;

use crate::event::Event;
use crate::parse::{EnabledCall, HistogramCall, SpanLevel};
use guard::Guard;
use site::Level;
use values::Values;

/// What is the same all over one expansion.
pub(crate) struct Scope {
    /// `$crate`
    facade: TokenStream,
    /// Local variables with this span are the expansion's own, and everything else is found where the call is written.
    pub(crate) span: Span,
    /// `$crate::__private`
    pub(crate) private: TokenStream,
    /// The line that its events are of.
    line: TokenStream,
}

impl Scope {
    fn new(facade: &Ident) -> Self {
        Self::of(facade.to_token_stream())
    }

    fn of(facade: TokenStream) -> Self {
        let span = Span::mixed_site();
        let private = quote_spanned!(span=> #facade::__private);
        let line = quote_spanned!(span=> #private::line!());
        Self {
            facade,
            span,
            private,
            line,
        }
    }

    /// The same for what a function expands to: events of it are of its line, and not of the attribute's.
    pub(crate) fn of_function(facade: TokenStream, line: usize) -> Self {
        let line = Literal::usize_unsuffixed(line).into_token_stream();
        Self {
            line,
            ..Self::of(facade)
        }
    }

    /// `$crate::__private`, so that a mistake in what is named by it is shown there.
    pub(crate) fn private_at(&self, at: Span) -> TokenStream {
        let trees = self.private.clone().into_iter();
        trees
            .map(|mut tree| {
                tree.set_span(at);
                tree
            })
            .collect()
    }

    /// A name of the expansion's own.
    pub(crate) fn own(&self, name: &str) -> Ident {
        Ident::new(name, self.span)
    }

    /// The span for code about something that the caller wrote: mistakes in it are shown there, and its names are still ours.
    pub(crate) fn at(&self, written: Span) -> Span {
        self.span.located_at(written)
    }
}

/// A call at a level that is known where it is written.
pub(crate) fn log_at(facade: &Ident, level: &Ident, event: &Event) -> TokenStream {
    log(&Scope::new(facade), &Level::Fixed(level), event)
}

/// A call at a level that an expression gives.
pub(crate) fn log_with(facade: &Ident, level: &Expr, event: &Event) -> TokenStream {
    log(&Scope::new(facade), &Level::Computed(level), event)
}

/// An event at the level of a span.
pub(crate) fn log_in(scope: &Scope, level: &SpanLevel, event: &Event) -> TokenStream {
    match level {
        SpanLevel::Known(level) => log(scope, &Level::Fixed(level), event),
        SpanLevel::Given(level) => log(scope, &Level::Computed(level), event),
    }
}

fn log(scope: &Scope, level: &Level<'_>, event: &Event) -> TokenStream {
    let guard = Guard::new(scope, level, &event.prefixes);
    let values = Values::new(scope, &event.values);
    let record = record::event(scope, &guard, event, &values);
    let record = values.around(scope, record);
    let record = match &event.prefixes.limit {
        Some(limit) => limit::around(scope, limit, &record),
        None => record,
    };
    guard.around(scope, &site::statics(scope, level, event), &record, None)
}

/// A call that makes a span; `event` is its beginning.
///
/// ```text
/// {
///     static SITE: SpanSite = …;
///     if compiled_in(level) && SITE.is_enabled(level) {
///         match (&value, &value) {
///             (a, b) => if let Some((span, mut event)) = NewSpan::begin(&SITE, 2) {
///                 …
///                 span.finish(event)
///             } else { Span::none() }
///         }
///     } else { Span::none() }
/// }
/// ```
pub(crate) fn span(
    facade: &Ident,
    level: &SpanLevel,
    is_entered: bool,
    event: &Event,
) -> TokenStream {
    let scope = Scope::new(facade);
    let made = if is_entered { Made::Guard } else { Made::Span };
    span_in(&scope, made, level, event)
}

/// What a call gives that makes a span.
#[derive(Clone, Copy)]
pub(crate) enum Made {
    /// The span.
    Span,
    /// The guard that has entered it.
    Guard,
}

impl Made {
    /// Where no span is wanted.
    fn none(self, scope: &Scope) -> TokenStream {
        let Scope { private, span, .. } = scope;
        match self {
            Self::Span => quote_spanned!(*span=> #private::Span::none()),
            Self::Guard => quote_spanned!(*span=> #private::SpanGuard::none()),
        }
    }

    /// The method that gives it, of a span in the making.
    fn finish(self, scope: &Scope) -> Ident {
        scope.own(match self {
            Self::Span => "finish",
            Self::Guard => "enter",
        })
    }
}

/// The expression that makes a span.
pub(crate) fn span_in(scope: &Scope, made: Made, level: &SpanLevel, event: &Event) -> TokenStream {
    let level = match level {
        SpanLevel::Known(level) => Level::Fixed(level),
        SpanLevel::Given(level) => Level::Constant(level),
    };
    let guard = Guard::new(scope, &level, &event.prefixes);
    let values = Values::new(scope, &event.values);
    let record = record::span(scope, made, &guard, event, &values);
    guard.around(
        scope,
        &site::statics_of_span(scope, &level, event),
        &values.around(scope, record),
        Some(&made.none(scope)),
    )
}

/// The question whether a call would be recorded.
pub(crate) fn enabled(call: &EnabledCall) -> TokenStream {
    let scope = Scope::new(&call.facade);
    let level = Level::Computed(&call.level);
    let guard = Guard::new(&scope, &level, &call.prefixes);
    guard.question(
        &scope,
        &site::statics_of_question(&scope, &level, &call.prefixes),
    )
}

/// A call that measures for a histogram.
///
/// ```text
/// {
///     static BUCKETS: Buckets = …;
///     static SITE: Histogram = …;
///     HistogramTimer::start(compiled_in(level) && SITE.is_enabled(level), &SITE)
/// }
/// ```
pub(crate) fn histogram(call: &HistogramCall) -> TokenStream {
    histogram::histogram(&Scope::new(&call.facade), call)
}

/// The expansion, or the mistakes in its place: in a block, because they are several and stand where one expression is expected. Its type is one that
/// the compiler takes for any, so that nothing else is wrong then.
pub(crate) fn or_reject(expansion: syn::Result<TokenStream>) -> proc_macro::TokenStream {
    expansion
        .unwrap_or_else(|mistakes| {
            let mistakes = mistakes.into_compile_error();
            quote::quote!({ #mistakes })
        })
        .into()
}
