//! [`EventBuilder`]: makes an event by hand.

use std::borrow::Cow;

use crate::clock::now_nanos;
use crate::current;
use crate::event::{Field, FieldValue, LogEvent};
use crate::level::LogLevel;
use crate::metadata::RecordKind;

/// Makes an event whose level, target or field names are known at run time only.
///
/// A log macro is cheaper where they are known before: it encodes the event in place.
///
/// ```
/// use ttlog_core::{EventBuilder, LogLevel};
///
/// let event = EventBuilder::with_capacity(1)
///     .level(LogLevel::Warn)
///     .target("billing")
///     .message("card refused")
///     .field("attempt", 3)
///     .build();
/// assert_eq!(event.field("attempt"), Some(&3.into()));
/// ```
#[derive(Debug, Clone)]
pub struct EventBuilder {
    event: LogEvent,
}

impl EventBuilder {
    /// A builder with room for so many fields; at first the event is at level `Info`, happens now, and
    /// has neither target nor message.
    pub fn with_capacity(field_count: usize) -> Self {
        EventBuilder {
            event: LogEvent {
                timestamp_nanos: now_nanos(),
                level: LogLevel::Info,
                target: Cow::Borrowed(""),
                message: String::new(),
                fields: smallvec::SmallVec::with_capacity(field_count),
                thread_id: current::thread_id(),
                thread_name: std::thread::current().name().map(str::to_owned),
                name: None,
                module_path: None,
                file: None,
                line: None,
                span_id: None,
                kind: RecordKind::Event,
                spans: Vec::new(),
                trace_id: None,
                parent_span_id: None,
                cut: false,
                panicked: false,
            },
        }
    }

    /// When the event happened, in nanoseconds since 1970 UTC.
    pub fn timestamp(mut self, nanos: u64) -> Self {
        self.event.timestamp_nanos = nanos;
        self
    }

    /// The severity.
    pub fn level(mut self, level: LogLevel) -> Self {
        self.event.level = level;
        self
    }

    /// What filters match.
    pub fn target(mut self, target: impl Into<Cow<'static, str>>) -> Self {
        self.event.target = target.into();
        self
    }

    /// The message.
    pub fn message(mut self, message: impl Into<String>) -> Self {
        self.event.message = message.into();
        self
    }

    /// One field more.
    pub fn field(
        mut self,
        key: impl Into<Cow<'static, str>>,
        value: impl Into<FieldValue>,
    ) -> Self {
        self.event.fields.push(Field {
            key: key.into(),
            value: value.into(),
        });
        self
    }

    /// The module with the call.
    pub fn module_path(mut self, module_path: impl Into<Cow<'static, str>>) -> Self {
        self.event.module_path = Some(module_path.into());
        self
    }

    /// The source file and the line, from 1, of the call.
    pub fn location(mut self, file: impl Into<Cow<'static, str>>, line: u32) -> Self {
        self.event.file = Some(file.into());
        self.event.line = Some(line);
        self
    }

    /// The event.
    pub fn build(self) -> LogEvent {
        self.event
    }
}
