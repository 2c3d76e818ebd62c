//! [`Received`]: a request, decoded.

use std::collections::HashMap;

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::Span;

/// A request as a server got it.
#[derive(Debug, Clone, Default)]
pub struct Received {
    /// How many requests came before it.
    pub number: usize,
    /// The path of the address, or of the method.
    pub path: String,
    /// The headers, with names in small letters.
    pub headers: HashMap<String, String>,
    /// Bytes of the message, not compressed.
    pub bytes: usize,
    /// What it brings, if that is logs.
    pub logs: ExportLogsServiceRequest,
    /// What it brings, if that is spans.
    pub traces: ExportTraceServiceRequest,
}

impl Received {
    /// The log records, each with the name of its scope.
    pub fn log_records(&self) -> impl Iterator<Item = (&str, &LogRecord)> {
        let resources = self.logs.resource_logs.iter();
        let scopes = resources.flat_map(|resource| &resource.scope_logs);
        scopes.flat_map(|scope| {
            let name = scope.scope.as_ref().map_or("", |scope| &scope.name);
            scope.log_records.iter().map(move |record| (name, record))
        })
    }

    /// The spans, each with the name of its scope.
    pub fn spans(&self) -> impl Iterator<Item = (&str, &Span)> {
        let resources = self.traces.resource_spans.iter();
        let scopes = resources.flat_map(|resource| &resource.scope_spans);
        scopes.flat_map(|scope| {
            let name = scope.scope.as_ref().map_or("", |scope| &scope.name);
            scope.spans.iter().map(move |span| (name, span))
        })
    }

    /// What all of it comes from.
    ///
    /// # Panics
    /// There is nothing in it.
    pub fn resource(&self) -> &Resource {
        let of_logs = self.logs.resource_logs.first().map(|logs| &logs.resource);
        let of_spans = self.traces.resource_spans.first();
        let resource = of_logs.or(of_spans.map(|spans| &spans.resource));
        resource.and_then(Option::as_ref).expect("a resource")
    }
}

/// The value of an attribute; `None` for an empty one.
pub type Attribute = Option<Value>;

/// Attributes by their names.
///
/// # Panics
/// A name is there twice.
pub fn attributes(list: &[KeyValue]) -> HashMap<&str, Attribute> {
    let mut attributes = HashMap::new();
    for attribute in list {
        let value = attribute.value.clone().and_then(|value| value.value);
        let before = attributes.insert(&*attribute.key, value);
        assert!(before.is_none(), "{} is there twice", attribute.key);
    }
    attributes
}

/// The text of an attribute of a request's resource.
pub fn resource_attribute(received: &Received, name: &str) -> Option<String> {
    match attributes(&received.resource().attributes).remove(name)?? {
        Value::StringValue(text) => Some(text),
        other => Some(format!("{other:?}")),
    }
}
