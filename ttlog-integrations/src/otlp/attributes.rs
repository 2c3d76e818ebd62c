//! [`Attributes`]: names and values, each name once.

use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use ttlog_core::{EventRef, ValueRef};

use super::value::{any_value, integer, text};

/// Names and values in the order in which they came; of a name the first value counts, so what says most about an event comes first.
#[derive(Debug, Default)]
pub(super) struct Attributes(Vec<KeyValue>);

impl Attributes {
    pub(super) fn into_vec(self) -> Vec<KeyValue> {
        self.0
    }

    /// One attribute more, unless there is one of this name.
    pub(super) fn push(&mut self, name: &str, value: AnyValue) {
        if !self.0.iter().any(|known| known.key == name) {
            self.0.push(KeyValue {
                key: name.to_owned(),
                value: Some(value),
                ..KeyValue::default()
            });
        }
    }

    pub(super) fn push_text(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.push(name, text(value));
        }
    }

    pub(super) fn push_integer(&mut self, name: &str, value: impl Into<u64>) {
        let value = Some(integer(value.into()));
        self.push(name, AnyValue { value });
    }

    /// Fields; the message of the first error among them is `exception.message` as well, under which name tools look for it.
    pub(super) fn push_fields<'a>(
        &mut self,
        fields: impl Iterator<Item = (&'a str, ValueRef<'a>)>,
    ) {
        for (name, value) in fields {
            self.push(name, any_value(value));
            if let ValueRef::Error(mut chain) = value {
                self.push_text("exception.message", chain.next().unwrap_or_default());
            }
        }
    }

    /// The fields of the contexts that an event is in, those of the innermost first. What says only which trace it is in, the record says itself.
    pub(super) fn push_contexts(&mut self, event: &EventRef<'_>) {
        let contexts = event.spans().rev().filter(|span| span.is_context);
        for context in contexts {
            let mut names = context.fields().map(|(name, _)| name);
            let is_trace = context.field("trace_id").is_some()
                && context.field("parent_span_id").is_some()
                && names.all(|name| ["trace_id", "parent_span_id", "trace_flags"].contains(&name));
            if !is_trace {
                self.push_fields(context.fields());
            }
        }
    }

    /// Where the event comes from: source, thread, and what is missing of it.
    pub(super) fn push_origin(&mut self, event: &EventRef<'_>) {
        self.push_text("code.file.path", event.file());
        if event.line() != 0 {
            self.push_integer("code.line.number", event.line());
        }
        // What is usual is the name of the scope already.
        if event.module_path() != event.target() {
            self.push_text("code.namespace", event.module_path());
        }
        if event.thread_id() != 0 {
            self.push_integer("thread.id", event.thread_id());
        }
        self.push_text("thread.name", event.thread_name().unwrap_or_default());
        for (name, is_so) in [
            ("ttlog.cut", event.is_cut()),
            ("ttlog.value_panicked", event.has_panicked()),
        ] {
            if is_so {
                self.push(name, any_value(ValueRef::Bool(true)));
            }
        }
    }
}
