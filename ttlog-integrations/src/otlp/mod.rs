//! [`OtlpSink`]: ttlog's events and spans for OpenTelemetry.
//!
//! | modules | own |
//! |---|---|
//! | `builder`, `environment`, `settings`, `signal` | what is sent, where and how |
//! | `resource`, `attributes`, `value`, `log_record`, `span_record`, `links` | events and spans in the words of OpenTelemetry |
//! | `batch`, `outbox`, `backoff`, `answer`, `retry_info` | records until a server has them |
//! | `transport`, `http`, `grpc`, `tls`, `identity` | the way to the server |
//!
//! The messages are the official ones (`opentelemetry-proto`); the exporters above them are not used: they don't say what a server has rejected, nor how long it
//! wants to be left alone, and bring queues, threads and global state that ttlog has already. Nothing here waits, but for the answer to a request: that what couldn't be sent
//! is tried again, and when, is said to the sink's thread by a [`Setback`]. Meanwhile the recorder is the queue.

mod answer;
mod attributes;
mod backoff;
mod batch;
mod builder;
mod environment;
#[cfg(feature = "otlp-grpc")]
mod grpc;
mod http;
#[cfg(feature = "otlp-tls")]
mod identity;
mod links;
mod log_record;
mod outbox;
mod resource;
#[cfg(feature = "otlp-grpc")]
mod retry_info;
mod settings;
mod signal;
mod span_record;
#[cfg(feature = "otlp-tls")]
mod tls;
mod transport;
mod value;

pub use builder::{OtlpBuilder, OtlpError};
pub use settings::{Compression, Protocol};
pub use signal::Signals;

use std::fmt;
use std::io;

use opentelemetry_proto::tonic::resource::v1::Resource;
use ttlog_core::sink::{ChildSink, Setback, SpanRecords};
use ttlog_core::snapshot::Facts;
use ttlog_core::{EventRef, Filter, Overflow, RecordKind, Sink, SinkOptions, now_nanos};

use crate::crossing;
use backoff::Backoff;
use links::Traces;
use outbox::{Outbox, Unsent};
use settings::Settings;
use signal::Signal;
use transport::Transport;

/// Sends events as logs, and spans as traces, to an OpenTelemetry Collector or what else takes OTLP.
///
/// ```
/// use ttlog_integrations::otlp::OtlpSink;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// // To http://localhost:4318, or where OTEL_EXPORTER_OTLP_ENDPOINT says.
/// let sink = OtlpSink::new()?;
/// // Or as the code says.
/// let sink = OtlpSink::builder().endpoint("http://collector:4318").header("api-key", "…").build()?;
/// let handle = ttlog_core::init().service("checkout").console().sink(sink).build()?;
/// # Ok(())
/// # }
/// ```
///
/// **What arrives.** An event's message is the body of its log; its fields and those of the contexts around it are attributes, with their types; its target is the name of
/// the scope. Source and thread are `code.*` and `thread.*`. Logs have the ids of their trace and span, those that
/// [`TraceParent`](ttlog_core::TraceParent) gives to other services. A span is sent when it has ended: one that failed or panicked has the status *error*; one that was cancelled has not, but
/// says so in `ttlog.outcome`.
///
/// **When a server is slow or gone**, callers never wait. Up to [`batch_bytes`](OtlpBuilder::batch_bytes) are kept here and tried again; what comes meanwhile stays in the
/// recorder, whose [capacity](ttlog_core::TtlogBuilder::capacity) says for how long an outage leaves no gap. After that the oldest events give way, and a log with the field `lost`
/// tells how many, where they would have been. [`with_overflow`](Sink::with_overflow) chooses otherwise. What a server refuses is dropped; both are counted in the sink's
/// statistics, and told once on stderr. A request whose answer was lost is sent again, so a record can arrive twice: OTLP has no way to prevent it.
///
/// A flush sends what is there. A child of `fork` has a connection of its own.
pub struct OtlpSink {
    settings: Settings,
    logs: Outbox,
    traces: Outbox,
    /// Of the process that the sink was started in.
    resource: Resource,
    /// The spans that have ended last.
    ended: Traces,
    /// `None` until there is something to send.
    transport: Option<Box<dyn Transport>>,
    /// That one signal has to wait, which could not be said because the other one had lost something.
    unsaid: Option<io::Error>,
}

impl fmt::Debug for OtlpSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OtlpSink")
            .field("signals", &self.settings.signals)
            .field("protocol", &self.settings.protocol)
            .finish_non_exhaustive()
    }
}

impl OtlpSink {
    /// As the environment says: see [`OtlpBuilder`].
    ///
    /// # Errors
    /// The environment names an endpoint that needs a feature which is off, or a certificate or a key that can't be read.
    pub fn new() -> Result<OtlpSink, OtlpError> {
        OtlpSink::builder().build()
    }

    /// With settings of the code.
    pub fn builder() -> OtlpBuilder {
        OtlpBuilder::default()
    }

    fn new_with(settings: Settings) -> OtlpSink {
        let outbox = |signal| {
            let Settings {
                first_pause,
                longest_pause,
                give_up_after,
                ..
            } = settings;
            let endpoint = match signal {
                Signal::Logs => &settings.logs.endpoint,
                Signal::Traces => &settings.traces.endpoint,
            };
            let backoff = Backoff::new(first_pause, longest_pause, give_up_after);
            Outbox::new(signal, endpoint, backoff)
        };
        OtlpSink {
            logs: outbox(Signal::Logs),
            traces: outbox(Signal::Traces),
            settings,
            resource: Resource::default(),
            ended: Traces::default(),
            transport: None,
            unsaid: None,
        }
    }
}

impl OtlpSink {
    /// Sends logs and spans, as far as that goes.
    fn send(&mut self) -> io::Result<[Result<(), Unsent>; 2]> {
        let transport = match &mut self.transport {
            Some(transport) => transport,
            none => none.insert(transport::new(&self.settings)?),
        };
        let outboxes = [&mut self.logs, &mut self.traces];
        Ok(outboxes.map(|outbox| outbox.send(&mut **transport, &self.resource)))
    }

    /// A loss is said first, and at the next call, which follows at once, what is to wait.
    fn setback_of_both(&mut self, one: Unsent, other: Unsent) -> io::Error {
        match (one, other) {
            (
                Unsent::Lost { events, why },
                Unsent::Lost {
                    events: others,
                    why: _,
                },
            ) => Setback::lost(events + others, why),
            (
                Unsent::Later { pause, why },
                Unsent::Later {
                    pause: other,
                    why: _,
                },
            ) => Setback::retry_in(pause.max(other), why),
            (lost @ Unsent::Lost { .. }, later) | (later, lost) => {
                self.unsaid = Some(setback(later));
                setback(lost)
            }
        }
    }
}

/// The client logs when its connections end, too.
impl Drop for OtlpSink {
    fn drop(&mut self) {
        crossing::outward(|| drop(self.transport.take()));
    }
}

fn setback(unsent: Unsent) -> io::Error {
    match unsent {
        Unsent::Later { pause, why } => Setback::retry_in(pause, why),
        Unsent::Lost { events, why } => Setback::lost(events, why),
    }
}

impl Sink for OtlpSink {
    fn start(&mut self, process: &Facts) -> io::Result<()> {
        self.resource =
            resource::resource(&self.settings.resource, &environment::of_process, process);
        Ok(())
    }

    fn write(&mut self, event: &EventRef<'_>) -> io::Result<()> {
        if self.settings.is_disabled {
            // The options may have been replaced.
            return Ok(());
        }
        let signal = match event.kind() {
            RecordKind::Event => Signal::Logs,
            RecordKind::SpanEnd => Signal::Traces,
            _ => return Ok(()),
        };
        if !self.settings.signals.include(signal) {
            return Ok(());
        }
        let outbox = match signal {
            Signal::Logs => &mut self.logs,
            Signal::Traces => &mut self.traces,
        };
        if outbox.bytes() >= self.settings.batch_bytes {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let (scope, is_counted) = (event.target(), !event.is_synthetic());
        match signal {
            Signal::Logs => {
                let record = log_record::log_record(event, now_nanos());
                outbox.push(scope, &record, is_counted);
            }
            Signal::Traces => {
                let unknown = || io::Error::other("the beginning of a span was lost");
                let record = span_record::span(event, &mut self.ended).ok_or_else(unknown)?;
                outbox.push(scope, &record, is_counted);
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        if let Some(unsaid) = self.unsaid.take() {
            return Err(unsaid);
        }
        // What the client itself logs is not let in: it would be a reason for the next request.
        let [logs, traces] = crossing::outward(|| self.send())?;
        match (logs, traces) {
            (Ok(()), Ok(())) => Ok(()),
            (Err(unsent), Ok(())) | (Ok(()), Err(unsent)) => Err(setback(unsent)),
            (Err(one), Err(other)) => Err(self.setback_of_both(one, other)),
        }
    }

    fn for_child(&self) -> Option<ChildSink> {
        let settings = self.settings.clone();
        Some(ChildSink::new(move || Ok(OtlpSink::new_with(settings))))
    }

    fn name(&self) -> String {
        "otlp".to_owned()
    }

    fn options(&self) -> SinkOptions {
        let is_disabled = self.settings.is_disabled;
        SinkOptions {
            filter: is_disabled.then(|| Filter::parse("off")),
            // A server that is gone must not hold the callers up.
            overflow: Some(Overflow::OverwriteOldest),
            spans: Some(match self.settings.signals {
                _ if is_disabled => SpanRecords::Hidden,
                Signals::Logs => SpanRecords::Hidden,
                Signals::LogsAndTraces | Signals::Traces => SpanRecords::Ends,
            }),
            linger: self.settings.linger,
        }
    }
}
