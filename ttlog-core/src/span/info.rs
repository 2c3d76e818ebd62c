//! [`SpanInfo`]: what a reader of the stream knows of one span or context.

use std::borrow::Cow;
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

/// What an allocator keeps for each allocation, about.
const ALLOCATION: usize = 16;

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
    pub name: Cow<'static, str>,
    /// The span's level.
    pub level: LogLevel,
    /// The span's target.
    pub target: Cow<'static, str>,
    /// The fields in the order in which it got them; a later value of the same name is in the place of the first.
    pub fields: Vec<Field>,
    /// Where everything in it is, if it is a context that tells of a trace from outside.
    pub(super) continued: Option<Box<Surroundings>>,
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
                true => Cow::Borrowed(""),
                false => lasting(event.message(), &event.metadata().message),
            },
            level: event.level(),
            target: lasting(event.target(), &event.metadata().target),
            fields: Vec::new(),
            continued: is_context
                .then(|| Surroundings::continued_by(event))
                .flatten()
                .map(Box::new),
            label: Label::default(),
        };
        info.record(event);
        Some(info)
    }

    /// Takes the fields of a record over.
    pub(crate) fn record(&mut self, event: &EventRef<'_>) {
        self.label = Label::default();
        // The fields that the site knows come first, behind the span's number.
        let mut known = event.metadata().fields.iter().skip(1).peekable();
        if self.fields.is_empty() {
            // As a rule these are all that it ever has.
            self.fields.reserve_exact(event.told_fields().count());
        }
        for (name, value) in event.told_fields() {
            let value = value.to_field_value();
            while known.next_if(|field| field.name != name).is_some() {}
            if let Some(field) = self.fields.iter_mut().find(|field| field.key == name) {
                field.value = value;
            } else if self.fields.len() < MOST_FIELDS {
                let key = match known.peek() {
                    Some(field) => lasting(name, &field.name),
                    None => name.to_owned().into(),
                };
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

    /// About how much memory it takes, with what an allocator keeps of its own for each part.
    pub(crate) fn bytes(&self) -> usize {
        let text = |text: &Cow<'static, str>| match text {
            Cow::Borrowed(_) => 0,
            Cow::Owned(text) => text.capacity() + ALLOCATION,
        };
        let fields = self.fields.iter();
        let fields = fields.map(|field| {
            let heap = match &field.value {
                FieldValue::String(text) | FieldValue::Debug(text) | FieldValue::Display(text) => {
                    text.capacity() + ALLOCATION
                }
                FieldValue::Bytes(bytes) => bytes.capacity() + ALLOCATION,
                FieldValue::Error(chain) => chain
                    .iter()
                    .map(|text| size_of_val(text) + text.capacity() + ALLOCATION)
                    .sum(),
                _ => 0,
            };
            // The label has it once more.
            size_of::<Field>() + 2 * text(&field.key) + 2 * heap
        });
        size_of::<SpanInfo>()
            + text(&self.name)
            + text(&self.target)
            + 3 * ALLOCATION
            + fields.sum::<usize>()
    }
}

/// What is kept for good: without a copy where the call site has it for as long as the process lasts.
#[expect(
    clippy::ptr_arg,
    reason = "a `&str` of what is borrowed would not live long enough"
)]
fn lasting(text: &str, known: &Cow<'static, str>) -> Cow<'static, str> {
    match known {
        Cow::Borrowed(known) if *known == text => Cow::Borrowed(known),
        _ => Cow::Owned(text.to_owned()),
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
