//! [`EventRef`]: an event as its record in the recorder or in a snapshot tells it, without a copy.
//!
//! The words may come from a file or from a crashed process, so nothing in them is trusted: whatever
//! they are, reading them ends, and gives values or fewer of them.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::num::{NonZeroU64, NonZeroU128};
use std::time::Duration;

use crate::LogLevel;
use crate::event::{Field, FieldValue, LogEvent};
use crate::metadata::{Metadata, RecordKind};
use crate::record::{Header, LOG_PREFIX_WORDS, TAG_BITS, TEXT_CUT, Tag, Wide, flag};
use crate::span::{SpanTable, Spans};

/// An event that a sink or a reader is given.
///
/// Texts and fields borrow from the record; [`EventRef::to_log_event`] makes an event that can be kept.
#[derive(Debug, Clone, Copy)]
pub struct EventRef<'a> {
    header: Header,
    metadata: &'a Metadata,
    thread_name: Option<&'a str>,
    wall_ns: u64,
    origin: u64,
    span: Option<NonZeroU64>,
    level: LogLevel,
    line: u32,
    target: &'a str,
    module_path: &'a str,
    file: &'a str,
    message: Option<&'a str>,
    values: Words<'a>,
    tags: Tags,
    /// What its reader knows of spans.
    spans: Option<&'a SpanTable>,
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
                (event.values, event.tags) = (fields.words, fields.tags);
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

    /// The number of the innermost span or context that it is in; at a span's beginning, the span's parent.
    pub fn span_id(&self) -> Option<NonZeroU64> {
        self.span
    }

    /// The number of the span or context whose beginning or end it is; `None` for events.
    pub fn own_span_id(&self) -> Option<NonZeroU64> {
        if self.metadata.kind == RecordKind::Event {
            return None;
        }
        match self.fields().next()? {
            (_, ValueRef::U64(id)) => NonZeroU64::new(id),
            _ => None,
        }
    }

    /// The trace that it belongs to: that of the span it is in or tells of. `None` outside of all spans, and where that is not known: in files of
    /// earlier versions, and where an outer span is missing.
    ///
    /// It stands in the header `traceparent` of calls that go out from there, as [`TraceParent`](crate::TraceParent) writes it.
    pub fn trace_id(&self) -> Option<NonZeroU128> {
        if self.is_alone() {
            return None;
        }
        let innermost = self.own_span_id().or(self.span);
        self.spans?.inside(innermost).trace_id()
    }

    /// The trace of another span, as far as its reader knows that one: it has not ended, or others in it have not.
    pub fn trace_of(&self, span: NonZeroU64) -> Option<NonZeroU128> {
        self.spans?.inside(Some(span)).trace_id()
    }

    /// The number of the span that it is in, contexts skipped; at a span's beginning and end, the parent of that span.
    ///
    /// It is a span of another process where the trace came from there and no span of this one is in between; see
    /// [`continue_trace`](crate::continue_trace). Where the chain is not known, it is the number that the record has, if it has one.
    ///
    /// What exports spans has all they are made of at the end of each:
    ///
    /// ```
    /// use ttlog_core::{EventRef, RecordKind};
    ///
    /// fn export(event: &EventRef<'_>) {
    ///     let (Some(trace_id), Some(span_id)) = (event.trace_id(), event.own_span_id()) else {
    ///         return;
    ///     };
    ///     if event.kind() == RecordKind::SpanEnd {
    ///         let span = event.spans().next_back().filter(|span| span.id == span_id);
    ///         let parent = event.parent_span_id().map_or(0, u64::from);
    ///         eprintln!("{trace_id:032x} {parent:016x} {span_id:016x} {span:?}");
    ///     }
    /// }
    /// ```
    pub fn parent_span_id(&self) -> Option<NonZeroU64> {
        if self.is_alone() {
            return None;
        }
        let Some(spans) = self.spans else {
            return self.span;
        };
        let own = self.own_span_id();
        let outside = own.and_then(|own| spans.outside(own));
        match (outside, self.kind()) {
            (Some(outside), _) => outside.span,
            // What an end stands in is not what its span is in.
            (None, RecordKind::SpanEnd | RecordKind::SpanFields | RecordKind::ContextEnd) => None,
            (None, _) => spans.inside(self.span).span,
        }
    }

    /// The spans and contexts that it is in, the outermost first, as far as they are known. At a span's beginning and end
    /// the last one is that span.
    ///
    /// ```
    /// # fn show(event: &ttlog_core::EventRef<'_>) {
    /// for span in event.spans().filter(|span| !span.is_context) {
    ///     eprintln!("{} {:?}", span.name, span.fields);
    /// }
    /// # }
    /// ```
    #[inline]
    pub fn spans(&self) -> Spans<'a> {
        match self.spans {
            Some(spans) if !self.is_alone() => spans.chain(self.own_span_id(), self.span),
            _ => Spans::none(),
        }
    }

    /// The fields of the contexts that it is in, those of the outermost first.
    pub fn context_fields(&self) -> impl Iterator<Item = (&'a str, ValueRef<'a>)> {
        self.spans()
            .filter(|span| span.is_context)
            .flat_map(|context| context.fields())
    }

    /// The value of the first field of this name that it has itself, else of the innermost span or context that has one.
    pub fn field_in_chain(&self, name: &str) -> Option<ValueRef<'a>> {
        self.field(name)
            .or_else(|| self.spans().rev().find_map(|span| span.field(name)))
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
        EventFields {
            definitions: &self.metadata.fields,
            words: self.values,
            tags: self.tags,
        }
    }

    /// The fields without the number of the span that is theirs. What a span has no value for yet, or hasn't at its end, is no field of it.
    pub(crate) fn told_fields(&self) -> impl Iterator<Item = (&'a str, ValueRef<'a>)> + use<'a> {
        let is_event = self.metadata.kind == RecordKind::Event;
        self.fields()
            .skip(usize::from(!is_event))
            .filter(move |(_, value)| is_event || !matches!(value, ValueRef::None))
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

/// A typed value that borrows from its event.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum ValueRef<'a> {
    /// `None`: the field was there, its value was not.
    None,
    /// A truth value.
    Bool(bool),
    /// A signed integer of up to 64 bits.
    I64(i64),
    /// An unsigned integer of up to 64 bits.
    U64(u64),
    /// A signed integer of 128 bits.
    I128(i128),
    /// An unsigned integer of 128 bits.
    U128(u128),
    /// A float of 32 bits.
    F32(f32),
    /// A float of 64 bits.
    F64(f64),
    /// A character.
    Char(char),
    /// A text.
    Str(&'a str),
    /// What `Display` made of the value.
    Display(&'a str),
    /// What `Debug` made of the value.
    Debug(&'a str),
    /// An error and its sources.
    Error(ErrorChain<'a>),
    /// Bytes that need not be text.
    Bytes(&'a [u8]),
    /// A length of time.
    Duration(Duration),
    /// An address.
    Ip(IpAddr),
}

impl ValueRef<'_> {
    /// A value that owns what this one borrows.
    pub fn to_field_value(&self) -> FieldValue {
        match *self {
            ValueRef::None => FieldValue::None,
            ValueRef::Bool(value) => FieldValue::Bool(value),
            ValueRef::I64(value) => FieldValue::I64(value),
            ValueRef::U64(value) => FieldValue::U64(value),
            ValueRef::I128(value) => FieldValue::I128(value),
            ValueRef::U128(value) => FieldValue::U128(value),
            ValueRef::F32(value) => FieldValue::F32(value),
            ValueRef::F64(value) => FieldValue::F64(value),
            ValueRef::Char(value) => FieldValue::Char(value),
            ValueRef::Str(text) => FieldValue::String(text.to_owned()),
            ValueRef::Display(text) => FieldValue::Display(text.to_owned()),
            ValueRef::Debug(text) => FieldValue::Debug(text.to_owned()),
            ValueRef::Error(chain) => FieldValue::Error(chain.map(str::to_owned).collect()),
            ValueRef::Bytes(bytes) => FieldValue::Bytes(bytes.to_owned()),
            ValueRef::Duration(value) => FieldValue::Duration(value),
            ValueRef::Ip(value) => FieldValue::Ip(value),
        }
    }
}

/// The message of an error, then those of its sources: an iterator.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ErrorChain<'a>(Messages<'a>);

#[derive(Debug, Clone, Copy, PartialEq)]
enum Messages<'a> {
    /// So many texts in a record.
    Recorded(u64, Words<'a>),
    /// Those of a [`FieldValue`].
    Owned(&'a [String]),
}

impl<'a> ErrorChain<'a> {
    /// The messages of a [`FieldValue::Error`].
    pub(crate) fn of(messages: &'a [String]) -> ErrorChain<'a> {
        ErrorChain(Messages::Owned(messages))
    }
}

impl<'a> Iterator for ErrorChain<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        match &mut self.0 {
            Messages::Recorded(left, words) => {
                *left = left.checked_sub(1)?;
                words.text()
            }
            Messages::Owned(messages) => {
                let (first, rest) = messages.split_first()?;
                *messages = rest;
                Some(first)
            }
        }
    }
}

/// The fields of an event, name and value, in the order of the call: an iterator.
#[derive(Debug, Clone, Copy)]
pub struct EventFields<'a> {
    definitions: &'a [crate::metadata::FieldDef],
    words: Words<'a>,
    tags: Tags,
}

impl<'a> EventFields<'a> {
    #[inline(always)]
    fn next_value(&mut self) -> Option<ValueRef<'a>> {
        let tag = self.tags.next(&mut self.words)?;
        self.words.value(tag)
    }
}

impl<'a> EventFields<'a> {
    /// Behind the fields that the call site knows, each value brings its name.
    fn next_named(&mut self) -> Option<(&'a str, ValueRef<'a>)> {
        if self.tags.next(&mut self.words)? != Tag::Name {
            return None;
        }
        let name = self.words.text()?;
        Some((name, self.next_value()?))
    }
}

impl<'a> Iterator for EventFields<'a> {
    type Item = (&'a str, ValueRef<'a>);

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        if let Some((definition, rest)) = self.definitions.split_first() {
            self.definitions = rest;
            let value = match &definition.constant {
                Some(text) => ValueRef::Str(text),
                None => self.next_value()?,
            };
            return Some((&definition.name, value));
        }
        self.next_named()
    }
}

/// The tags that are still to come.
#[derive(Debug, Clone, Copy)]
struct Tags {
    word: u64,
    left: u32,
}

impl Tags {
    fn in_header(header: Header) -> Tags {
        Tags {
            word: header.tags(),
            left: (u64::BITS - crate::record::TAGS_SHIFT) / TAG_BITS,
        }
    }

    /// The next tag; `None` at the end.
    #[inline]
    fn next(&mut self, words: &mut Words<'_>) -> Option<Tag> {
        if self.left == 0 {
            self.word = words.word()?;
            self.left = u64::BITS / TAG_BITS;
        }
        let tag = Tag::from_bits(self.word);
        self.word >>= TAG_BITS;
        self.left -= 1;
        (tag != Tag::End).then_some(tag)
    }
}

/// Words of a record that are still to be read, little-endian in memory.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Words<'a>(&'a [u64]);

impl<'a> Words<'a> {
    #[inline]
    fn word(&mut self) -> Option<u64> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(u64::from_le(*first))
    }

    fn take_last(&mut self) -> Option<u64> {
        let (last, rest) = self.0.split_last()?;
        self.0 = rest;
        Some(u64::from_le(*last))
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.word()? & !TEXT_CUT).ok()?;
        let (text, rest) = self.0.split_at_checked(length.div_ceil(8))?;
        self.0 = rest;
        // SAFETY: bytes have no alignment and no invalid values, and the words are borrowed as long.
        let bytes =
            unsafe { std::slice::from_raw_parts(text.as_ptr().cast::<u8>(), text.len() * 8) };
        Some(&bytes[..length])
    }

    /// A text; one that was cut within a character ends before that character.
    fn text(&mut self) -> Option<&'a str> {
        let bytes = self.bytes()?;
        match std::str::from_utf8(bytes) {
            Ok(text) => Some(text),
            Err(error) => std::str::from_utf8(&bytes[..error.valid_up_to()]).ok(),
        }
    }

    /// The value that a tag announces: the most frequent kinds inlined, the others not.
    #[inline(always)]
    fn value(&mut self, tag: Tag) -> Option<ValueRef<'a>> {
        match tag {
            Tag::I64 => Some(ValueRef::I64(self.word()? as i64)),
            Tag::U64 => Some(ValueRef::U64(self.word()?)),
            Tag::Str => Some(ValueRef::Str(self.text()?)),
            _ => self.rarer_value(tag),
        }
    }

    #[inline(never)]
    fn rarer_value(&mut self, tag: Tag) -> Option<ValueRef<'a>> {
        Some(match tag {
            Tag::End | Tag::Name => return None,
            Tag::None => ValueRef::None,
            Tag::Bool => ValueRef::Bool(self.word()? != 0),
            Tag::I64 => ValueRef::I64(self.word()? as i64),
            Tag::U64 => ValueRef::U64(self.word()?),
            Tag::F64 => ValueRef::F64(f64::from_bits(self.word()?)),
            Tag::F32 => ValueRef::F32(f32::from_bits(self.word()? as u32)),
            Tag::Char => ValueRef::Char(char::from_u32(self.word()? as u32)?),
            Tag::Str => ValueRef::Str(self.text()?),
            Tag::Display => ValueRef::Display(self.text()?),
            Tag::Debug => ValueRef::Debug(self.text()?),
            Tag::Bytes => ValueRef::Bytes(self.bytes()?),
            Tag::Duration => {
                let (seconds, nanoseconds) = (self.word()?, self.word()?);
                ValueRef::Duration(
                    Duration::from_secs(seconds).checked_add(Duration::from_nanos(nanoseconds))?,
                )
            }
            Tag::Wide => self.wide()?,
            Tag::Error => {
                let left = self.word()?;
                let chain = ErrorChain(Messages::Recorded(left, *self));
                for _ in 0..left {
                    self.bytes()?;
                }
                ValueRef::Error(chain)
            }
        })
    }

    fn wide(&mut self) -> Option<ValueRef<'a>> {
        let kind = self.word()?;
        let value = u128::from(self.word()?) | u128::from(self.word()?) << 64;
        const KINDS: [Wide; 4] = [Wide::I128, Wide::U128, Wide::Ipv4, Wide::Ipv6];
        Some(match KINDS.get(usize::try_from(kind).ok()?)? {
            Wide::I128 => ValueRef::I128(value as i128),
            Wide::U128 => ValueRef::U128(value),
            Wide::Ipv4 => ValueRef::Ip(Ipv4Addr::from_bits(value as u32).into()),
            Wide::Ipv6 => ValueRef::Ip(Ipv6Addr::from_bits(value).into()),
        })
    }
}
