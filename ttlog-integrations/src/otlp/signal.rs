//! [`Signal`]: what is sent, logs or traces; and [`Signals`], which of them.

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceResponse;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::{DecodeError, Message};

/// What a sink sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Signals {
    /// Events as logs, and spans as traces.
    #[default]
    LogsAndTraces,
    /// Events only.
    Logs,
    /// Spans only.
    Traces,
}

impl Signals {
    pub(super) fn include(self, signal: Signal) -> bool {
        match self {
            Signals::LogsAndTraces => true,
            Signals::Logs => signal == Signal::Logs,
            Signals::Traces => signal == Signal::Traces,
        }
    }
}

/// One of the two kinds of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signal {
    Logs,
    Traces,
}

impl Signal {
    /// As messages call it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Signal::Logs => "logs",
            Signal::Traces => "traces",
        }
    }

    /// What is added to an endpoint that is that of all signals.
    pub(super) fn path(self) -> &'static str {
        match self {
            Signal::Logs => "v1/logs",
            Signal::Traces => "v1/traces",
        }
    }

    /// The method of the gRPC service.
    #[cfg(feature = "otlp-grpc")]
    pub(super) fn method(self) -> &'static str {
        match self {
            Signal::Logs => "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
            Signal::Traces => "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
        }
    }

    /// How many records an answer says were rejected, and what it says of that.
    pub(super) fn rejected(self, answer: &[u8]) -> Result<(u64, String), DecodeError> {
        let (rejected, message) = match self {
            Signal::Logs => {
                let partial = ExportLogsServiceResponse::decode(answer)?.partial_success;
                let partial = partial.unwrap_or_default();
                (partial.rejected_log_records, partial.error_message)
            }
            Signal::Traces => {
                let partial = ExportTraceServiceResponse::decode(answer)?.partial_success;
                let partial = partial.unwrap_or_default();
                (partial.rejected_spans, partial.error_message)
            }
        };
        Ok((u64::try_from(rejected).unwrap_or(0), message))
    }
}
