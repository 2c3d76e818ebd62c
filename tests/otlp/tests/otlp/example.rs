//! The example, as it is run beside a Collector.

use ttlog_test_otlp::{Collector, Reply};

use crate::support::{run_child, told_child};

#[path = "../../../../ttlog-integrations/examples/otlp.rs"]
mod otlp;

#[test]
fn what_the_example_does_arrives() {
    let collector = Collector::http(|_| Reply::Accept);
    let variables = [("OTEL_EXPORTER_OTLP_ENDPOINT", &*collector.url())];
    run_child("example::child_that_is_the_example", "go", &variables);
    let spans = collector.spans();
    let root = spans
        .iter()
        .find(|(_, span)| span.name == "check_out")
        .unwrap();
    let calls: Vec<_> = spans
        .iter()
        .filter(|(_, span)| span.name == "charge")
        .collect();
    assert_eq!((spans.len(), calls.len()), (4, 3));
    for (_, call) in &calls {
        assert_eq!(
            (&call.trace_id, &call.parent_span_id),
            (&root.1.trace_id, &root.1.span_id)
        );
    }
    let failed = calls.iter().filter(|(_, call)| call.status.is_some());
    assert_eq!(failed.count(), 1);
    // Two charges, an error that `err` logs, a warning.
    assert_eq!(collector.log_records().len(), 4);
}

#[test]
#[ignore = "the child of another test"]
fn child_that_is_the_example() {
    if told_child().is_some() {
        otlp::main().unwrap();
    }
}
