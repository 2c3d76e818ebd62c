//! What all logs and spans of a process have in common: the resource of OpenTelemetry.

use opentelemetry_proto::tonic::resource::v1::Resource;
use ttlog_core::snapshot::{Facts, fact};

use super::attributes::Attributes;
use super::environment::{self, Variables};

/// The resource of this process. What code says wins, then the environment, then what ttlog knows of the process: its name of the service may be no
/// more than that of the executable.
pub(super) fn resource(
    of_code: &[(String, String)],
    variables: Variables<'_>,
    process: &Facts,
) -> Resource {
    let mut attributes = Attributes::default();
    for (name, value) in of_code.iter().chain(&environment::resource(variables)) {
        attributes.push_text(name, value);
    }
    for (name, fact) in [
        ("service.name", fact::SERVICE),
        ("host.name", fact::HOST),
        ("process.executable.path", fact::EXECUTABLE),
    ] {
        attributes.push_text(name, process.text(fact).unwrap_or_default());
    }
    if let Some(pid) = process.number(fact::PID) {
        attributes.push_integer("process.pid", pid);
    }
    attributes.push_text("telemetry.sdk.name", "ttlog");
    attributes.push_text("telemetry.sdk.language", "rust");
    attributes.push_text("telemetry.sdk.version", env!("CARGO_PKG_VERSION"));
    Resource {
        attributes: attributes.into_vec(),
        ..Resource::default()
    }
}
