//! Records of `log` that its bridge to `tracing` makes events of: where they come from stands in their values.

use std::fmt;

use tracing_core::Event;
use tracing_core::field::{Field, Visit};
use ttlog_core::bridge::{Encoder, Place};
use ttlog_core::{LogLevel, is_enabled};

use super::site::MESSAGE;

/// How many bytes of a path are recorded.
const LONGEST: usize = 512;

/// Records an event of the kind, if it is wanted.
#[inline(never)]
pub(super) fn record(level: LogLevel, event: &Event<'_>) {
    let mut origin = LogOrigin::default();
    event.record(&mut origin);
    let place = Place {
        level,
        target: origin.target.as_str(),
        module_path: origin.module_path.as_str(),
        file: origin.file.as_str(),
        line: origin.line,
    };
    if !is_enabled(level, place.target) {
        return;
    }
    if let Some(mut encoder) = Encoder::begin_apart(&place) {
        event.record(&mut LogMessage(&mut encoder));
        encoder.finish();
    }
}

/// Where a record comes from.
#[derive(Default)]
struct LogOrigin {
    target: Text,
    module_path: Text,
    file: Text,
    line: u32,
}

impl Visit for LogOrigin {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "log.target" => self.target.set(value),
            "log.module_path" => self.module_path.set(value),
            "log.file" => self.file.set(value),
            _ => {}
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "log.line" {
            self.line = value.try_into().unwrap_or(0);
        }
    }

    fn record_debug(&mut self, _field: &Field, _value: &dyn fmt::Debug) {}
}

/// The message of a record.
struct LogMessage<'e>(&'e mut Encoder);

impl Visit for LogMessage<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == MESSAGE {
            self.0.message(format_args!("{value:?}"));
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }
}

/// A copy of a short text, for a value is gone when the next one comes.
struct Text {
    bytes: [u8; LONGEST],
    length: usize,
}

impl Default for Text {
    fn default() -> Self {
        Text {
            bytes: [0; LONGEST],
            length: 0,
        }
    }
}

impl Text {
    fn set(&mut self, text: &str) {
        self.length = text.len().min(LONGEST);
        while !text.is_char_boundary(self.length) {
            self.length -= 1;
        }
        self.bytes[..self.length].copy_from_slice(&text.as_bytes()[..self.length]);
    }

    fn as_str(&self) -> &str {
        str::from_utf8(&self.bytes[..self.length]).unwrap_or("")
    }
}
