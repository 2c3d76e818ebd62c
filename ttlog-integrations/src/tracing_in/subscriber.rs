//! [`TtlogSubscriber`].

use std::any::TypeId;

use tracing_core::span::{Attributes, Current, Id, Record};
use tracing_core::subscriber::Interest;
use tracing_core::{Event, LevelFilter, Metadata, Subscriber};
use ttlog_core::{Span, is_enabled};

use super::entered;
use super::event;
use super::interest::{self, log_level};
use super::new_span;
use super::slab::{Open, Slab};
use crate::crossing::{Backend, lets_in};

/// A subscriber that brings `tracing`'s events and spans into ttlog, and nothing else: no registry, no layers.
///
/// It costs the least where ttlog is all that is wanted. What looks spans up in a registry (`LookupSpan`: layers, `tracing-error`,
/// `tracing-opentelemetry`) can't be used with it; for that, put a [`TtlogTracingLayer`](crate::TtlogTracingLayer) on one.
///
/// ```
/// use ttlog_integrations::TtlogSubscriber;
///
/// tracing::subscriber::with_default(TtlogSubscriber::new(), || {
///     let _span = tracing::info_span!("request", id = 7).entered();
///     tracing::info!(attempt = 2, "card refused");
/// });
/// ```
#[derive(Debug)]
pub struct TtlogSubscriber {
    slab: Slab,
}

/// The id of spans that are not kept because there are too many.
const NOT_KEPT: u64 = u64::MAX;

impl TtlogSubscriber {
    /// A subscriber that records into ttlog, wherever its events go at the time.
    pub fn new() -> Self {
        interest::follow();
        TtlogSubscriber { slab: Slab::new() }
    }
}

impl Default for TtlogSubscriber {
    fn default() -> Self {
        TtlogSubscriber::new()
    }
}

impl Subscriber for TtlogSubscriber {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        interest::of(metadata)
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        lets_in(Backend::Tracing) && is_enabled(log_level(metadata.level()), metadata.target())
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(interest::level_hint())
    }

    #[inline]
    fn event(&self, event: &Event<'_>) {
        event::record(event, || self.slab.get(event.parent()?)?.span.id());
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let begun = new_span::begin(attributes, |begin| {
            let parent = attributes.parent().and_then(|id| self.slab.get(id));
            begin(parent.as_ref().map(|parent| &parent.span))
        });
        let open = Open {
            span: begun.unwrap_or(Span::none()),
            metadata: attributes.metadata(),
        };
        self.slab
            .insert(open)
            .unwrap_or_else(|_| Id::from_u64(NOT_KEPT))
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let begin = self
            .slab
            .get(span)
            .and_then(|known| known.span.begin_fields());
        new_span::record(begin, values);
    }

    fn record_follows_from(&self, span: &Id, follows: &Id) {
        let number = self.slab.get(follows).and_then(|known| known.span.id());
        if let (Some(known), Some(number)) = (self.slab.get(span), number) {
            new_span::record_follows_from(known.span.begin_fields(), number);
        }
    }

    fn enter(&self, span: &Id) {
        if let Some(known) = self.slab.get(span) {
            entered::enter(&known.span, span.into_u64(), true);
        }
    }

    fn exit(&self, span: &Id) {
        if let Some(known) = self.slab.get(span) {
            entered::leave(&known.span);
        }
    }

    fn clone_span(&self, id: &Id) -> Id {
        if let Some(known) = self.slab.get(id) {
            known.add_reference();
        }
        id.clone()
    }

    fn try_close(&self, id: Id) -> bool {
        self.slab
            .get(&id)
            .is_some_and(|known| known.remove_reference())
    }

    fn current_span(&self) -> Current {
        let current = entered::innermost(|number, id| {
            let id = Id::from_u64(id);
            let known = self.slab.get(&id)?;
            (known.span.id() == Some(number)).then(|| Current::new(id, known.metadata))
        });
        current.unwrap_or_else(Current::none)
    }

    unsafe fn downcast_raw(&self, id: TypeId) -> Option<*const ()> {
        if id == TypeId::of::<Self>() {
            return Some((&raw const *self).cast());
        }
        interest::marker(id)
    }
}
