//! [`Surroundings`]: what a reader of the stream knows of the trace and the span that something is in, contexts skipped.
//!
//! No record carries the id of a trace. A trace that begins in a process has an id of two halves: the process's [`TracePrefix`], which a reader
//! has from the process itself or from a snapshot's facts, and the number of the span that it begins with. One that comes from outside is told
//! by a context ([`CONTINUED`]). So the chain of an event is all that its trace is found by, and whoever logs pays nothing for it.
//!
//! What is not known is never guessed: where a part of the chain is missing, the trace is [`Trace::Unknown`] from there on.

use std::num::{NonZeroU64, NonZeroU128};

use super::info::SpanInfo;
use crate::decode::{EventRef, ValueRef};

/// The message of the call sites whose contexts tell of a trace that came from outside, and the names of their fields: the trace, 32
/// hexadecimal digits, the calling span, 16 of them, and what the caller's flags were, two of them, where they are not [`SAMPLED`].
pub(super) const CONTINUED: &str = "trace";
pub(super) const TRACE_ID: &str = "trace_id";
pub(super) const PARENT_SPAN_ID: &str = "parent_span_id";
pub(super) const TRACE_FLAGS: &str = "trace_flags";

/// The flag that says that the caller records the trace.
pub(super) const SAMPLED: u128 = 1;

/// The id of the trace that begins with the span `root` in a process of this prefix.
#[inline(always)]
pub(super) const fn trace_id_of(prefix: u64, root: u64) -> u128 {
    (prefix as u128) << 64 | root as u128
}

/// The high half of the ids of all traces that begin in a process; never 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TracePrefix(NonZeroU128);

impl TracePrefix {
    /// None for 0.
    pub(super) fn new(prefix: u64) -> Option<TracePrefix> {
        NonZeroU128::new(trace_id_of(prefix, 0)).map(TracePrefix)
    }

    fn trace_of(self, root: NonZeroU64) -> NonZeroU128 {
        self.0 | u128::from(root.get())
    }

    /// As it stands in a snapshot's facts: 16 hexadecimal digits. A number of this size would be rounded by many who read JSON.
    pub(crate) fn to_hex(self) -> String {
        format!("{:016x}", self.0.get() >> 64)
    }

    /// The prefix of a text that [`TracePrefix::to_hex`] may have given.
    pub(crate) fn from_hex(text: &str) -> Option<TracePrefix> {
        TracePrefix::new(hex(text, 16)? as u64)
    }
}

/// The number that so many hexadecimal digits stand for, in small letters.
pub(super) fn hex(text: &str, digits: usize) -> Option<u128> {
    let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    (text.len() == digits && text.bytes().all(is_hex))
        .then(|| u128::from_str_radix(text, 16).ok())
        .flatten()
}

/// The trace that something is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trace {
    /// The first span in it begins one.
    None,
    /// This one.
    Known(NonZeroU128),
    /// Some, or none: the chain doesn't tell.
    Unknown,
}

/// See the [module](self).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Surroundings {
    pub(crate) trace: Trace,
    /// The innermost span; that of another process where nothing of this one is in between.
    pub(crate) span: Option<NonZeroU64>,
    /// Whether who has begun the trace records it, as far as is known.
    pub(crate) is_sampled: bool,
}

impl Surroundings {
    /// Outside of all spans and contexts.
    pub(super) const NONE: Surroundings = Surroundings {
        trace: Trace::None,
        span: None,
        is_sampled: true,
    };

    /// In something of which only the number is known.
    pub(super) const fn unknown(id: NonZeroU64) -> Surroundings {
        Surroundings {
            trace: Trace::Unknown,
            span: Some(id),
            is_sampled: true,
        }
    }

    /// What a context says that tells of a trace from outside; `None` for other records.
    pub(super) fn continued_by(event: &EventRef<'_>) -> Option<Surroundings> {
        if event.message() != CONTINUED {
            return None;
        }
        let number = |name, digits| match event.field(name) {
            Some(ValueRef::Display(text) | ValueRef::Str(text)) => hex(text, digits),
            _ => None,
        };
        let trace = number(TRACE_ID, 32).and_then(NonZeroU128::new);
        let span = number(PARENT_SPAN_ID, 16);
        let flags = number(TRACE_FLAGS, 2).unwrap_or(SAMPLED);
        Some(Surroundings {
            // It may be cut, or its fields may be among those that are not recorded.
            trace: trace.map_or(Trace::Unknown, Trace::Known),
            span: span.and_then(|id| NonZeroU64::new(id as u64)),
            is_sampled: flags & SAMPLED != 0,
        })
    }

    /// What is directly in a span or context that is in these.
    pub(super) fn within(self, info: &SpanInfo, prefix: Option<TracePrefix>) -> Surroundings {
        if let Some(continued) = &info.continued {
            return **continued;
        }
        if info.is_context {
            return self;
        }
        Surroundings {
            trace: match (self.trace, prefix) {
                (Trace::None, Some(prefix)) => Trace::Known(prefix.trace_of(info.id)),
                (Trace::None, None) => Trace::Unknown,
                (trace, _) => trace,
            },
            span: Some(info.id),
            is_sampled: self.is_sampled,
        }
    }

    /// The trace, where it is known.
    pub(crate) fn trace_id(self) -> Option<NonZeroU128> {
        match self.trace {
            Trace::Known(trace) => Some(trace),
            Trace::None | Trace::Unknown => None,
        }
    }
}
