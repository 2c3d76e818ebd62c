//! The standard variables `OTEL_…`, as settings that code leaves open.
//!
//! What can't be understood is told of on stderr and ignored, as OpenTelemetry demands: a variable may be meant for another program.

use std::time::Duration;

use ttlog_core::bridge::report;
use ureq::http::{HeaderMap, HeaderName, HeaderValue, Uri};

use super::settings::{Compression, Protocol};
use super::signal::Signal;

/// Where variables come from; tests have their own.
pub(super) type Variables<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Those of the process.
pub(super) fn of_process(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The value of a variable that is set and not empty.
fn set(variables: Variables<'_>, name: &str) -> Option<String> {
    variables(name).filter(|value| !value.trim().is_empty())
}

/// The value of `OTEL_EXPORTER_OTLP_{SIGNAL}_{name}`, else of `OTEL_EXPORTER_OTLP_{name}`, as `parse` understands it.
fn setting<T>(
    variables: Variables<'_>,
    signal: Signal,
    name: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Option<T> {
    let own = format!("OTEL_EXPORTER_OTLP_{}_{name}", signal.name().to_uppercase());
    let of_all = format!("OTEL_EXPORTER_OTLP_{name}");
    [own, of_all]
        .iter()
        .find_map(|name| understood(name, &set(variables, name)?, &parse))
}

fn understood<T>(name: &str, value: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
    let parsed = parse(value.trim());
    if parsed.is_none() {
        report(&format!("{name}: {value:?} is not understood, and ignored"));
    }
    parsed
}

/// Whether nothing is to be sent at all, whatever the code says.
pub(super) fn is_disabled(variables: Variables<'_>) -> bool {
    let name = "OTEL_SDK_DISABLED";
    let parse = |text: &str| match text.to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    };
    let value = set(variables, name).and_then(|value| understood(name, &value, parse));
    value.unwrap_or(false)
}

/// Where a signal goes.
pub(super) fn endpoint(
    variables: Variables<'_>,
    signal: Signal,
    protocol: Protocol,
) -> Option<Uri> {
    let own = format!(
        "OTEL_EXPORTER_OTLP_{}_ENDPOINT",
        signal.name().to_uppercase()
    );
    let parsed = |name: &str, base| {
        let parse = |text: &str| parse_endpoint(text, base, protocol);
        understood(name, &set(variables, name)?, parse)
    };
    // That of one signal is taken as it is.
    parsed(&own, None).or_else(|| parsed("OTEL_EXPORTER_OTLP_ENDPOINT", Some(signal)))
}

/// The address that a text stands for: that of one signal, or that of all to which the signal's path is added.
pub(super) fn parse_endpoint(text: &str, base: Option<Signal>, protocol: Protocol) -> Option<Uri> {
    let text = text.trim();
    let text = match (protocol, base) {
        (Protocol::HttpProtobuf, Some(signal)) => {
            format!("{}/{}", text.trim_end_matches('/'), signal.path())
        }
        _ => text.to_owned(),
    };
    let uri: Uri = text.parse().ok()?;
    let is_known = matches!(uri.scheme_str(), Some("http" | "https"));
    (is_known && uri.host().is_some_and(|host| !host.is_empty())).then_some(uri)
}

/// What `grpc` stands for; `None` without its feature.
#[cfg(feature = "otlp-grpc")]
const GRPC: Option<Protocol> = Some(Protocol::Grpc);
#[cfg(not(feature = "otlp-grpc"))]
const GRPC: Option<Protocol> = None;

pub(super) fn protocol(variables: Variables<'_>, signal: Signal) -> Option<Protocol> {
    let protocol = setting(variables, signal, "PROTOCOL", |text| match text {
        "http/protobuf" => Some(Some(Protocol::HttpProtobuf)),
        "grpc" => Some(GRPC),
        _ => None,
    })?;
    if protocol.is_none() {
        report(
            "otlp: the environment wants gRPC, which needs the feature `otlp-grpc` of ttlog-integrations; HTTP is used",
        );
    }
    protocol
}

pub(super) fn compression(variables: Variables<'_>, signal: Signal) -> Option<Compression> {
    setting(variables, signal, "COMPRESSION", |text| match text {
        "gzip" => Some(Compression::Gzip),
        "none" => Some(Compression::None),
        _ => None,
    })
}

pub(super) fn timeout(variables: Variables<'_>, signal: Signal) -> Option<Duration> {
    setting(variables, signal, "TIMEOUT", |text| {
        Some(Duration::from_millis(text.parse().ok()?))
    })
}

/// The file that `OTEL_EXPORTER_OTLP_{name}` names.
#[cfg(feature = "otlp-tls")]
pub(super) fn file(
    variables: Variables<'_>,
    signal: Signal,
    name: &str,
) -> Option<std::path::PathBuf> {
    setting(variables, signal, name, |text| Some(text.into()))
}

/// `name=value,name=value`, with values as in URLs.
pub(super) fn headers(variables: Variables<'_>, signal: Signal) -> Option<HeaderMap> {
    setting(variables, signal, "HEADERS", |text| {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs(text)? {
            let name: HeaderName = name.parse().ok()?;
            headers.insert(name, header_value(&value)?);
        }
        Some(headers)
    })
}

/// A value that isn't shown where settings are: it may be a key.
pub(super) fn header_value(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// The attributes of the resource that the environment names; the name of the service is the last, so that it wins.
pub(super) fn resource(variables: Variables<'_>) -> Vec<(String, String)> {
    let name = "OTEL_RESOURCE_ATTRIBUTES";
    let attributes = set(variables, name).and_then(|text| understood(name, &text, pairs));
    let mut attributes = attributes.unwrap_or_default();
    if let Some(service) = set(variables, "OTEL_SERVICE_NAME") {
        attributes.retain(|(name, _)| name != "service.name");
        attributes.push(("service.name".to_owned(), service));
    }
    attributes
}

/// Names and values of a list in the form of W3C Baggage.
fn pairs(text: &str) -> Option<Vec<(String, String)>> {
    let parts = text
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let (name, value) = part.split_once('=')?;
            let (name, value) = (decoded(name.trim())?, decoded(value.trim())?);
            (!name.is_empty()).then_some((name, value))
        })
        .collect()
}

/// A text in which `%` and two hexadecimal digits stand for a byte.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digits = [rest.next()?, rest.next()?];
                let digits = std::str::from_utf8(&digits).ok()?;
                u8::from_str_radix(digits, 16).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &'static str, value: &'static str) -> impl Fn(&str) -> Option<String> {
        move |asked| (asked == name).then(|| value.to_owned())
    }

    #[test]
    fn an_endpoint_of_all_signals_gets_their_paths() {
        let all = of("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318/otlp/");
        let logs = endpoint(&all, Signal::Logs, Protocol::HttpProtobuf).unwrap();
        assert_eq!(logs, "http://collector:4318/otlp/v1/logs");
        let own = of("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://tempo:4318/in");
        let traces = endpoint(&own, Signal::Traces, Protocol::HttpProtobuf).unwrap();
        assert_eq!(traces, "http://tempo:4318/in");
        assert_eq!(endpoint(&own, Signal::Logs, Protocol::HttpProtobuf), None);
    }

    #[test]
    fn what_is_no_endpoint_is_none() {
        for text in [
            "",
            "collector:4318",
            "ftp://collector",
            "http://",
            "http://a b",
        ] {
            assert_eq!(
                parse_endpoint(text, None, Protocol::HttpProtobuf),
                None,
                "{text}"
            );
        }
    }

    #[test]
    fn lists_are_those_of_baggage() {
        let list = of(
            "OTEL_EXPORTER_OTLP_HEADERS",
            "authorization=Basic%20abc==, x-a = b ,",
        );
        let headers = headers(&list, Signal::Logs).unwrap();
        assert_eq!(headers["authorization"], "Basic abc==");
        assert_eq!(
            (&headers["x-a"], headers.len()),
            (&HeaderValue::from_static("b"), 2)
        );
        for wrong in ["novalue", "=x", "a=%4", "a=%zz", "a=%ff"] {
            assert_eq!(pairs(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_name_of_the_service_has_a_variable_of_its_own() {
        let both = |name: &str| match name {
            "OTEL_RESOURCE_ATTRIBUTES" => Some("service.name=a,team=x".to_owned()),
            "OTEL_SERVICE_NAME" => Some("b".to_owned()),
            _ => None,
        };
        let expected = [("team", "x"), ("service.name", "b")];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(resource(&both), expected);
    }

    #[test]
    fn what_is_not_understood_is_ignored() {
        let wrong = of("OTEL_EXPORTER_OTLP_TIMEOUT", "soon");
        assert_eq!(timeout(&wrong, Signal::Logs), None);
        let json = of("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json");
        assert_eq!(protocol(&json, Signal::Traces), None);
        let right = of("OTEL_EXPORTER_OTLP_LOGS_TIMEOUT", "250");
        assert_eq!(
            timeout(&right, Signal::Logs),
            Some(Duration::from_millis(250))
        );
    }
}
