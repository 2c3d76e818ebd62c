//! Spans: stretches of time that events happen in; and contexts: fields that all events below them have.
//!
//! | module | owns |
//! |---|---|
//! | `scope` | the span that this thread is in, and the numbers of spans |
//! | `gaps` | guards that were dropped before later ones |
//! | `site` | [`SpanSite`]: what is known of a span where it is written |
//! | `new_span` | [`NewSpan`]: a span between the begin of its record and its finish |
//! | `parent` | what a span can be begun in |
//! | `handle`, `guard` | [`Span`], and the guards that enter it |
//! | `entry` | [`Entry`]: that a thread has entered a span, where no guard can stand for it |
//! | `sharing` | what the handles of a span have in common, once there are several |
//! | `ending` | what ends a span |
//! | `account` | what a span has to tell at its end; [`Outcome`] |
//! | `future` | futures that are in a span or a context whenever they are polled |
//! | `watched` | the futures of instrumented functions |
//! | `context`, `node` | [`with_context`] and [`Context`]; a context in the stream |
//! | `info`, `table` | [`SpanInfo`]: what a reader of the stream knows of a span, and of all of them |
//! | `surroundings` | the trace and the span that a record is in, contexts skipped |
//! | `live` | keeps the beginnings of spans within reach for as long as their events are |
//! | `traceparent` | [`TraceParent`]: traces that come from outside, or go there |
//!
//! A span is two records in the stream of events: its beginning, with its fields, and its end, with its duration
//! ([`RecordKind`](crate::RecordKind)). Every record carries the number of the span that it is in. Whoever reads the stream knows the
//! chain of spans of an event from what has come before; so a span costs its callers nothing but two records.

mod account;
mod context;
mod ending;
mod entry;
mod future;
mod gaps;
mod guard;
mod handle;
mod info;
mod live;
mod new_span;
mod node;
mod parent;
mod scope;
mod sharing;
mod site;
mod surroundings;
mod table;
#[cfg(all(test, not(loom)))]
mod tests;
mod traceparent;
#[cfg(all(test, not(loom), not(miri)))]
mod view_tests;
mod watched;

pub use account::Outcome;
pub use context::{Context, ContextFields, WithContext, context, with_context};
pub use entry::Entry;
pub use future::{InContext, InSpan, Instrument};
pub use guard::{Entered, SpanGuard};
pub use handle::Span;
pub use info::SpanInfo;
pub(crate) use live::{LiveSpans, copy_all};
pub use new_span::NewSpan;
pub use parent::{hold_parent, parent_id};
pub(crate) use scope::{Here, begin_anew, current_id, current_span, trace_prefix};
pub use site::SpanSite;
pub(crate) use surroundings::TracePrefix;
pub(crate) use table::SpanTable;
pub use table::Spans;
pub use traceparent::{ParseTraceParentError, TraceParent, continue_trace};
pub use watched::{Watched, never_returned, run_body};
