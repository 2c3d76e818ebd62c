//! [`Format`]: how an event is written as text, and the formats that ttlog brings.

use crate::decode::EventRef;

/// Writes an event as text.
pub trait Format: Send + 'static {
    /// Appends the event to `out`, a line's end included.
    ///
    /// Values come from users: a format has to see to it that no value can pass for a line or a field of its own.
    fn format(&self, event: &EventRef<'_>, out: &mut String);

    /// The same for a terminal that shows colours; without them by default.
    fn format_colored(&self, event: &EventRef<'_>, out: &mut String) {
        self.format(event, out);
    }
}
