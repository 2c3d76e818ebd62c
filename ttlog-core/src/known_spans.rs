//! The spans and contexts that custom loggers' events are in.
//!
//! A sink knows them from the stream that it reads. A custom [`Logger`](crate::Logger) is given events by all threads and has no stream, so
//! there is one table for all of them, under a lock that events take which are in a span. It is fed what the logger is given, without what
//! must not be recorded. A child of `fork` finds the lock free: see [`fork`](crate::fork).

use std::num::NonZeroU64;
use std::sync::{Arc, Mutex};

use crate::current;
use crate::decode::EventRef;
use crate::event::LogEvent;
use crate::span::{SpanInfo, SpanTable};
use crate::sync::lock;

/// `None` before the first span.
pub(crate) type Known = Option<SpanTable>;
pub(crate) static KNOWN: Mutex<Known> = Mutex::new(None);

/// Takes in what an event tells of spans, and gives the event with those that it is in.
pub(crate) fn with_spans(
    event: &EventRef<'_>,
    own: impl FnOnce(&EventRef<'_>) -> LogEvent,
) -> LogEvent {
    if event.is_alone() {
        return own(event);
    }
    current::undisturbed(|| {
        let mut known = lock(&KNOWN);
        let table = known.get_or_insert_with(SpanTable::of_this_process);
        table.feed(event);
        own(&event.among(table))
    })
}

/// The spans and contexts that end with this one, the outermost first.
pub(crate) fn around(innermost: Option<NonZeroU64>) -> Vec<Arc<SpanInfo>> {
    if innermost.is_none() {
        return Vec::new();
    }
    current::undisturbed(|| {
        let known = lock(&KNOWN);
        let chain = known.as_ref().map(|table| table.chain(None, innermost));
        let shared = chain.into_iter().flat_map(|chain| chain.shared());
        shared.cloned().collect()
    })
}

/// Forgets them, where no logger is told of their ends any more.
pub(crate) fn forget() {
    let old = current::undisturbed(|| lock(&KNOWN).take());
    drop(old);
}
