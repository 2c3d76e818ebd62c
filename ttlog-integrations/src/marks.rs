//! What is true of an event and has no place elsewhere.

use ttlog_core::{LogEvent, LogLevel};

/// The mark of an event that is more severe than all levels of most systems.
pub(crate) const CRITICAL: &str = "critical";

/// What is true of an event and has no place elsewhere, unless it has a field of that name itself.
pub(crate) fn marks(event: &LogEvent) -> impl Iterator<Item = &'static str> {
    let marks = [
        (CRITICAL, event.level == LogLevel::Critical),
        ("cut", event.cut),
        ("panicked", event.panicked),
    ];
    marks
        .into_iter()
        .filter(|(mark, is_so)| *is_so && event.field(mark).is_none())
        .map(|(mark, _)| mark)
}
