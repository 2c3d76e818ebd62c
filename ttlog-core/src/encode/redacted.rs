//! Events that have what must not be recorded: they are encoded beside the ring first.

use std::num::NonZeroU64;
use std::ptr::NonNull;

use super::Encoder;
use crate::callsite::CallSite;
use crate::current;
use crate::decode::EventRef;
use crate::dispatch;
use crate::record::{RING_PREFIX_WORDS, Tag, flag};
use crate::redacted::REDACTED;
use crate::redaction::Redaction;
use crate::scratch::{Purpose, ScratchRing};
use crate::thread_ring::ThreadRing;
use crate::value::Value;

/// Where an event is encoded that has what must not be recorded; null where it can't be recorded, which is then counted.
#[cold]
#[inline(never)]
pub(super) fn beside_ring(site: &'static CallSite, words: u64) -> *const ThreadRing {
    // Without an id, nobody would know which values these are.
    let ring = match site.id() {
        0 => None,
        _ => ScratchRing::take(Purpose::Redact, words),
    };
    if ring.is_none() {
        dispatch::count_homeless();
    }
    ring.unwrap_or(std::ptr::null())
}

/// What must not be recorded in a ring: as its pipeline says, or for a custom logger, which stands in its place, the global one.
pub(super) fn redaction_in(ring: &ThreadRing) -> Option<&'static Redaction> {
    if ring.is_scratch() {
        dispatch::global()?.flow.redaction()
    } else {
        ring.flow.redaction()
    }
}

/// Records, without what must not be, an event that was encoded beside the ring.
pub(crate) fn record_redacted(event: &EventRef<'_>) {
    let ring = current::prepare(current::take(), RING_PREFIX_WORDS + 1);
    let Some(ring) = NonNull::new(ring.cast_mut()) else {
        return;
    };
    let mut encoder = Encoder::on(ring, event.site(), 0);
    let redaction = encoder.redaction();
    encoder.flags = event.flags() & !(flag::MESSAGE | flag::IN_SPAN);
    if event.flags() & flag::SPAN != 0 {
        encoder.word(event.span_id().map_or(0, NonZeroU64::get));
    }
    if event.flags() & flag::TARGET != 0 {
        encoder.short_text(event.target());
    }
    if let Some(message) = event.formatted_message() {
        let message = match redaction {
            Some(redaction) => redaction.message(message, event.metadata()),
            None => message.into(),
        };
        encoder.flags |= flag::MESSAGE;
        encoder.text(Tag::Display, message.as_bytes());
    }
    let definitions = &event.metadata().fields;
    for (index, (name, value)) in event.fields().enumerate() {
        match definitions.get(index) {
            Some(known) if known.constant.is_some() => {}
            Some(_) if redaction.is_some_and(|redaction| redaction.hides(name)) => {
                encoder.text(Tag::Str, REDACTED.as_bytes());
            }
            Some(_) => drop(value.to_field_value().record(encoder.slot())),
            None => {
                if encoder.name(name) {
                    value.to_field_value().record(encoder.slot());
                }
            }
        }
    }
    encoder.finish();
}
