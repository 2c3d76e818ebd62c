//! What is true of an event and has no place elsewhere.

use ttlog_core::{LogEvent, LogLevel};

/// What is true of an event and has no place elsewhere.
pub(crate) fn marks(event: &LogEvent) -> impl Iterator<Item = &'static str> {
    let marks = [
        ("critical", event.level == LogLevel::Critical),
        ("cut", event.cut),
        ("panicked", event.panicked),
    ];
    marks
        .into_iter()
        .filter(|(_, is_so)| *is_so)
        .map(|(mark, _)| mark)
}
