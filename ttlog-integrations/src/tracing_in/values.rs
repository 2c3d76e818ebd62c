//! [`Values`]: the values of an event or a span of `tracing`, each into its place in the record.
//!
//! `tracing` gives values in the order of their fields, and leaves out those that there are not. Should it ever give one out of order, that and
//! all that come later are recorded with their names.

use std::error::Error;
use std::fmt;

use tracing_core::field::{Field, Visit};
use ttlog_core::bridge::Encoder;
use ttlog_core::{Slot, Value};

use super::site::EventSite;

/// See the [module](self).
pub(super) struct Values<'e> {
    encoder: &'e mut Encoder,
    /// The field with the message, where there is one that has not been recorded and still can be.
    message: Message,
    /// The first field that has no value yet, of those whose names the call site knows; beyond all fields where it knows none.
    next: usize,
    /// How many fields the call site knows, a message among them.
    known: usize,
    /// The site of an event that fields without a value are left out of.
    event: Option<&'static EventSite>,
    /// By its bits, which of the fields before others were left out.
    missing: u64,
}

/// Which field is the message, and what becomes of it here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Message {
    /// None is.
    None,
    /// The first, which is recorded as the message.
    First,
    /// Another one, which was recorded before.
    Recorded(usize),
}

/// What no field has for its index.
const BEYOND: usize = usize::MAX;

impl<'e> Values<'e> {
    /// For a record whose call site knows all fields, `known` in number and in their order; 0 where each needs its name.
    #[inline(always)]
    pub(super) fn new(encoder: &'e mut Encoder, message: Message, known: usize) -> Self {
        Values {
            encoder,
            message,
            next: if known == 0 { BEYOND } else { 0 },
            known,
            event: None,
            missing: 0,
        }
    }

    /// The same for an event: fields without a value are left out of it.
    #[inline(always)]
    pub(super) fn of_event(
        encoder: &'e mut Encoder,
        message: Message,
        known: usize,
        event: &'static EventSite,
    ) -> Self {
        Values {
            event: Some(event),
            ..Values::new(encoder, message, known)
        }
    }

    /// By their bits, the fields that were left out, but for those behind the last value.
    #[inline(always)]
    pub(super) fn missing(&self) -> u64 {
        self.missing
    }

    /// Whether the field is the one whose value comes next in the record.
    #[inline(always)]
    fn is_next(&self, field: &Field) -> bool {
        // One with a message to come, or to skip, is looked at more closely.
        self.message == Message::None && field.index() == self.next
    }

    /// Where the value of a field is to be written, if it is one.
    #[inline]
    fn slot(&mut self, field: &Field) -> Option<Slot<'_>> {
        if self.is_next(field) {
            self.next += 1;
            return Some(self.encoder.slot());
        }
        self.other_slot(field)
    }

    #[inline(never)]
    fn other_slot(&mut self, field: &Field) -> Option<Slot<'_>> {
        let (index, name) = (field.index(), field.name());
        if self.message == Message::Recorded(index) {
            return None;
        }
        if index < self.next || index >= self.known {
            self.leave_out_until(self.known);
            return self.encoder.name(name).then(|| self.encoder.slot());
        }
        self.leave_out_until(index);
        self.next = index + 1;
        Some(self.encoder.slot())
    }

    /// Of the fields before `index`, the next have no value.
    fn leave_out_until(&mut self, index: usize) {
        let leaves_out = self.event.is_some_and(|event| event.leaves_out(self.known));
        for left_out in self.next..index {
            let is_message = match self.message {
                Message::None => false,
                Message::First => left_out == 0,
                Message::Recorded(message) => left_out == message,
            };
            if !is_message && leaves_out {
                self.missing |= 1 << left_out;
            } else if !is_message {
                self.encoder.slot().none();
            }
        }
        self.next = self.next.max(index);
    }

    /// Records the message, if the field is that.
    #[inline(always)]
    fn take_message(&mut self, field: &Field, message: fmt::Arguments<'_>) -> bool {
        if self.message != Message::First || field.index() != 0 || self.next != 0 {
            return false;
        }
        self.encoder.message_in_line(message);
        self.next = 1;
        self.message = Message::None;
        true
    }

    /// Records a value that is the message, or has not the next place, or needs more than a place.
    #[inline(never)]
    fn record<T: Value + fmt::Display>(&mut self, field: &Field, value: T) {
        if !self.take_message(field, format_args!("{value}"))
            && let Some(slot) = self.slot(field)
        {
            value.record(slot);
        }
    }
}

/// Values of one word, most of which take nothing but stores.
macro_rules! words {
    ($($method:ident($type:ty) => $slot:ident;)*) => {$(
        fn $method(&mut self, field: &Field, value: $type) {
            if self.is_next(field) && self.encoder.is_next_at_hand() {
                self.encoder.slot().$slot(value);
                self.next += 1;
            } else {
                self.record(field, value);
            }
        }
    )*};
}

impl Visit for Values<'_> {
    words! {
        record_f64(f64) => f64;
        record_i64(i64) => i64;
        record_u64(u64) => u64;
        record_bool(bool) => bool;
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if self.is_next(field) && self.encoder.is_next_at_hand() {
            self.next += 1;
            self.encoder.slot().str(value);
        } else {
            self.record(field, value);
        }
    }

    fn record_i128(&mut self, field: &Field, value: i128) {
        self.record(field, value);
    }

    fn record_u128(&mut self, field: &Field, value: u128) {
        self.record(field, value);
    }

    fn record_bytes(&mut self, field: &Field, value: &[u8]) {
        if let Some(slot) = self.slot(field) {
            slot.bytes(value);
        }
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        if self.take_message(field, format_args!("{value}")) {
            return;
        }
        if let Some(slot) = self.slot(field) {
            slot.error(value);
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if self.take_message(field, format_args!("{value:?}")) {
            return;
        }
        if let Some(slot) = self.slot(field) {
            slot.debug(format_args!("{value:?}"));
        }
    }
}

/// Records the message alone, of an event in which it isn't the first field.
pub(super) struct MessageAlone<'e> {
    pub(super) encoder: &'e mut Encoder,
    pub(super) index: usize,
}

impl Visit for MessageAlone<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.index() == self.index {
            self.encoder.message(format_args!("{value:?}"));
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }
}
