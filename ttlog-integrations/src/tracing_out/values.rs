//! [`Values`]: an event's fields as `tracing` takes them.

use std::error::Error;

use tracing_core::field::{self, FieldSet, Value, ValueSet};
use ttlog_core::{Field, FieldValue, LogEvent};

use super::site::Site;
use crate::error_chain::ErrorChain;
use crate::marks::marks;

/// The name that `tracing` has for the field which is the message.
pub(super) const MESSAGE: &str = "message";

type Boxed<'a> = Option<Box<dyn Value + 'a>>;

/// See the [module](self). In the order of a site's fields.
pub(super) struct Values<'a>(Vec<Boxed<'a>>);

impl<'a> Values<'a> {
    /// Those of an event that is given with these fields.
    pub(super) fn of_event(
        event: &'a LogEvent,
        given: &[&'a Field],
        site: &'static Site,
    ) -> Values<'a> {
        if site.is_of_any {
            return Values::of_any(event, given.iter().copied());
        }
        let message = (!event.message.is_empty()).then(|| shown(&event.message));
        let fields = given.iter().map(|field| value(&field.value));
        let marks = marks(event).map(|_| Some(Box::new(true) as Box<dyn Value>));
        Values(message.into_iter().chain(fields).chain(marks).collect())
    }

    /// Those of a span, or those that it gets.
    pub(super) fn of_span(event: &'a LogEvent, site: &'static Site) -> Values<'a> {
        // The first is the span's number.
        let own = event.fields.get(1..).unwrap_or_default();
        if site.is_of_any {
            return Values::of_any(event, own.iter());
        }
        let of_name = |name: &str| {
            let mut last = own.iter().rev();
            last.find(|field| field.key == name)
                .and_then(|field| value(&field.value))
        };
        let names = site.fields().iter();
        Values(names.map(|field| of_name(field.name())).collect())
    }

    /// Message, target, and one text for all fields.
    fn of_any(event: &'a LogEvent, fields: impl Iterator<Item = &'a Field>) -> Values<'a> {
        let text = fields.map(|field| format!("{}={}", field.key, field.value));
        let text = text.collect::<Vec<_>>().join(" ");
        Values(vec![
            shown(&event.message),
            Some(Box::new(&*event.target)),
            Some(Box::new(text)),
        ])
    }

    /// Calls with all of them.
    pub(super) fn give<R>(
        &self,
        fields: &'static FieldSet,
        call: impl FnOnce(&ValueSet<'_>) -> R,
    ) -> R {
        let values: Vec<Option<&dyn Value>> = self
            .0
            .iter()
            .map(|value| value.as_ref().map(|value| &**value as &dyn Value))
            .collect();
        call(&fields.value_set_all(&values))
    }
}

/// Visitors expect a message, and what a formatter made, by its `Debug`.
fn shown(text: &str) -> Boxed<'_> {
    Some(Box::new(field::display(text)))
}

/// `None` for what has none: `tracing` doesn't record it either.
fn value(value: &FieldValue) -> Boxed<'_> {
    Some(match value {
        FieldValue::None => return None,
        FieldValue::Bool(value) => Box::new(*value),
        FieldValue::I64(value) => Box::new(*value),
        FieldValue::U64(value) => Box::new(*value),
        FieldValue::I128(value) => Box::new(*value),
        FieldValue::U128(value) => Box::new(*value),
        FieldValue::F32(value) => Box::new(f64::from(*value)),
        FieldValue::F64(value) => Box::new(*value),
        FieldValue::Str(text) => Box::new(*text),
        FieldValue::String(text) => Box::new(&**text),
        FieldValue::Bytes(bytes) => Box::new(&**bytes),
        FieldValue::Error(messages) => {
            Box::new(Box::new(ErrorChain::new(messages)) as Box<dyn Error + 'static>)
        }
        FieldValue::Duration(value) => Box::new(field::debug(value)),
        other => Box::new(field::display(other)),
    })
}
