//! An event as a log record of OTLP.

use opentelemetry_proto::tonic::logs::v1::{LogRecord, SeverityNumber};
use ttlog_core::{EventRef, LogLevel};

use super::attributes::Attributes;
use super::value::text;

/// The flags of W3C Trace Context: the lowest says that who has begun the trace records it.
pub(super) fn trace_flags(is_sampled: bool) -> u32 {
    is_sampled.into()
}

/// The log record of an event that was seen at a time, in nanoseconds since 1970 UTC.
pub(super) fn log_record(event: &EventRef<'_>, observed_ns: u64) -> LogRecord {
    let mut attributes = Attributes::default();
    attributes.push_fields(event.fields());
    attributes.push_contexts(event);
    attributes.push_origin(event);
    // The number of a span says nothing without its trace.
    let place = event.trace_id().zip(event.parent_span_id());
    LogRecord {
        time_unix_nano: event.timestamp_nanos(),
        observed_time_unix_nano: observed_ns,
        severity_number: severity(event.level()).into(),
        severity_text: event.level().as_str().to_owned(),
        body: Some(text(event.message())),
        attributes: attributes.into_vec(),
        flags: trace_flags(place.is_some() && event.is_sampled()),
        trace_id: place.map_or_else(Vec::new, |(trace, _)| trace.get().to_be_bytes().into()),
        span_id: place.map_or_else(Vec::new, |(_, span)| span.get().to_be_bytes().into()),
        event_name: event.name().to_owned(),
        ..LogRecord::default()
    }
}

fn severity(level: LogLevel) -> SeverityNumber {
    match level {
        LogLevel::Trace => SeverityNumber::Trace,
        LogLevel::Debug => SeverityNumber::Debug,
        LogLevel::Info => SeverityNumber::Info,
        LogLevel::Warn => SeverityNumber::Warn,
        LogLevel::Error => SeverityNumber::Error,
        LogLevel::Critical => SeverityNumber::Fatal,
    }
}
