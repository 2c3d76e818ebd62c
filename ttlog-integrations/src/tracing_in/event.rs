//! An event of `tracing` into the ring.

use std::num::NonZeroU64;

use tracing_core::Event;
use ttlog_core::bridge::{Encoder, Origin, Place};
use ttlog_core::is_enabled;

use super::interest::log_level;
use super::log_record;
use super::site::{EventSite, Kind, MESSAGE, Site};
use super::values::{Message, MessageAlone, Values};
use crate::crossing::{self, Backend};

/// The span that an event is in, where it is not that of the thread.
pub(super) type Parent = Option<Option<NonZeroU64>>;

/// Records an event if it is wanted. `parent` gives its span, and is asked only where the event says that itself.
#[inline]
pub(super) fn record(event: &Event<'_>, parent: impl FnOnce() -> Option<NonZeroU64>) {
    if !crossing::lets_in(Backend::Tracing) {
        return;
    }
    let parent = || (!event.is_contextual()).then(parent);
    match Site::of(event.metadata()) {
        Some(site) => match &site.kind {
            Kind::Event(known) => {
                if known.site.is_enabled(site.level) {
                    record_known(known, event, parent());
                }
            }
            Kind::LogRecord => log_record::record(site.level, event),
            // The metadata of a span, for an event: nobody does that.
            Kind::Span(_) => {}
        },
        None => record_apart(event),
    }
}

#[inline(always)]
fn record_known(known: &'static EventSite, event: &Event<'_>, parent: Parent) {
    if parent.is_some() {
        return record_with_parent(known, event, parent);
    }
    let fields = event.metadata().fields().len();
    if let Some(mut encoder) = Encoder::begin(&known.site, fields as u64) {
        fill(&mut encoder, known, event, fields);
        encoder.finish();
    }
}

#[inline(never)]
fn record_with_parent(known: &'static EventSite, event: &Event<'_>, parent: Parent) {
    let fields = event.metadata().fields().len();
    let target = None;
    let origin = Origin { target, parent };
    if let Some(mut encoder) = Encoder::begin_with(&known.site, fields as u64, origin) {
        fill(&mut encoder, known, event, fields);
        encoder.finish();
    }
}

/// Records the message and the values.
#[inline(always)]
fn fill(encoder: &mut Encoder, known: &'static EventSite, event: &Event<'_>, fields: usize) {
    let message = match known.message {
        None => Message::None,
        Some(0) => Message::First,
        Some(index) => {
            record_message(encoder, event, index);
            Message::Recorded(index)
        }
    };
    let mut values = Values::of_event(encoder, message, fields, known);
    event.record(&mut values);
    let missing = values.missing();
    if missing != 0 {
        encoder.belongs_to(known.without(missing, event.metadata()));
    }
}

/// Records the message of an event, which is not its first field.
#[inline(never)]
fn record_message(encoder: &mut Encoder, event: &Event<'_>, index: usize) {
    event.record(&mut MessageAlone { encoder, index });
}

/// Records an event that has no call site because there are too many.
#[cold]
fn record_apart(event: &Event<'_>) {
    let metadata = event.metadata();
    let level = log_level(metadata.level());
    if !is_enabled(level, metadata.target()) {
        return;
    }
    let place = Place {
        level,
        target: metadata.target(),
        module_path: metadata.module_path().unwrap_or(""),
        file: metadata.file().unwrap_or(""),
        line: metadata.line().unwrap_or(0),
    };
    let Some(mut encoder) = Encoder::begin_apart(&place) else {
        return;
    };
    let mut message = Message::None;
    if let Some(field) = metadata.fields().field(MESSAGE) {
        let index = field.index();
        record_message(&mut encoder, event, index);
        message = Message::Recorded(index);
    }
    event.record(&mut Values::new(&mut encoder, message, 0));
    encoder.finish();
}
