//! [`SpanInfo`]: what a reader of the stream knows of one span or context.

use std::num::NonZeroU64;
use std::sync::OnceLock;

use super::surroundings::Surroundings;
use crate::decode::{EventRef, ValueRef};
use crate::event::{Field, FieldValue};
use crate::format::chain;
use crate::level::LogLevel;
use crate::metadata::RecordKind;

/// A span with more fields than that doesn't get new ones.
const MOST_FIELDS: usize = 1024;

/// What a reader of the stream knows of a span or a context: what its beginning said, and the fields that it got since.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SpanInfo {
    /// Its number.
    pub id: NonZeroU64,
    /// The number of the span or context that it began in. Which span that is, contexts skipped, and in which trace, is told by
    /// [`EventRef::parent_span_id`] and [`EventRef::trace_id`].
    pub parent: Option<NonZeroU64>,
    /// Whether it is a context: it has no name, and its fields are as good as those of the events in it.
    pub is_context: bool,
    /// The span's name; empty for a context.
    pub name: String,
    /// The span's level.
    pub level: LogLevel,
    /// The span's target.
    pub target: String,
    /// The fields in the order in which it got them; a later value of the same name is in the place of the first.
    pub fields: Vec<Field>,
    /// Where everything in it is, if it is a context that tells of a trace from outside.
    pub(super) continued: Option<Surroundings>,
    label: Label,
}

impl SpanInfo {
    /// What the record of a beginning says; `None` for others.
    pub(crate) fn of(event: &EventRef<'_>) -> Option<SpanInfo> {
        let is_context = match event.kind() {
            RecordKind::SpanBegin => false,
            RecordKind::ContextBegin => true,
            _ => return None,
        };
        let id = event.own_span_id()?;
        let mut info = SpanInfo {
            id,
            // Nothing is in itself, whatever a damaged record says.
            parent: event.span_id().filter(|parent| *parent != id),
            is_context,
            name: match is_context {
                true => String::new(),
                false => event.message().to_owned(),
            },
            level: event.level(),
            target: event.target().to_owned(),
            fields: Vec::new(),
            continued: is_context
                .then(|| Surroundings::continued_by(event))
                .flatten(),
            label: Label::default(),
        };
        info.record(event);
        Some(info)
    }

    /// Takes the fields of a record over.
    pub(crate) fn record(&mut self, event: &EventRef<'_>) {
        self.label = Label::default();
        for (name, value) in event.told_fields() {
            let value = value.to_field_value();
            if let Some(field) = self.fields.iter_mut().find(|field| field.key == name) {
                field.value = value;
            } else if self.fields.len() < MOST_FIELDS {
                let key = name.to_owned().into();
                self.fields.push(Field { key, value });
            }
        }
    }

    /// Whether it is a context that says from which trace everything in it comes.
    pub(crate) fn continues_trace(&self) -> bool {
        self.continued.is_some()
    }

    /// The value of the field of this name.
    pub fn field(&self, name: &str) -> Option<ValueRef<'_>> {
        let mut fields = self.fields.iter();
        fields
            .find(|field| field.key == name)
            .map(|field| field.value.as_value_ref())
    }

    /// The names and values of the fields.
    pub fn fields(&self) -> impl Iterator<Item = (&str, ValueRef<'_>)> {
        let fields = self.fields.iter();
        fields.map(|field| (&*field.key, field.value.as_value_ref()))
    }

    /// What stands in lines of text for it: `name{a=1}`, or ` a=1` for a context.
    pub(crate) fn label(&self) -> &str {
        self.label.0.get_or_init(|| chain::label(self).into())
    }

    /// About how much memory it takes.
    pub(crate) fn bytes(&self) -> usize {
        let fields = self.fields.iter();
        let fields = fields.map(|field| {
            let heap = match &field.value {
                FieldValue::String(text) | FieldValue::Debug(text) | FieldValue::Display(text) => {
                    text.len()
                }
                FieldValue::Bytes(bytes) => bytes.len(),
                FieldValue::Error(chain) => chain
                    .iter()
                    .map(|text| size_of_val(text) + text.len())
                    .sum(),
                _ => 0,
            };
            size_of::<Field>() + field.key.len() + heap
        });
        size_of::<SpanInfo>() + self.name.len() + self.target.len() + fields.sum::<usize>()
    }
}

/// Made when it is first asked for; a copy makes its own, and it makes no difference.
#[derive(Debug, Default)]
struct Label(OnceLock<Box<str>>);

impl PartialEq for Label {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

impl Clone for Label {
    fn clone(&self) -> Self {
        Label::default()
    }
}
