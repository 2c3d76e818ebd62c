//! Runs calls and tells what was recorded.

use std::error::Error;
use std::sync::{Arc, Mutex};
use std::{fmt, io};

use ttlog::{EventRef, FieldValue, LogEvent, LogLevel, Recorded, Sink, Slot, SpanRecords, Value};

/// Keeps what it is given.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<LogEvent>>>);

impl Sink for Kept {
    fn write(&mut self, event: &EventRef<'_>) -> io::Result<()> {
        self.0.lock().unwrap().push(event.to_log_event());
        Ok(())
    }
}

/// The events of a call, where those of `level` and above are wanted.
pub(crate) fn events_at(level: LogLevel, call: impl FnOnce()) -> Vec<LogEvent> {
    let kept = Kept::default();
    let handle = ttlog::init()
        .level(level)
        .sink(kept.clone().with_spans(SpanRecords::All))
        .build()
        .unwrap();
    handle.scope(call);
    assert!(handle.flush());
    std::mem::take(&mut *kept.0.lock().unwrap())
}

/// The one event of a call.
pub(crate) fn event(call: impl FnOnce()) -> LogEvent {
    let mut events = events_at(LogLevel::Trace, call);
    assert_eq!(events.len(), 1, "one event");
    events.remove(0)
}

/// The message of the one event of a call.
pub(crate) fn message(call: impl FnOnce()) -> String {
    event(call).message
}

/// The fields of the one event of a call.
pub(crate) fn fields(call: impl FnOnce()) -> Vec<(String, FieldValue)> {
    let fields = event(call).fields.into_iter();
    fields
        .map(|field| (field.key.into_owned(), untangled(field.value)))
        .collect()
}

/// The fields of the one event of a call, as `name=value`.
pub(crate) fn shown(call: impl FnOnce()) -> Vec<String> {
    let fields = fields(call).into_iter();
    fields
        .map(|(name, value)| format!("{name}={value}"))
        .collect()
}

/// Texts are equal whether or not they were known at compile time.
fn untangled(value: FieldValue) -> FieldValue {
    match value {
        FieldValue::Str(text) => FieldValue::String(text.to_owned()),
        value => value,
    }
}

/// The value of the one field of the one event of a call.
pub(crate) fn value(call: impl FnOnce()) -> FieldValue {
    let mut fields = fields(call);
    assert_eq!(fields.len(), 1, "one field");
    fields.remove(0).1
}

/// A text.
pub(crate) fn text(text: &str) -> FieldValue {
    FieldValue::String(text.to_owned())
}

/// A type that says itself how it is recorded.
#[derive(Debug)]
pub(crate) struct User {
    pub(crate) id: u64,
}

impl Value for User {
    fn record(&self, slot: Slot<'_>) -> Recorded {
        slot.u64(self.id)
    }
}

/// An error with a source.
#[derive(Debug)]
pub(crate) struct Failure;

#[derive(Debug)]
struct Cause;

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it failed")
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("because")
    }
}

impl Error for Cause {}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&Cause)
    }
}
