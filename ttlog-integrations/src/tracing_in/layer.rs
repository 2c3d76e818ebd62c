//! [`TtlogTracingLayer`].

use std::any::TypeId;
use std::fmt;
use std::num::NonZeroU64;

use tracing_core::span::{Attributes, Id, Record};
use tracing_core::subscriber::Interest;
use tracing_core::{Event, LevelFilter, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::{LookupSpan, Registry, SpanRef};
use ttlog_core::Span;
use ttlog_core::bridge::Encoder;

use super::entered;
use super::event;
use super::gate::Gate;
use super::interest;
use super::new_span;

/// A layer that brings `tracing`'s events and spans into ttlog, where ttlog's filter wants them.
///
/// It stands beside other layers and switches nothing off for them. `S` is what it is put on; it has to have a [`Registry`] at its root. So has the subscriber that
/// `tracing_subscriber::fmt()` makes; but what is left out there, from `Debug` on as it comes, is left out for all layers on it. A registry with `fmt::layer()` and this one has no such
/// limit.
///
/// ```
/// use tracing_subscriber::prelude::*;
/// use ttlog_integrations::TtlogTracingLayer;
///
/// tracing_subscriber::registry()
///     .with(TtlogTracingLayer::new())
///     .init();
/// ```
///
/// Filtered further by `with_filter`, it has what both want. Where no other layer is there, [`TtlogSubscriber`](crate::TtlogSubscriber) costs less.
pub struct TtlogTracingLayer<S = Registry> {
    gate: Gate<S>,
}

impl<S> TtlogTracingLayer<S>
where
    S: Subscriber + for<'a> LookupSpan<'a> + 'static,
{
    /// A layer that records into ttlog, wherever its events go at the time.
    pub fn new() -> Self {
        interest::follow();
        TtlogTracingLayer { gate: Gate::new() }
    }
}

impl<S> Default for TtlogTracingLayer<S>
where
    S: Subscriber + for<'a> LookupSpan<'a> + 'static,
{
    fn default() -> Self {
        TtlogTracingLayer::new()
    }
}

impl<S> fmt::Debug for TtlogTracingLayer<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TtlogTracingLayer").finish_non_exhaustive()
    }
}

/// ttlog's span, in the extensions of one of the registry's.
#[derive(Debug)]
struct Recorded(Span);

/// Gives what is recorded of a span, if it is.
fn recorded<'a, S, R>(span: &SpanRef<'a, S>, give: impl FnOnce(&Span) -> R) -> Option<R>
where
    S: LookupSpan<'a>,
{
    span.extensions().get().map(|Recorded(span)| give(span))
}

/// Gives the innermost span that is recorded, of this one and those around it; and whether that is this one.
fn nearest<S, R>(
    id: &Id,
    context: &Context<'_, S>,
    give: impl FnOnce(&Span, bool) -> R,
) -> Option<R>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let span = context.span(id)?;
    let mut give = Some(give);
    let mut give = |span: &Span, is_itself| give.take().map(|give| give(span, is_itself));
    if let Some(given) = recorded(&span, |span| give(span, true)) {
        return given;
    }
    // One that ttlog doesn't want.
    span.scope()
        .skip(1)
        .find_map(|around| recorded(&around, |span| give(span, false))?)
}

impl<S> Layer<S> for TtlogTracingLayer<S>
where
    S: Subscriber + for<'a> LookupSpan<'a> + 'static,
{
    fn on_layer(&mut self, subscriber: &mut S) {
        self.gate.on_layer(subscriber);
    }

    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        self.gate.register_callsite(metadata)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        self.gate.max_level_hint()
    }

    #[inline]
    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        event::record(event, || {
            nearest(event.parent()?, &context, |span, _| span.id())?
        });
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let begun = new_span::begin(attributes, |begin| {
            let parent = attributes.parent();
            let within = parent.and_then(|id| nearest(id, &context, |span, _| begin(Some(span))));
            within.unwrap_or_else(|| begin(None))
        });
        let (Some(begun), Some(span)) = (begun, context.span(id)) else {
            return;
        };
        let mut extensions = span.extensions_mut();
        // One that is there is of another layer of this kind.
        if extensions.get_mut::<Recorded>().is_none() {
            extensions.insert(Recorded(begun));
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let begin = |span: SpanRef<'_, S>| recorded(&span, Span::begin_fields)?;
        new_span::record(context.span(id).and_then(begin), values);
    }

    fn on_follows_from(&self, id: &Id, follows: &Id, context: Context<'_, S>) {
        let followed = |span: SpanRef<'_, S>| -> Option<NonZeroU64> { recorded(&span, Span::id)? };
        let begin =
            |span: SpanRef<'_, S>| -> Option<Encoder> { recorded(&span, Span::begin_fields)? };
        if let Some(follows) = context.span(follows).and_then(followed) {
            new_span::record_follows_from(context.span(id).and_then(begin), follows);
        }
    }

    fn on_enter(&self, id: &Id, context: Context<'_, S>) {
        nearest(id, &context, |span, is_itself| {
            entered::enter(span, 0, is_itself)
        });
    }

    fn on_exit(&self, id: &Id, context: Context<'_, S>) {
        nearest(id, &context, |span, _| entered::leave(span));
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        if let Some(span) = context.span(&id) {
            let ended = span.extensions_mut().remove::<Recorded>();
            // Its end is recorded now, with the lock given back.
            drop(ended);
        }
    }

    unsafe fn downcast_raw(&self, id: TypeId) -> Option<*const ()> {
        if id == TypeId::of::<Self>() {
            return Some((&raw const *self).cast());
        }
        interest::marker(id).or_else(|| self.gate.downcast_raw(id))
    }
}
