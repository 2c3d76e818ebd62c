//! [`Metadata`]: what is known of an event before it happens.

use std::borrow::Cow;
use std::sync::OnceLock;

use crate::LogLevel;
use crate::format::labels::Labels;

/// What is known of an event before it happens: its level, where it comes from, its message, the
/// names of its fields.
///
/// A macro makes one for each log call, in a `static`; a reader makes them from a snapshot's
/// dictionary.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metadata {
    /// The severity.
    pub level: LogLevel,
    /// What filters match: the module path, unless the call says `target:`.
    pub target: Cow<'static, str>,
    /// The name given with `name:`; empty where none was.
    pub name: Cow<'static, str>,
    /// The path of the module with the call; empty where not known.
    pub module_path: Cow<'static, str>,
    /// The source file; empty where not known.
    pub file: Cow<'static, str>,
    /// The line in the source file, from 1; 0 where not known.
    pub line: u32,
    /// The message, or its template where the event carries a formatted message of its own.
    pub message: Cow<'static, str>,
    /// The fields whose names are known, in the order of their values.
    pub fields: Cow<'static, [FieldDef]>,
    /// What its records tell of.
    pub kind: RecordKind,
    /// Made when it is first asked for; the fields above don't change after that.
    pub(crate) labels: LabelCell,
}

impl Metadata {
    /// The metadata of a log call; the macros call this in a `static`.
    pub const fn new(
        level: LogLevel,
        target: &'static str,
        module_path: &'static str,
        file: &'static str,
        line: u32,
        message: &'static str,
        fields: &'static [FieldDef],
    ) -> Self {
        Metadata {
            level,
            target: Cow::Borrowed(target),
            name: Cow::Borrowed(""),
            module_path: Cow::Borrowed(module_path),
            file: Cow::Borrowed(file),
            line,
            message: Cow::Borrowed(message),
            fields: Cow::Borrowed(fields),
            kind: RecordKind::Event,
            labels: LabelCell::new(),
        }
    }

    /// The same for records of another kind.
    pub const fn of_kind(self, kind: RecordKind) -> Self {
        let mut metadata = self;
        metadata.kind = kind;
        metadata
    }

    /// What the text of all its events has in common.
    #[inline]
    pub(crate) fn labels(&self) -> &Labels {
        self.labels.0.get_or_init(|| Box::new(Labels::of(self)))
    }

    /// The same without the fields whose bits are set.
    pub(crate) fn without_fields(&self, mask: u64) -> Self {
        let is_kept = |(index, _): &(usize, &FieldDef)| *index >= 64 || mask >> index & 1 == 0;
        let kept = self.fields.iter().enumerate().filter(is_kept);
        Metadata {
            fields: kept.map(|(_, field)| field.clone()).collect(),
            ..self.clone()
        }
    }

    /// The same with the name that the call gave by `name:`.
    pub const fn with_name(self, name: &'static str) -> Self {
        let mut named = self;
        // A plain assignment would drop the old value, which a const function can't.
        std::mem::forget(std::mem::replace(&mut named.name, Cow::Borrowed(name)));
        named
    }
}

/// What the records of a call site tell of.
///
/// The first value of all kinds but `Event` is the number of the span or context that the record is about, under the name [`SPAN_ID`]. The
/// span that a record is *in* stands in its prefix; in that of a beginning it is the parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
#[repr(u8)]
pub enum RecordKind {
    /// An event.
    #[default]
    Event = 0,
    /// A span begins: its number, then its fields.
    SpanBegin = 1,
    /// A span has ended: its number, then what [`SPAN_END_FIELDS`] names.
    SpanEnd = 2,
    /// A span has got fields: its number, then names and values.
    SpanFields = 3,
    /// A context begins: its number, then names and values.
    ContextBegin = 4,
    /// A context has ended: its number.
    ContextEnd = 5,
}

impl RecordKind {
    /// Its name, as formats for programs have it.
    pub const fn as_str(self) -> &'static str {
        match self {
            RecordKind::Event => "event",
            RecordKind::SpanBegin => "span_begin",
            RecordKind::SpanEnd => "span_end",
            RecordKind::SpanFields => "span_fields",
            RecordKind::ContextBegin => "context_begin",
            RecordKind::ContextEnd => "context_end",
        }
    }

    /// The kind of this number.
    pub(crate) fn from_u32(number: u32) -> Option<RecordKind> {
        Some(match number {
            0 => RecordKind::Event,
            1 => RecordKind::SpanBegin,
            2 => RecordKind::SpanEnd,
            3 => RecordKind::SpanFields,
            4 => RecordKind::ContextBegin,
            5 => RecordKind::ContextEnd,
            _ => return None,
        })
    }
}

/// The name of the first value of records that tell of a span or a context.
pub const SPAN_ID: &str = "span_id";

/// The names of the values of a record that tells of the end of a span: its number; how long it lasted; for how much of
/// that it was entered and was not, where that was measured; how it ended (`error`, `panicked`, `cancelled`), unless it ended normally.
pub const SPAN_END_FIELDS: [&str; 5] = [SPAN_ID, "duration_ns", "busy_ns", "idle_ns", "outcome"];

/// Labels that are made when they are first asked for; a copy makes its own.
#[derive(Debug)]
pub(crate) struct LabelCell(OnceLock<Box<Labels>>);

impl LabelCell {
    pub(crate) const fn new() -> Self {
        LabelCell(OnceLock::new())
    }
}

/// What follows from the rest makes no difference.
impl PartialEq for LabelCell {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

impl Eq for LabelCell {}

impl Clone for LabelCell {
    fn clone(&self) -> Self {
        LabelCell::new()
    }
}

/// A field whose name is known at compile time, and its value where that is known too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldDef {
    /// The field's name.
    pub name: Cow<'static, str>,
    /// The value, where the call gives a string literal: then the events don't carry it.
    pub constant: Option<Cow<'static, str>>,
}

impl FieldDef {
    /// A field whose value each event carries.
    pub const fn new(name: &'static str) -> Self {
        FieldDef {
            name: Cow::Borrowed(name),
            constant: None,
        }
    }

    /// A field that has the same text in every event.
    pub const fn constant(name: &'static str, value: &'static str) -> Self {
        FieldDef {
            name: Cow::Borrowed(name),
            constant: Some(Cow::Borrowed(value)),
        }
    }
}
