//! What an event tells a system that knows of no spans, as names and values.

use std::borrow::Cow;

use ttlog_core::{Field, FieldValue, LogEvent};

use crate::error_chain::ErrorChain;

/// A name and a value.
#[derive(Debug)]
pub(crate) struct Told<'a> {
    pub(crate) name: &'a str,
    pub(crate) value: Cow<'a, FieldValue>,
    /// The same where it is an error.
    pub(crate) error: Option<ErrorChain>,
}

impl<'a> Told<'a> {
    fn new(name: &'a str, value: Cow<'a, FieldValue>) -> Told<'a> {
        let error = match &*value {
            FieldValue::Error(messages) => Some(ErrorChain::new(messages)),
            _ => None,
        };
        Told { name, value, error }
    }
}

/// What an event tells, a name once: the fields of the spans and contexts that it is in, the outermost first, without those that a span
/// further in or the event has, too; then the event's own; then, unless it has such fields itself, what has no place elsewhere: `span`, the names of the spans; `name`; and these marks.
pub(crate) fn told(event: &LogEvent, marks: impl Iterator<Item = &'static str>) -> Vec<Told<'_>> {
    let has = |fields: &[Field], name: &str| fields.iter().any(|field| field.key == name);
    let mut told = Vec::new();
    for (depth, span) in event.spans.iter().enumerate() {
        let is_shown = |field: &&Field| {
            let mut inner = event.spans[depth + 1..].iter();
            !has(&event.fields, &field.key) && !inner.any(|inner| has(&inner.fields, &field.key))
        };
        told.extend(span.fields.iter().filter(is_shown).map(borrowed));
    }
    told.extend(event.fields.iter().map(borrowed));
    let mut add = |name, value| {
        if !told.iter().any(|known: &Told<'_>| known.name == name) {
            told.push(Told::new(name, Cow::Owned(value)));
        }
    };
    let names = event.spans.iter().map(|span| &*span.name);
    let names: Vec<_> = names.filter(|name| !name.is_empty()).collect();
    if !names.is_empty() {
        add("span", names.join(":").into());
    }
    if let Some(name) = &event.name {
        add("name", FieldValue::String(name.clone().into_owned()));
    }
    marks.for_each(|mark| add(mark, true.into()));
    told
}

fn borrowed(field: &Field) -> Told<'_> {
    Told::new(&field.key, Cow::Borrowed(&field.value))
}
