//! Sinks with short pauses, accounts, child processes.

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use ttlog::{SinkStats, Stats, TtlogHandle};
use ttlog_integrations::otlp::{OtlpBuilder, OtlpSink};
use ttlog_test_otlp::{PATIENCE, attributes};

/// Longer than a test lasts.
pub(crate) const FOR_EVER: Duration = Duration::from_secs(1 << 30);

/// A sink that sends on a flush or when it is full, and tries again soon.
pub(crate) fn sink(url: String) -> OtlpBuilder {
    let unit = Duration::from_millis(1);
    OtlpSink::builder()
        .endpoint(url)
        .timeout(PATIENCE)
        .linger(FOR_EVER)
        .retry_pauses(unit, 4 * unit)
}

/// A pipeline that has this sink, and is patient with it.
pub(crate) fn pipeline(builder: OtlpBuilder) -> TtlogHandle {
    ttlog::init()
        .level(ttlog::LogLevel::Trace)
        .capacity(1 << 16)
        .ring_bytes(4 << 20)
        .service("checkout")
        .stall_timeout(PATIENCE)
        .sink(builder.build().expect("the settings make sense"))
        .build()
        .expect("a pipeline")
}

/// What the first sink says after a flush that worked, as soon as one does: every event is accounted for.
pub(crate) fn flushed(handle: &TtlogHandle) -> SinkStats {
    wait_until("the sink is well", || handle.flush());
    account(&handle.stats())
}

fn account(stats: &Stats) -> SinkStats {
    let sink = stats.sinks[0].clone();
    let accounted = sink.delivered + sink.filtered + sink.overwritten + sink.dropped;
    assert_eq!(sink.recorded, accounted, "{stats}");
    sink
}

pub(crate) fn wait_until(what: &str, condition: impl Fn() -> bool) {
    let since = Instant::now();
    while !condition() {
        assert!(since.elapsed() < PATIENCE, "not so: {what}");
        thread::sleep(Duration::from_millis(1));
    }
}

/// Whether it is a time of this test's run, as far as clocks agree.
pub(crate) fn is_recent(time_ns: u64) -> bool {
    u128::from(time_ns.abs_diff(ttlog::now_nanos())) < PATIENCE.as_nanos()
}

/// An attribute that is an integer.
pub(crate) fn number(record: &LogRecord, name: &str) -> i64 {
    match attributes(&record.attributes).remove(name) {
        Some(Some(Value::IntValue(number))) => number,
        other => panic!("{name} is {other:?}"),
    }
}

pub(crate) fn text(text: &str) -> Option<Value> {
    Some(Value::StringValue(text.to_owned()))
}

/// Set in child processes, to what the parent tells them.
const CHILD: &str = "TTLOG_TEST_CHILD";

/// What the parent told; `None` in a process that is no child.
pub(crate) fn told_child() -> Option<String> {
    std::env::var(CHILD).ok()
}

/// Runs an ignored test as a process of its own, with no variables of OpenTelemetry but these; gives what it wrote to stderr.
#[track_caller]
pub(crate) fn run_child(test: &str, told: &str, variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(std::env::current_exe().expect("a path"));
    command.args([test, "--exact", "--ignored", "--nocapture"]);
    for (name, _) in std::env::vars_os() {
        let shown = name.to_string_lossy();
        if shown.starts_with("OTEL_") || shown == "RUST_LOG" {
            command.env_remove(&name);
        }
    }
    let output = command
        .env(CHILD, told)
        .envs(variables.iter().copied())
        .output()
        .expect("a child");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        output.status.success(),
        "{test}: {}\n{stderr}",
        output.status
    );
    stderr
}
