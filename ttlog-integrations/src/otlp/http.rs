//! [`Http`]: OTLP over HTTP.

use std::io::Write;
use std::time::SystemTime;

use flate2::write::GzEncoder;
use prost::Message;
use ureq::http::{HeaderValue, Response, StatusCode, header};
use ureq::{Agent, Body};

use super::answer::{Answer, RpcStatus, retry_after, shown};
use super::settings::{Compression, Settings, Target};
use super::signal::Signal;
use super::transport::Transport;

/// The longest answer that is read, in bytes.
const LONGEST_ANSWER: u64 = 64 << 10;
const PROTOBUF: &str = "application/x-protobuf";

/// A client for each signal.
#[derive(Debug)]
pub(super) struct Http {
    logs: Client,
    traces: Client,
}

/// Keeps a connection for the next request.
#[derive(Debug)]
struct Client {
    agent: Agent,
    target: Target,
}

impl Http {
    pub(super) fn new(settings: &Settings) -> Http {
        Http {
            logs: Client::new(&settings.logs),
            traces: Client::new(&settings.traces),
        }
    }
}

impl Client {
    fn new(target: &Target) -> Client {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            // A redirect would make a GET of what is sent.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(concat!("ttlog/", env!("CARGO_PKG_VERSION")));
        #[cfg(feature = "otlp-tls")]
        let config = config.tls_config(target.tls.for_http());
        Client {
            agent: config.build().into(),
            target: target.clone(),
        }
    }
}

impl Transport for Http {
    fn send(&mut self, signal: Signal, request: Vec<u8>) -> Answer {
        let Client { agent, target } = match signal {
            Signal::Logs => &self.logs,
            Signal::Traces => &self.traces,
        };
        let mut builder = agent
            .post(&target.endpoint)
            .header(header::CONTENT_TYPE, PROTOBUF);
        for (name, value) in &target.headers {
            builder = builder.header(name, value);
        }
        let body = match target.compression {
            Compression::None => request,
            Compression::Gzip => {
                builder = builder.header(header::CONTENT_ENCODING, "gzip");
                gzip(&request)
            }
        };
        let sent = builder
            .config()
            .timeout_global(target.timeout)
            .build()
            .send(&body);
        match sent {
            Ok(mut response) => answer(signal, &mut response),
            Err(error) => failed(&error),
        }
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.expect("memory takes all that is written")
}

fn answer(signal: Signal, response: &mut Response<Body>) -> Answer {
    let status = response.status();
    let header = |name| response.headers().get(name).map(HeaderValue::to_str)?.ok();
    let after = header(header::RETRY_AFTER).and_then(|text| retry_after(text, SystemTime::now()));
    let kind = header(header::CONTENT_TYPE).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_owned();
    let body = response
        .body_mut()
        .with_config()
        .limit(LONGEST_ANSWER)
        .read_to_vec();
    match status {
        _ if status.is_success() => match body {
            Ok(body) => accepted(signal, status, &kind, &body),
            // It may or may not have them.
            Err(error) => Answer::try_later(format!("no whole answer: {error}")),
        },
        StatusCode::TOO_MANY_REQUESTS
        | StatusCode::BAD_GATEWAY
        | StatusCode::SERVICE_UNAVAILABLE
        | StatusCode::GATEWAY_TIMEOUT => Answer::TryLater {
            after,
            why: told(status, &kind, &body.unwrap_or_default()),
        },
        StatusCode::PAYLOAD_TOO_LARGE => Answer::TooLarge(status.to_string()),
        _ => Answer::Refused(told(status, &kind, &body.unwrap_or_default())),
    }
}

/// A status that says yes is an answer of an OTLP server only if the body may be one: a web site at the same port says yes to everything.
fn accepted(signal: Signal, status: StatusCode, kind: &str, body: &[u8]) -> Answer {
    let partial = match kind {
        PROTOBUF | "" => signal.rejected(body).ok(),
        "application/json" => Some((0, String::new())),
        _ if body.is_empty() => Some((0, String::new())),
        _ => None,
    };
    match partial {
        Some((rejected, why)) => Answer::Accepted { rejected, why },
        None => {
            let kind = if kind.is_empty() { "something" } else { kind };
            Answer::Refused(format!(
                "answered {status} with {kind}, which is no answer of OTLP"
            ))
        }
    }
}

fn told(status: StatusCode, kind: &str, body: &[u8]) -> String {
    let message = match kind {
        PROTOBUF => RpcStatus::decode(body).unwrap_or_default().message,
        _ => String::from_utf8_lossy(body).into_owned(),
    };
    match shown(&message) {
        message if message.is_empty() => format!("answered {status}"),
        message => format!("answered {status}: {message}"),
    }
}

/// What can't be mended by trying again is a mistake in the settings.
fn failed(error: &ureq::Error) -> Answer {
    let why = error.to_string();
    match error {
        ureq::Error::BadUri(_) | ureq::Error::Http(_) | ureq::Error::InvalidProxyUrl => {
            Answer::Refused(why)
        }
        _ => Answer::try_later(why),
    }
}
