//! Events as logs: every field of a record, the resource, the environment.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use opentelemetry_proto::tonic::common::v1::any_value::Value;
use ttlog::{EventBuilder, LogLevel, critical, debug, error, info, trace, warn};
use ttlog_integrations::otlp::{Compression, Signals};
use ttlog_test_otlp::{Collector, Reply, attributes, resource_attribute};

use crate::support::{flushed, is_recent, number, pipeline, run_child, sink, text, told_child};

#[derive(Debug)]
struct Refused(std::num::ParseIntError);

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("card refused")
    }
}

impl std::error::Error for Refused {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

#[test]
fn an_event_is_a_log_record_with_all_that_is_known_of_it() {
    let collector = Collector::http(|_| Reply::Accept);
    let handle = pipeline(sink(collector.url()));
    let line = line!() + 2;
    handle.scope(|| {
        warn!(name: "card_checked", attempt = 3, "card {} refused", 7);
    });
    let sent = flushed(&handle);
    assert_eq!((sent.delivered, sent.dropped, sent.errors), (1, 0, 0));
    let records = collector.log_records();
    let [(scope, record)] = &records[..] else {
        panic!("{records:?}");
    };
    assert_eq!(scope, module_path!());
    assert!(is_recent(record.time_unix_nano) && is_recent(record.observed_time_unix_nano));
    assert_eq!(
        (record.severity_number, &*record.severity_text),
        (13, "WARN")
    );
    let body = record.body.clone().and_then(|body| body.value);
    assert_eq!(body, text("card 7 refused"));
    assert_eq!(record.event_name, "card_checked");
    assert_eq!(
        (&*record.trace_id, &*record.span_id, record.flags),
        (&[][..], &[][..], 0)
    );
    let attributes = attributes(&record.attributes);
    assert_eq!(attributes["attempt"], Some(Value::IntValue(3)));
    assert_eq!(attributes["code.file.path"], text(file!()));
    assert_eq!(
        attributes["code.line.number"],
        Some(Value::IntValue(line.into()))
    );
    assert!(matches!(
        attributes["thread.id"],
        Some(Value::IntValue(1..))
    ));
    let name = std::thread::current().name().map(str::to_owned);
    assert_eq!(attributes["thread.name"], text(&name.unwrap()));
    assert_eq!(attributes.len(), 5, "{attributes:?}");
}

#[test]
fn levels_are_severities() {
    let collector = Collector::http(|_| Reply::Accept);
    let handle = pipeline(sink(collector.url()));
    handle.scope(|| {
        trace!("t");
        debug!("d");
        info!("i");
        warn!("w");
        error!("e");
        critical!("c");
    });
    flushed(&handle);
    let records = collector.log_records();
    let severities = records
        .iter()
        .map(|(_, record)| (record.severity_number, &*record.severity_text));
    let expected = [
        (1, "TRACE"),
        (5, "DEBUG"),
        (9, "INFO"),
        (13, "WARN"),
        (17, "ERROR"),
        (21, "CRITICAL"),
    ];
    assert!(severities.eq(expected), "{records:?}");
}

#[test]
fn values_keep_their_types() {
    let collector = Collector::http(|_| Reply::Accept);
    let handle = pipeline(sink(collector.url()));
    let refused = Refused("x".parse::<u8>().unwrap_err());
    let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
    handle.scope(|| {
        info!(
            "all",
            signed = -1_i64,
            unsigned = 7_u64,
            largest = u64::MAX,
            wide = i128::MIN,
            near = 5_u128,
            float = 0.5_f64,
            narrow = 0.25_f32,
            yes = true,
            letter = 'ß',
            word = "literal",
            bytes = &[0_u8, 255][..],
            elapsed = Duration::from_millis(1500),
            missing = None::<u8>,
            address,
            debug = ?Some(1),
            display = %address,
            error = &refused as &(dyn std::error::Error + 'static),
        );
    });
    flushed(&handle);
    let (_, record) = &collector.log_records()[0];
    let mut found = attributes(&record.attributes);
    found.retain(|name, _| !name.starts_with("code.") && !name.starts_with("thread."));
    let expected = [
        ("signed", Some(Value::IntValue(-1))),
        ("unsigned", Some(Value::IntValue(7))),
        ("largest", text("18446744073709551615")),
        ("wide", text("-170141183460469231731687303715884105728")),
        ("near", Some(Value::IntValue(5))),
        ("float", Some(Value::DoubleValue(0.5))),
        ("narrow", Some(Value::DoubleValue(0.25))),
        ("yes", Some(Value::BoolValue(true))),
        ("letter", text("ß")),
        ("word", text("literal")),
        ("bytes", Some(Value::BytesValue(vec![0, 255]))),
        ("elapsed", Some(Value::DoubleValue(1.5))),
        ("missing", None),
        ("address", text("127.0.0.1")),
        ("debug", text("Some(1)")),
        ("display", text("127.0.0.1")),
        ("error", text("card refused: invalid digit found in string")),
        ("exception.message", text("card refused")),
    ];
    assert_eq!(found, expected.into());
}

#[test]
fn contexts_and_events_by_hand_are_attributes_each_name_once() {
    let collector = Collector::http(|_| Reply::Accept);
    let handle = pipeline(sink(collector.url()));
    handle.scope(|| {
        ttlog::with_context("request", 1, || {
            ttlog::with_context("request", 2, || info!("inner", user = 7));
            info!("own", request = 3);
        });
        let event = EventBuilder::with_capacity(2)
            .level(LogLevel::Info)
            .target("billing")
            .message("by hand")
            .field("a", 1)
            .field("a", 2);
        ttlog::emit_fast(event.build());
    });
    flushed(&handle);
    let records = collector.log_records();
    let of = |message: &str| {
        let has_it = |record: &opentelemetry_proto::tonic::logs::v1::LogRecord| {
            record.body.clone().and_then(|body| body.value) == text(message)
        };
        records.iter().find(|(_, record)| has_it(record)).unwrap()
    };
    assert_eq!(
        (
            number(&of("inner").1, "user"),
            number(&of("inner").1, "request")
        ),
        (7, 2)
    );
    assert_eq!(number(&of("own").1, "request"), 3);
    assert_eq!(
        (&*of("by hand").0, number(&of("by hand").1, "a")),
        ("billing", 1)
    );
}

#[test]
fn code_says_where_and_how() {
    let collector = Collector::http(|_| Reply::Accept);
    let builder = sink("http://127.0.0.1:1".to_owned())
        .logs_endpoint(format!("{}/in/logs", collector.url()))
        .header("api-key", "secret")
        .compression(Compression::Gzip)
        .resource("deployment.environment.name", "test")
        .signals(Signals::Logs);
    let handle = pipeline(builder);
    handle.scope(|| {
        let _span = ttlog::info_span!("hidden").entered();
        (0..100).for_each(|n| info!("event", n));
    });
    let sent = flushed(&handle);
    assert_eq!(
        (sent.delivered, sent.filtered),
        (100, 2),
        "spans are not for it"
    );
    let requests = collector.accepted();
    assert_eq!((requests.len(), &*requests[0].path), (1, "/in/logs"));
    assert_eq!(requests[0].headers["api-key"], "secret");
    let compressed: usize = requests[0].headers["content-length"].parse().unwrap();
    assert!(compressed * 4 < requests[0].bytes);
    let attribute = |name| resource_attribute(&requests[0], name);
    assert_eq!(
        attribute("deployment.environment.name").as_deref(),
        Some("test")
    );
    assert_eq!(attribute("service.name").as_deref(), Some("checkout"));
    assert_eq!(attribute("telemetry.sdk.name").as_deref(), Some("ttlog"));
    let pid = attribute("process.pid").unwrap();
    assert_eq!(pid, format!("IntValue({})", std::process::id()));
}

#[test]
fn the_environment_says_where_and_who() {
    let collector = Collector::http(|_| Reply::Accept);
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &*collector.url()),
        ("OTEL_EXPORTER_OTLP_HEADERS", "api-key=a%20key"),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "brotli"),
        // No limit.
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "0"),
        ("OTEL_SERVICE_NAME", "shop"),
        ("OTEL_RESOURCE_ATTRIBUTES", "host.name=rack7,team=blue"),
    ];
    let stderr = run_child("content::child_of_the_environment", "go", &variables);
    let report = "ttlog: OTEL_EXPORTER_OTLP_COMPRESSION: \"brotli\" is not understood, and ignored";
    assert!(stderr.contains(report), "{stderr}");
    let requests = collector.accepted();
    assert_eq!(
        requests.len(),
        2,
        "a request for logs and one for spans, at the end of the process"
    );
    for request in &requests {
        assert_eq!(request.headers["api-key"], "a key");
        let attribute = |name| resource_attribute(request, name);
        assert_eq!(attribute("service.name").as_deref(), Some("shop"));
        assert_eq!(attribute("host.name").as_deref(), Some("rack7"));
        assert_eq!(attribute("team").as_deref(), Some("blue"));
    }
    assert_eq!(
        (collector.log_records().len(), collector.spans().len()),
        (1, 1)
    );
}

#[test]
fn nothing_is_sent_where_the_environment_disables_it() {
    let collector = Collector::http(|_| Reply::Accept);
    let variables = [
        ("OTEL_SDK_DISABLED", "true"),
        ("OTEL_EXPORTER_OTLP_CERTIFICATE", "/no/such/file"),
    ];
    let stderr = run_child(
        "content::child_that_is_disabled",
        &collector.url(),
        &variables,
    );
    let reports = stderr.matches("ttlog: otlp: OTEL_SDK_DISABLED is true");
    assert_eq!(reports.count(), 1, "{stderr}");
    assert_eq!(collector.requests().len(), 0);
}

#[test]
#[ignore = "the child of another test"]
fn child_that_is_disabled() {
    let Some(url) = told_child() else { return };
    let handle = pipeline(sink(url));
    handle.scope(|| {
        let _span = ttlog::info_span!("work").entered();
        info!("logged");
    });
    let sent = flushed(&handle);
    assert_eq!((sent.recorded, sent.filtered), (3, 3));
}

#[test]
#[ignore = "the child of another test"]
fn child_of_the_environment() {
    if told_child().is_none() {
        return;
    }
    let sink = ttlog_integrations::otlp::OtlpSink::builder();
    let sink = sink.linger(crate::support::FOR_EVER).build().unwrap();
    // What is left to the end of the process: no flush, and the handle isn't dropped.
    std::mem::forget(ttlog::init().service("checkout").sink(sink).init());
    let _span = ttlog::info_span!("work").entered();
    info!("logged");
    drop(_span);
    std::process::exit(0);
}
