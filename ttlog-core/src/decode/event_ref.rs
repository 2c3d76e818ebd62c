//! [`EventRef`]: a record with what its call site knows.

use std::borrow::Cow;
use std::num::NonZeroU64;

use super::event_fields::EventFields;
use super::value_ref::ValueRef;
use super::words::{Tags, Words};
use crate::LogLevel;
use crate::event::{Field, LogEvent};
use crate::metadata::{Metadata, RecordKind};
use crate::record::{Header, LOG_PREFIX_WORDS, flag};
use crate::span::SpanTable;

/// An event that a sink or a reader is given.
///
/// Texts and fields borrow from the record; [`EventRef::to_log_event`] makes an event that can be kept.
#[derive(Debug, Clone, Copy)]
pub struct EventRef<'a> {
    header: Header,
    pub(super) metadata: &'a Metadata,
    thread_name: Option<&'a str>,
    wall_ns: u64,
    origin: u64,
    pub(super) span: Option<NonZeroU64>,
    level: LogLevel,
    line: u32,
    target: &'a str,
    module_path: &'a str,
    file: &'a str,
    message: Option<&'a str>,
    values: Words<'a>,
    tags: Tags,
    /// What its reader knows of spans.
    pub(super) spans: Option<&'a SpanTable>,
}

impl<'a> EventRef<'a> {
    /// Reads the record at the beginning of `words`; `None` if that is no whole record.
    ///
    /// `metadata` is that of the call site which the record names.
    pub(crate) fn parse(
        words: &'a [u64],
        metadata: &'a Metadata,
        thread_name: Option<&'a str>,
    ) -> Option<EventRef<'a>> {
        let header = Header(u64::from_le(*words.first()?));
        let record = words.get(..header.length())?;
        let mut values = Words(record.get(LOG_PREFIX_WORDS..)?);
        let mut event = EventRef {
            header,
            metadata,
            thread_name,
            wall_ns: u64::from_le(record[1]),
            origin: u64::from_le(record[2]),
            span: None,
            level: metadata.level,
            line: metadata.line,
            target: &metadata.target,
            module_path: &metadata.module_path,
            file: &metadata.file,
            message: None,
            values,
            tags: Tags::in_header(header),
            spans: None,
        };
        if header.has(flag::IN_SPAN) {
            event.span = values.take_last().and_then(NonZeroU64::new);
        }
        if header.has(flag::SPAN) {
            event.span = NonZeroU64::new(values.word()?);
        }
        if header.has(flag::DYNAMIC) {
            let word = values.word()?;
            event.level = LogLevel::from_u8(word as u8)?;
            event.line = (word >> 8) as u32;
            match values.word()? {
                0 => {}
                given => event.wall_ns = given,
            }
            event.target = values.text()?;
            event.module_path = values.text()?;
            event.file = values.text()?;
        }
        if header.has(flag::TARGET) {
            event.target = values.text()?;
        }
        event.values = values;
        if header.has(flag::MESSAGE) {
            let mut fields = event.raw_values();
            if let Some(ValueRef::Display(text)) = fields.next_value() {
                event.message = Some(text);
                (event.values, event.tags) = fields.rest();
            }
        }
        Some(event)
    }

    /// The same, of a reader that knows these spans.
    #[inline(always)]
    pub(crate) fn among(mut self, spans: &'a SpanTable) -> EventRef<'a> {
        self.spans = Some(spans);
        self
    }

    /// The id of the call site.
    pub(crate) fn site(&self) -> u32 {
        self.header.site()
    }

    pub(crate) fn flags(&self) -> u8 {
        self.header.flags()
    }

    /// Whether ttlog made this event itself, to tell of a loss. It is none of those that are counted as recorded or delivered.
    pub fn is_synthetic(&self) -> bool {
        self.header.has(flag::SYNTHETIC)
    }

    /// The severity.
    pub fn level(&self) -> LogLevel {
        self.level
    }

    /// What filters match; the module path where the call named no other.
    pub fn target(&self) -> &'a str {
        self.target
    }

    /// The name given by `name:`; empty where there is none.
    pub fn name(&self) -> &'a str {
        &self.metadata.name
    }

    /// The formatted message; empty where the event has none.
    pub fn message(&self) -> &'a str {
        self.message.unwrap_or(&self.metadata.message)
    }

    /// The message that the event carries itself; none where it is the call site's.
    pub(crate) fn formatted_message(&self) -> Option<&'a str> {
        self.message
    }

    /// What is known of the call site.
    pub(crate) fn metadata(&self) -> &'a Metadata {
        self.metadata
    }

    /// Whether it is an event, in no span.
    #[inline]
    pub(crate) fn is_alone(&self) -> bool {
        self.span.is_none() && self.metadata.kind == RecordKind::Event
    }

    /// Whether the call site tells level and target, and the event has no mark.
    #[inline]
    pub(crate) fn is_plain(&self) -> bool {
        !self
            .header
            .has(flag::DYNAMIC | flag::TARGET | flag::CUT | flag::PANICKED)
    }

    /// The message as it stands in the source, with its placeholders: the same for all events of one call.
    pub fn message_template(&self) -> &'a str {
        &self.metadata.message
    }

    /// Wall time in nanoseconds since 1970 UTC.
    pub fn timestamp_nanos(&self) -> u64 {
        self.wall_ns
    }

    /// The number that ttlog gave to the thread; numbers begin with 1 and are not used twice.
    pub fn thread_id(&self) -> u32 {
        (self.origin >> 32) as u32
    }

    /// The low 32 bits of the number that the recorder gave the event. Two snapshots of one process have the same event where
    /// number, time and thread are the same.
    pub fn number(&self) -> u32 {
        self.origin as u32
    }

    /// The thread's name, where it has one.
    pub fn thread_name(&self) -> Option<&'a str> {
        self.thread_name
    }

    /// The path of the module with the call; empty where not known.
    pub fn module_path(&self) -> &'a str {
        self.module_path
    }

    /// The source file of the call; empty where not known.
    pub fn file(&self) -> &'a str {
        self.file
    }

    /// The line of the call, from 1; 0 where not known.
    pub fn line(&self) -> u32 {
        self.line
    }

    /// What it tells of: an event, or that a span begins or has ended.
    pub fn kind(&self) -> RecordKind {
        self.metadata.kind
    }

    /// Whether something of the event is missing because it was over the size limit.
    pub fn is_cut(&self) -> bool {
        self.header.has(flag::CUT)
    }

    /// Whether a value panicked while it was formatted.
    pub fn has_panicked(&self) -> bool {
        self.header.has(flag::PANICKED)
    }

    /// The names and values in the order of the call.
    pub fn fields(&self) -> EventFields<'a> {
        self.raw_values()
    }

    fn raw_values(&self) -> EventFields<'a> {
        EventFields::new(&self.metadata.fields, self.values, self.tags)
    }

    /// The fields without the number of the span that is theirs. What a span has no value for yet, or hasn't at its end, is no field of it.
    pub(crate) fn told_fields(&self) -> impl Iterator<Item = (&'a str, ValueRef<'a>)> + use<'a> {
        let is_event = self.metadata.kind == RecordKind::Event;
        let mut fields = self.fields();
        if !is_event {
            fields.next();
        }
        fields.filter(move |(_, value)| is_event || !matches!(value, ValueRef::None))
    }

    /// The value of the first field of this name.
    pub fn field(&self, name: &str) -> Option<ValueRef<'a>> {
        self.fields()
            .find(|(field, _)| *field == name)
            .map(|(_, value)| value)
    }

    /// An event that owns what this one borrows.
    pub fn to_log_event(&self) -> LogEvent {
        LogEvent {
            timestamp_nanos: self.wall_ns,
            level: self.level,
            target: Cow::Owned(self.target.to_owned()),
            message: self.message().to_owned(),
            fields: self
                .fields()
                .map(|(name, value)| Field {
                    key: Cow::Owned(name.to_owned()),
                    value: value.to_field_value(),
                })
                .collect(),
            thread_id: self.thread_id(),
            thread_name: self.thread_name.map(str::to_owned),
            name: not_empty(self.name()),
            module_path: not_empty(self.module_path),
            file: not_empty(self.file),
            line: (self.line != 0).then_some(self.line),
            span_id: self.span,
            kind: self.kind(),
            spans: self.spans().shared().cloned().collect(),
            trace_id: self.trace_id(),
            parent_span_id: self.parent_span_id(),
            cut: self.is_cut(),
            panicked: self.has_panicked(),
        }
    }
}

fn not_empty(text: &str) -> Option<Cow<'static, str>> {
    (!text.is_empty()).then(|| Cow::Owned(text.to_owned()))
}
