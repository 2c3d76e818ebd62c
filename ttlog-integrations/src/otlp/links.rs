//! [`Traces`]: which traces the spans were in that have ended last, for spans that follow from them.
//!
//! A link of OpenTelemetry names the trace besides the span, and a span that another one follows from has often ended before that one has.

use std::collections::VecDeque;
use std::num::NonZeroU64;

use opentelemetry_proto::tonic::trace::v1::span::Link;
use ttlog_core::{EventRef, SpanInfo, TraceParent, ValueRef};

use super::span_record::span_flags;

/// How many spans are remembered.
const MOST_SPANS: usize = 1024;
/// The field of a span with the number of one that it follows from, in hexadecimal digits.
pub(super) const FOLLOWS_FROM: &str = "follows_from";

/// See the [module](self).
#[derive(Debug, Default)]
pub(super) struct Traces(VecDeque<TraceParent>);

impl Traces {
    /// A span has ended.
    pub(super) fn remember(&mut self, span: TraceParent) {
        if self.0.len() == MOST_SPANS {
            self.0.pop_front();
        }
        self.0.push_back(span);
    }

    /// The link to what a span follows from, if it does and that span's trace is known.
    pub(super) fn link(&self, event: &EventRef<'_>, info: &SpanInfo) -> Option<Link> {
        let span = span_id(info, FOLLOWS_FROM)?;
        let has_ended = || {
            let mut ended = self.0.iter().rev();
            ended.find(|ended| ended.span_id == span).copied()
        };
        let place = event.trace_parent_of(span).or_else(has_ended)?;
        Some(Link {
            trace_id: place.trace_id.get().to_be_bytes().into(),
            span_id: span.get().to_be_bytes().into(),
            // It was known here.
            flags: span_flags(place.sampled, false),
            ..Link::default()
        })
    }
}

/// The number of a span that a field has as 16 hexadecimal digits.
pub(super) fn span_id(info: &SpanInfo, field: &str) -> Option<NonZeroU64> {
    let digits = match info.field(field)? {
        ValueRef::Display(text) | ValueRef::Str(text) if text.len() == 16 => text,
        _ => return None,
    };
    NonZeroU64::new(u64::from_str_radix(digits, 16).ok()?)
}
