//! A span as OTLP has it, made of the record of its end.
//!
//! A sink's reader knows what the beginning said, and what fields came since, for as long as the span lasts. So nothing is kept here: spans that
//! never end cost nothing.

use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use opentelemetry_proto::tonic::trace::v1::{Span, SpanFlags, Status};
use ttlog_core::{EventRef, SpanInfo, ValueRef};

use super::attributes::Attributes;
use super::links::{self, FOLLOWS_FROM, Traces};
use super::log_record::trace_flags;

/// The span whose end `event` tells. `None` where it isn't known in which trace it is, because its beginning was lost, or that of a span around it.
pub(super) fn span(event: &EventRef<'_>, traces: &mut Traces) -> Option<Span> {
    let id = event.own_span_id()?;
    let place = event.trace_parent_of(id)?;
    let info = event.spans().next_back().filter(|span| span.id == id)?;
    let number = |name| match event.field(name) {
        Some(ValueRef::U64(number)) => Some(number),
        _ => None,
    };
    traces.remember(place);
    let link = traces.link(event, info);
    let is_link = |name: &str| link.is_some() && name == FOLLOWS_FROM;
    let mut attributes = Attributes::default();
    attributes.push_fields(info.fields().filter(|(name, _)| !is_link(name)));
    attributes.push_contexts(event);
    for name in ["busy_ns", "idle_ns"] {
        if let Some(number) = number(name) {
            attributes.push_integer(name, number);
        }
    }
    let outcome = match event.field("outcome") {
        Some(ValueRef::Str(outcome)) => outcome,
        _ => "",
    };
    attributes.push_text("ttlog.outcome", outcome);
    attributes.push_origin(event);
    let end_ns = event.timestamp_nanos();
    let parent = event.parent_span_id();
    // As the context says that has brought the trace here.
    let is_told = |context: &SpanInfo| parent == links::span_id(context, "parent_span_id");
    let is_remote = parent.is_some() && event.spans().any(|span| span.is_context && is_told(span));
    Some(Span {
        trace_id: place.trace_id.get().to_be_bytes().into(),
        span_id: id.get().to_be_bytes().into(),
        parent_span_id: parent.map_or_else(Vec::new, |parent| parent.get().to_be_bytes().into()),
        flags: span_flags(place.sampled, is_remote),
        name: info.name.to_string(),
        kind: SpanKind::Internal.into(),
        start_time_unix_nano: end_ns.saturating_sub(number("duration_ns").unwrap_or(0)),
        end_time_unix_nano: end_ns,
        attributes: attributes.into_vec(),
        links: Vec::from_iter(link),
        status: status(outcome),
        ..Span::default()
    })
}

/// The flags of a span or a link: those of the trace, and whether the parent, or what the link leads to, is a span of another process. That this is known is a flag, too: without it, no
/// flag at all would stand for flags that nobody knows.
pub(super) fn span_flags(is_sampled: bool, is_remote: bool) -> u32 {
    let known = SpanFlags::ContextHasIsRemoteMask as u32;
    let remote = if is_remote {
        SpanFlags::ContextIsRemoteMask as u32
    } else {
        0
    };
    trace_flags(is_sampled) | known | remote
}

/// A span that was cancelled is none that failed: whoever lost a race is dropped.
fn status(outcome: &str) -> Option<Status> {
    matches!(outcome, "error" | "panicked").then(|| Status {
        message: outcome.to_owned(),
        code: StatusCode::Error.into(),
    })
}
