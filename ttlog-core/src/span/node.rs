//! [`Node`]: a context in the stream of events, from its beginning to its end.
//!
//! Its beginning is recorded when it is made, its end when it is dropped; both whatever the filters say, since what a context says counts for the
//! events in it.

use std::num::NonZeroU64;

use super::scope::ContextPlace;
use super::surroundings::{CONTINUED, PARENT_SPAN_ID, TRACE_FLAGS, TRACE_ID};
use super::traceparent::TraceParent;
use crate::callsite::CallSite;
use crate::encode::{Encoder, Origin};
use crate::level::LogLevel;
use crate::metadata::{FieldDef, Metadata, RecordKind, SPAN_ID};
use crate::value::Value;

static FIELDS: [FieldDef; 1] = [FieldDef::new(SPAN_ID)];
static CONTINUED_FIELDS: [FieldDef; 3] = [
    FieldDef::new(SPAN_ID),
    FieldDef::new(TRACE_ID),
    FieldDef::new(PARENT_SPAN_ID),
];
/// What is not usual is of a site of its own, as a constant. So no record is longer for it.
static NOT_SAMPLED_FIELDS: [FieldDef; 4] = [
    FieldDef::new(SPAN_ID),
    FieldDef::new(TRACE_ID),
    FieldDef::new(PARENT_SPAN_ID),
    FieldDef::constant(TRACE_FLAGS, "00"),
];
static BEGIN: CallSite = site(RecordKind::ContextBegin, "context", &FIELDS);
static CONTINUE: CallSite = site(RecordKind::ContextBegin, CONTINUED, &CONTINUED_FIELDS);
static CONTINUE_NOT_SAMPLED: CallSite =
    site(RecordKind::ContextBegin, CONTINUED, &NOT_SAMPLED_FIELDS);
static END: CallSite = site(RecordKind::ContextEnd, "context", &FIELDS);

const fn site(kind: RecordKind, name: &'static str, fields: &'static [FieldDef]) -> CallSite {
    let metadata = Metadata::new(LogLevel::Critical, "ttlog", "", "", 0, name, fields);
    CallSite::new(metadata.of_kind(kind))
}

/// A context in the stream of events; it ends with the last who has it.
#[derive(Debug)]
pub(super) struct Node {
    place: ContextPlace,
    /// Whether its beginning was recorded.
    is_begun: bool,
}

impl Node {
    /// Where this thread is, as it is.
    pub(super) fn none() -> Node {
        Node {
            place: ContextPlace::here(),
            is_begun: false,
        }
    }

    /// Begins a context in the present one.
    pub(super) fn begin<K: AsRef<str>, V: Value>(fields: &[(K, V)]) -> Node {
        let place = ContextPlace::here().inner();
        BEGIN.ensure_id();
        let Some(mut encoder) = Encoder::begin(&BEGIN, 1) else {
            // What happens below is at least in what is around it.
            return Node::none();
        };
        encoder.slot().u64(place.place.id);
        for (name, value) in fields {
            if encoder.name(name.as_ref()) {
                value.record(encoder.slot());
            }
        }
        encoder.finish();
        Node {
            place,
            is_begun: true,
        }
    }

    /// Begins a context that says which trace, and which span of it, everything in it is in. It is in the present one, or in `around`.
    pub(super) fn continuing(parent: TraceParent, around: Option<Option<NonZeroU64>>) -> Node {
        let site = match parent.sampled {
            true => &CONTINUE,
            false => &CONTINUE_NOT_SAMPLED,
        };
        site.ensure_id();
        let origin = Origin {
            target: None,
            parent: around,
        };
        let encoder = Encoder::begin_with(site, 3, origin);
        let is_begun = encoder.is_some();
        let mut place = ContextPlace::here().inner().of_trace(parent);
        if let Some(mut encoder) = encoder {
            let (trace_id, span_id) = (parent.trace_id, parent.span_id);
            encoder.slot().u64(place.place.id);
            encoder.slot().display(format_args!("{trace_id:032x}"));
            encoder.slot().display(format_args!("{span_id:016x}"));
            encoder.finish();
        } else {
            // Calls that go out have the trace all the same. Readers find a span that they don't know, and guess no other trace.
            place.place.id = parent.span_id.get();
        }
        Node { place, is_begun }
    }

    /// Where who is in it is.
    #[inline(always)]
    pub(super) fn place(&self) -> ContextPlace {
        self.place
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if self.is_begun {
            end(self.place.place.id);
        }
    }
}

/// The number of a context without fields, which is there so that readers know what is around it until its [`end`]: what this thread is in, or another
/// one that is not at its end. `None` where it can't be recorded.
pub(super) fn hold(other: Option<NonZeroU64>) -> Option<NonZeroU64> {
    BEGIN.ensure_id();
    let encoder = match other {
        None => Encoder::begin(&BEGIN, 1),
        Some(_) => {
            let origin = Origin {
                target: None,
                parent: Some(other),
            };
            Encoder::begin_with(&BEGIN, 1, origin)
        }
    };
    let mut encoder = encoder?;
    let id = ContextPlace::here().inner().place.id;
    encoder.slot().u64(id);
    encoder.finish();
    NonZeroU64::new(id)
}

/// Ends a context, wherever the thread is.
pub(super) fn end(id: u64) {
    END.ensure_id();
    if let Some(mut encoder) = Encoder::begin(&END, 1) {
        encoder.slot().u64(id);
        encoder.finish();
    }
}
