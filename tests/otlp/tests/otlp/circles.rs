//! What the client itself logs, through `log` and `tracing`, is not sent by it: each request would make the next one.

use ttlog::info;
use ttlog_integrations::{enable_log_compatibility, enable_tracing_compatibility};
use ttlog_test_otlp::{Collector, Received, Reply};

use crate::support::{flushed, run_child, sink, told_child};

#[test]
fn a_request_is_no_reason_for_another_one() {
    for protocol in ["http/protobuf", "grpc"] {
        let collector = match protocol {
            "grpc" => Collector::grpc(usize::MAX, |_| Reply::Accept),
            _ => Collector::http(|_| Reply::Accept),
        };
        let variables = [("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)];
        let child = "circles::child_that_logs_everything";
        run_child(child, &collector.url(), &variables);
        let scopes = collector.accepted();
        let scopes: Vec<&str> = scopes
            .iter()
            .flat_map(Received::log_records)
            .map(|(scope, _)| scope)
            .collect();
        assert_eq!(scopes, [module_path!(); 3], "{protocol}");
        assert_eq!(collector.requests().len(), 3, "{protocol}");
    }
}

#[test]
#[ignore = "the child of another test"]
fn child_that_logs_everything() {
    let Some(url) = told_child() else { return };
    let handle = ttlog::init()
        .level(ttlog::LogLevel::Trace)
        .stall_timeout(ttlog_test_otlp::PATIENCE)
        // A name, for looking it up is logged, too.
        .sink(sink(url.replace("127.0.0.1", "localhost")).build().unwrap())
        .init();
    enable_log_compatibility();
    enable_tracing_compatibility();
    for _ in 0..3 {
        info!("event");
        let sent = flushed(&handle);
        assert_eq!(sent.dropped, 0);
    }
}
