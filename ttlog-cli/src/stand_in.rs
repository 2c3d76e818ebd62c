//! Stands in for the formats until they are there.

use std::fmt::Write;

use ttlog_core::{EventRef, Format};

/// A plain line.
pub(crate) struct Text;

impl Format for Text {
    fn format(&self, event: &EventRef<'_>, out: &mut String) {
        let _ = write!(
            out,
            "{} {} {}: {}",
            event.timestamp_nanos(),
            event.level(),
            event.target(),
            event.message()
        );
        for (name, value) in event.fields() {
            let _ = write!(out, " {name}={:?}", value.to_field_value().to_string());
        }
        out.push('\n');
    }
}
