//! Of an [`EventRef`], the spans that it is in and the trace that it belongs to, as far as its reader knows them.

use std::num::{NonZeroU64, NonZeroU128};

use super::event_ref::EventRef;
use super::value_ref::ValueRef;
use crate::metadata::RecordKind;
use crate::span::{Spans, TraceParent};

impl<'a> EventRef<'a> {
    /// The number of the innermost span or context that it is in; at a span's beginning, the span's parent.
    pub fn span_id(&self) -> Option<NonZeroU64> {
        self.span
    }

    /// The number of the span or context whose beginning or end it is; `None` for events.
    pub fn own_span_id(&self) -> Option<NonZeroU64> {
        if self.metadata.kind == RecordKind::Event {
            return None;
        }
        match self.fields().next()? {
            (_, ValueRef::U64(id)) => NonZeroU64::new(id),
            _ => None,
        }
    }

    /// The trace that it belongs to: that of the span it is in or tells of. `None` outside of all spans, and where that is not known: in files of
    /// earlier versions, and where an outer span is missing.
    ///
    /// It stands in the header `traceparent` of calls that go out from there, as [`TraceParent`] writes it.
    pub fn trace_id(&self) -> Option<NonZeroU128> {
        if self.is_alone() {
            return None;
        }
        let innermost = self.own_span_id().or(self.span);
        self.spans?.inside(innermost).trace_id()
    }

    /// Whether who has begun the trace that it belongs to records it: `false` in a trace that came from outside, by a caller that said so, and `true` everywhere else.
    /// ttlog records both; what exports traces may tell them apart. See [`TraceParent::sampled`].
    pub fn is_sampled(&self) -> bool {
        let innermost = self.own_span_id().or(self.span);
        match self.spans {
            Some(spans) if !self.is_alone() => spans.inside(innermost).is_sampled,
            _ => true,
        }
    }

    /// Another span in its trace, as far as its reader knows that one: it has not ended, or others in it have not.
    pub fn trace_parent_of(&self, span: NonZeroU64) -> Option<TraceParent> {
        let inside = self.spans?.inside(Some(span));
        Some(TraceParent {
            trace_id: inside.trace_id()?,
            span_id: inside.span?,
            sampled: inside.is_sampled,
        })
    }

    /// The number of the span that it is in, contexts skipped; at a span's beginning and end, the parent of that span.
    ///
    /// It is a span of another process where the trace came from there and no span of this one is in between; see
    /// [`continue_trace`](crate::continue_trace). Where the chain is not known, it is the number that the record has, if it has one.
    ///
    /// What exports spans has all they are made of at the end of each:
    ///
    /// ```
    /// use ttlog_core::{EventRef, RecordKind};
    ///
    /// fn export(event: &EventRef<'_>) {
    ///     let (Some(trace_id), Some(span_id)) = (event.trace_id(), event.own_span_id()) else {
    ///         return;
    ///     };
    ///     if event.kind() == RecordKind::SpanEnd {
    ///         let span = event.spans().next_back().filter(|span| span.id == span_id);
    ///         let parent = event.parent_span_id().map_or(0, u64::from);
    ///         eprintln!("{trace_id:032x} {parent:016x} {span_id:016x} {span:?}");
    ///     }
    /// }
    /// ```
    pub fn parent_span_id(&self) -> Option<NonZeroU64> {
        if self.is_alone() {
            return None;
        }
        let Some(spans) = self.spans else {
            return self.span;
        };
        let own = self.own_span_id();
        let outside = own.and_then(|own| spans.outside(own));
        match (outside, self.kind()) {
            (Some(outside), _) => outside.span,
            // What an end stands in is not what its span is in.
            (None, RecordKind::SpanEnd | RecordKind::SpanFields | RecordKind::ContextEnd) => None,
            (None, _) => spans.inside(self.span).span,
        }
    }

    /// The spans and contexts that it is in, the outermost first, as far as they are known. At a span's beginning and end
    /// the last one is that span.
    ///
    /// ```
    /// # fn show(event: &ttlog_core::EventRef<'_>) {
    /// for span in event.spans().filter(|span| !span.is_context) {
    ///     eprintln!("{} {:?}", span.name, span.fields);
    /// }
    /// # }
    /// ```
    #[inline]
    pub fn spans(&self) -> Spans<'a> {
        match self.spans {
            Some(spans) if !self.is_alone() => spans.chain(self.own_span_id(), self.span),
            _ => Spans::none(),
        }
    }

    /// The fields of the contexts that it is in, those of the outermost first.
    pub fn context_fields(&self) -> impl Iterator<Item = (&'a str, ValueRef<'a>)> {
        self.spans()
            .filter(|span| span.is_context)
            .flat_map(|context| context.fields())
    }

    /// The value of the first field of this name that it has itself, else of the innermost span or context that has one.
    pub fn field_in_chain(&self, name: &str) -> Option<ValueRef<'a>> {
        self.field(name)
            .or_else(|| self.spans().rev().find_map(|span| span.field(name)))
    }
}
