//! [`OtlpBuilder`]: the settings of an [`OtlpSink`], checked.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use ttlog_core::bridge::report;
use ureq::http::{HeaderMap, HeaderName, Uri};

use super::OtlpSink;
use super::environment::{self, Variables};
use super::settings::{Compression, Protocol, Settings, Target};
use super::signal::{Signal, Signals};

/// A timeout is that of the server's answer, connection and all.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The settings of an [`OtlpSink`].
///
/// | setting | variable of the environment | default |
/// |---|---|---|
/// | [`endpoint`](Self::endpoint) | `OTEL_EXPORTER_OTLP_ENDPOINT` | `http://localhost:4318`, of gRPC `http://localhost:4317` |
/// | [`logs_endpoint`](Self::logs_endpoint) | `OTEL_EXPORTER_OTLP_LOGS_ENDPOINT` | the endpoint's `v1/logs` |
/// | [`traces_endpoint`](Self::traces_endpoint) | `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` | the endpoint's `v1/traces` |
/// | [`header`](Self::header) | `OTEL_EXPORTER_OTLP_HEADERS`, `…_LOGS_HEADERS`, `…_TRACES_HEADERS` | none |
/// | [`timeout`](Self::timeout) | `OTEL_EXPORTER_OTLP_TIMEOUT` (milliseconds), and those of the signals | 10 s |
/// | [`compression`](Self::compression) | `OTEL_EXPORTER_OTLP_COMPRESSION` (`gzip`, `none`), and those of the signals | none |
/// | [`protocol`](Self::protocol) | `OTEL_EXPORTER_OTLP_PROTOCOL` (`http/protobuf`; `grpc` with the feature `otlp-grpc`) | `http/protobuf` |
/// | `certificate` (feature `otlp-tls`) | `OTEL_EXPORTER_OTLP_CERTIFICATE`, and those of the signals | those that browsers trust |
/// | `client_certificate` (feature `otlp-tls`) | `OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE` and `OTEL_EXPORTER_OTLP_CLIENT_KEY`, and those of the signals | none |
/// | [`resource`](Self::resource) | `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES` | the service that the pipeline names, the host, the process |
/// | [`signals`](Self::signals) | | logs and traces |
/// | [`batch_bytes`](Self::batch_bytes) | | 512 KiB |
/// | [`linger`](Self::linger) | | 1 s |
/// | [`retry_pauses`](Self::retry_pauses) | | 250 ms, doubling to 10 s |
/// | [`give_up_after`](Self::give_up_after) | | 5 min |
///
/// What code says wins over the environment; but with `OTEL_SDK_DISABLED=true` nothing is sent, whatever both say.
#[derive(Clone)]
#[must_use = "settings do nothing until `build` is called"]
pub struct OtlpBuilder {
    signals: Signals,
    protocol: Option<Protocol>,
    endpoint: Option<String>,
    logs_endpoint: Option<String>,
    traces_endpoint: Option<String>,
    headers: Vec<(String, String)>,
    timeout: Option<Duration>,
    compression: Option<Compression>,
    #[cfg(feature = "otlp-tls")]
    tls: super::settings::TlsFiles,
    resource: Vec<(String, String)>,
    batch_bytes: usize,
    linger: Duration,
    first_pause: Duration,
    longest_pause: Duration,
    give_up_after: Duration,
}

/// Without what may be secret.
impl fmt::Debug for OtlpBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OtlpBuilder")
            .field("signals", &self.signals)
            .field("protocol", &self.protocol)
            .finish_non_exhaustive()
    }
}

impl Default for OtlpBuilder {
    fn default() -> Self {
        OtlpBuilder {
            signals: Signals::default(),
            protocol: None,
            endpoint: None,
            logs_endpoint: None,
            traces_endpoint: None,
            headers: Vec::new(),
            timeout: None,
            compression: None,
            #[cfg(feature = "otlp-tls")]
            tls: super::settings::TlsFiles::default(),
            resource: Vec::new(),
            batch_bytes: 512 << 10,
            linger: Duration::from_secs(1),
            first_pause: Duration::from_millis(250),
            longest_pause: Duration::from_secs(10),
            give_up_after: Duration::from_secs(300),
        }
    }
}

impl OtlpBuilder {
    /// Where logs and traces go: `http://collector:4318`. Over HTTP, `/v1/logs` and `/v1/traces` are added to it.
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(url.into());
        self
    }

    /// Where logs go, if not where the others do: the whole address, `http://loki:3100/otlp/v1/logs`.
    pub fn logs_endpoint(mut self, url: impl Into<String>) -> Self {
        self.logs_endpoint = Some(url.into());
        self
    }

    /// Where traces go, if not where the others do: the whole address.
    pub fn traces_endpoint(mut self, url: impl Into<String>) -> Self {
        self.traces_endpoint = Some(url.into());
        self
    }

    /// A header that each request has (over gRPC: metadata), a key of the server say. Those of the environment stay, but for one of this name.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// For how long to wait for the answer to a request, the connection included. Zero is without limit, as OpenTelemetry has it.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Whether requests are compressed.
    pub fn compression(mut self, compression: Compression) -> Self {
        self.compression = Some(compression);
        self
    }

    /// A file with the certificates, in PEM, of those who may have signed that of the server; they are trusted in place of those that browsers trust.
    #[cfg(feature = "otlp-tls")]
    pub fn certificate(mut self, path: impl Into<std::path::PathBuf>) -> Self {
        self.tls.authorities = Some(path.into());
        self
    }

    /// The files with the certificate by which the server knows this client, and with its private key, both in PEM. Behind the certificate those between it
    /// and its authority may stand; the key is one without a passphrase. Both may be in one file.
    #[cfg(feature = "otlp-tls")]
    pub fn client_certificate(
        mut self,
        certificate: impl Into<std::path::PathBuf>,
        key: impl Into<std::path::PathBuf>,
    ) -> Self {
        self.tls.identity = Some((certificate.into(), key.into()));
        self
    }

    /// How requests are sent.
    pub fn protocol(mut self, protocol: Protocol) -> Self {
        self.protocol = Some(protocol);
        self
    }

    /// What is sent. A server that fails holds up the other signal, too; where logs and traces go to different servers, two sinks are independent of each
    /// other.
    pub fn signals(mut self, signals: Signals) -> Self {
        self.signals = signals;
        self
    }

    /// An attribute that all logs and spans have in common: `deployment.environment.name`, say.
    pub fn resource(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.resource.push((name.into(), value.into()));
        self
    }

    /// How many bytes of records are sent at once, and kept at most, for each signal; one record may be over it.
    pub fn batch_bytes(mut self, bytes: usize) -> Self {
        self.batch_bytes = bytes;
        self
    }

    /// For how long a record may wait for others to be sent with.
    pub fn linger(mut self, linger: Duration) -> Self {
        self.linger = linger;
        self
    }

    /// How long to wait before a request is tried again: at first, and at the longest. Each pause is twice the one before, less up to a half of it at random.
    pub fn retry_pauses(mut self, first: Duration, longest: Duration) -> Self {
        self.first_pause = first;
        self.longest_pause = longest;
        self
    }

    /// For how long records are tried to be sent before they are dropped, and the next ones tried.
    pub fn give_up_after(mut self, time: Duration) -> Self {
        self.give_up_after = time;
        self
    }

    /// The sink. It connects when there is something to send.
    ///
    /// # Errors
    /// An endpoint or a header makes no sense, an endpoint needs a feature that is off, a certificate or a key can't be read, or these two don't belong together.
    pub fn build(self) -> Result<OtlpSink, OtlpError> {
        let settings = self.settings(&environment::of_process)?;
        if settings.is_disabled {
            report("otlp: OTEL_SDK_DISABLED is true, so nothing is sent");
        }
        Ok(OtlpSink::new_with(settings))
    }

    pub(super) fn settings(self, variables: Variables<'_>) -> Result<Settings, OtlpError> {
        if environment::is_disabled(variables) {
            // What is said besides need not hold where nothing is sent: a certificate may be missing there.
            let defaults = OtlpBuilder::default().settings(&|_| None)?;
            return Ok(Settings {
                is_disabled: true,
                ..defaults
            });
        }
        // One transport serves both signals; where both are sent, the variable of logs decides.
        let first = match self.signals {
            Signals::Traces => Signal::Traces,
            Signals::LogsAndTraces | Signals::Logs => Signal::Logs,
        };
        let protocol = self
            .protocol
            .or_else(|| environment::protocol(variables, first));
        let protocol = protocol.unwrap_or_default();
        let target = |signal| self.target(signal, protocol, variables);
        Ok(Settings {
            is_disabled: false,
            signals: self.signals,
            protocol,
            logs: target(Signal::Logs)?,
            traces: target(Signal::Traces)?,
            batch_bytes: self.batch_bytes,
            linger: self.linger,
            first_pause: self.first_pause,
            longest_pause: self.longest_pause.max(self.first_pause),
            give_up_after: self.give_up_after,
            resource: self.resource,
        })
    }

    fn target(
        &self,
        signal: Signal,
        protocol: Protocol,
        variables: Variables<'_>,
    ) -> Result<Target, OtlpError> {
        let mut headers = environment::headers(variables, signal).unwrap_or_default();
        self.add_headers(&mut headers)?;
        let timeout = self
            .timeout
            .or_else(|| environment::timeout(variables, signal))
            .unwrap_or(TIMEOUT);
        let compression = self
            .compression
            .or_else(|| environment::compression(variables, signal));
        Ok(Target {
            endpoint: self.endpoint_of(signal, protocol, variables)?,
            headers,
            timeout: (!timeout.is_zero()).then_some(timeout),
            compression: compression.unwrap_or_default(),
            #[cfg(feature = "otlp-tls")]
            tls: super::tls::Tls::new(&self.tls, signal, variables)?,
        })
    }

    fn endpoint_of(
        &self,
        signal: Signal,
        protocol: Protocol,
        variables: Variables<'_>,
    ) -> Result<Uri, OtlpError> {
        let own = match signal {
            Signal::Logs => &self.logs_endpoint,
            Signal::Traces => &self.traces_endpoint,
        };
        let of_code = match (own, &self.endpoint) {
            (Some(own), _) => Some((own, None)),
            (None, Some(of_all)) => Some((of_all, Some(signal))),
            (None, None) => None,
        };
        let endpoint = match of_code {
            Some((text, base)) => environment::parse_endpoint(text, base, protocol)
                .ok_or_else(|| OtlpError::Endpoint(text.clone()))?,
            None => environment::endpoint(variables, signal, protocol)
                .unwrap_or_else(|| default_endpoint(signal, protocol)),
        };
        if endpoint.scheme_str() == Some("https") && !cfg!(feature = "otlp-tls") {
            return Err(OtlpError::NoTls(endpoint.to_string()));
        }
        Ok(endpoint)
    }

    fn add_headers(&self, headers: &mut HeaderMap) -> Result<(), OtlpError> {
        for (name, value) in &self.headers {
            let wrong = || OtlpError::Header(name.clone());
            let parsed: HeaderName = name.parse().map_err(|_| wrong())?;
            headers.insert(parsed, environment::header_value(value).ok_or_else(wrong)?);
        }
        Ok(())
    }
}

fn default_endpoint(signal: Signal, protocol: Protocol) -> Uri {
    let text = match protocol {
        Protocol::HttpProtobuf => "http://localhost:4318",
        #[cfg(feature = "otlp-grpc")]
        Protocol::Grpc => "http://localhost:4317",
    };
    environment::parse_endpoint(text, Some(signal), protocol).expect("the default is an address")
}

/// Settings of an [`OtlpSink`] make no sense.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum OtlpError {
    /// This is no address of a server.
    Endpoint(String),
    /// A header of this name can't be: its name or its value has what headers can't have.
    Header(String),
    /// This address needs the feature `otlp-tls`.
    NoTls(String),
    /// This file of certificates can't be read, for this reason.
    Certificate(String, String),
    /// This file has no private key of the client's certificate, for this reason.
    ClientKey(String, String),
    /// This file is the client's certificate, or its key, and the other one isn't named.
    ClientIdentity(String),
}

impl fmt::Display for OtlpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OtlpError::Endpoint(text) => write!(
                f,
                "no endpoint: {text:?}; expected an address such as http://localhost:4318"
            ),
            OtlpError::Header(name) => write!(f, "the header {name:?} can't be sent"),
            OtlpError::Certificate(path, why) => write!(f, "the certificate {path:?}: {why}"),
            OtlpError::ClientKey(path, why) => write!(f, "the client's key {path:?}: {why}"),
            OtlpError::ClientIdentity(path) => write!(
                f,
                "a client needs its certificate and its key; named is {path:?} alone"
            ),
            OtlpError::NoTls(endpoint) => write!(
                f,
                "{endpoint} needs the feature `otlp-tls` of ttlog-integrations"
            ),
        }
    }
}

impl Error for OtlpError {}

#[cfg(test)]
mod tests {
    use ureq::http::HeaderValue;

    use super::*;

    fn none(_name: &str) -> Option<String> {
        None
    }

    #[test]
    fn code_wins_over_the_environment_and_that_over_the_defaults() {
        let variables = |name: &str| match name {
            "OTEL_EXPORTER_OTLP_ENDPOINT" => Some("http://env:1".to_owned()),
            "OTEL_EXPORTER_OTLP_HEADERS" => Some("a=env,b=env".to_owned()),
            "OTEL_EXPORTER_OTLP_COMPRESSION" => Some("gzip".to_owned()),
            _ => None,
        };
        let settings = OtlpBuilder::default().settings(&none).unwrap();
        assert_eq!(settings.logs.endpoint, "http://localhost:4318/v1/logs");
        let settings = OtlpBuilder::default().settings(&variables).unwrap();
        assert_eq!(settings.traces.endpoint, "http://env:1/v1/traces");
        let builder = OtlpBuilder::default()
            .endpoint("http://code:2")
            .traces_endpoint("http://code:3/t")
            .header("A", "code")
            .timeout(Duration::from_secs(1));
        let settings = builder.settings(&variables).unwrap();
        assert_eq!(settings.logs.endpoint, "http://code:2/v1/logs");
        assert_eq!(settings.traces.endpoint, "http://code:3/t");
        assert_eq!(
            (&settings.logs.headers["a"], &settings.logs.headers["b"]),
            (
                &HeaderValue::from_static("code"),
                &HeaderValue::from_static("env")
            )
        );
        assert_eq!(settings.logs.timeout, Some(Duration::from_secs(1)));
        assert_eq!(settings.logs.compression, Compression::Gzip);
    }

    #[test]
    fn a_timeout_of_zero_is_none() {
        let variables = |name: &str| match name {
            "OTEL_EXPORTER_OTLP_TIMEOUT" => Some("0".to_owned()),
            _ => None,
        };
        let timeout = |builder: OtlpBuilder, variables| {
            let settings = builder.settings(variables).unwrap();
            settings.logs.timeout
        };
        assert_eq!(timeout(OtlpBuilder::default(), &variables), None);
        let builder = OtlpBuilder::default().timeout(Duration::ZERO);
        assert_eq!(timeout(builder, &none), None);
        assert_eq!(timeout(OtlpBuilder::default(), &none), Some(TIMEOUT));
    }

    #[test]
    fn what_is_disabled_need_not_make_sense() {
        let disabled = |value: &'static str| {
            let variables = move |name: &str| match name {
                "OTEL_SDK_DISABLED" => Some(value.to_owned()),
                _ => None,
            };
            let builder = OtlpBuilder::default().endpoint("nowhere");
            builder.settings(&variables).map(|it| it.is_disabled)
        };
        for value in ["true", " TRUE "] {
            assert_eq!(disabled(value), Ok(true), "{value}");
        }
        for value in ["", "false", "1", "yes"] {
            assert!(disabled(value).is_err(), "{value}");
        }
    }

    #[test]
    fn mistakes_in_code_are_errors() {
        let error = |builder: OtlpBuilder| builder.settings(&none).unwrap_err().to_string();
        let builder = OtlpBuilder::default;
        assert!(error(builder().endpoint("collector:4318")).contains("expected an address"));
        assert!(error(builder().header("a b", "c")).contains("\"a b\""));
        assert!(error(builder().header("a", "c\r\nd")).contains("\"a\""));
        if !cfg!(feature = "otlp-tls") {
            assert!(error(builder().endpoint("https://collector")).contains("otlp-tls"));
        }
    }
}
