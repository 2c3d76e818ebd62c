//! Spans as traces, and the events in them.

use std::thread;

use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use ttlog::{Context, Outcome, TraceParent, continue_trace, info, info_span};
use ttlog_integrations::otlp::Signals;
use ttlog_test_otlp::{Collector, Reply, attributes};

use crate::support::{flushed, is_recent, pipeline, sink, text};

/// The flags of spans and links: who has begun the trace records it; whether the parent is of another process is known; it is.
const SAMPLED: u32 = 1;
const KNOWN: u32 = 1 << 8;
const REMOTE: u32 = 1 << 9;

fn find(spans: &[(String, Span)], name: &str) -> Span {
    let mut named = spans.iter().filter(|(_, span)| span.name == name);
    named
        .next()
        .unwrap_or_else(|| panic!("no {name} in {spans:?}"))
        .1
        .clone()
}

#[test]
fn a_span_has_its_times_fields_parent_and_trace() {
    let collector = Collector::http(|_| Reply::Accept);
    let handle = pipeline(sink(collector.url()));
    let inner_place = handle.scope(|| {
        let outer = info_span!("request", user = 7).entered();
        let place = {
            let inner = info_span!("query", table = "users").entered();
            inner.record("rows", 3);
            info!("inside");
            TraceParent::current().unwrap()
        };
        drop(outer);
        info!("outside");
        place
    });
    let sent = flushed(&handle);
    assert_eq!(
        (sent.delivered, sent.dropped),
        (4, 0),
        "two events, two ends"
    );
    let spans = collector.spans();
    assert_eq!(spans.len(), 2);
    assert!(spans.iter().all(|(scope, _)| scope == module_path!()));
    let (outer, inner) = (find(&spans, "request"), find(&spans, "query"));
    assert!(outer.parent_span_id.is_empty());
    assert_eq!(inner.parent_span_id, outer.span_id);
    assert_eq!(inner.trace_id, outer.trace_id);
    assert_eq!(inner.trace_id, inner_place.trace_id.get().to_be_bytes());
    assert_eq!(inner.span_id, inner_place.span_id.get().to_be_bytes());
    assert_eq!((outer.trace_id.len(), outer.span_id.len()), (16, 8));
    for span in [&outer, &inner] {
        let expected = (SpanKind::Internal.into(), SAMPLED | KNOWN);
        assert_eq!((span.kind, span.flags), expected);
        assert!(is_recent(span.start_time_unix_nano) && is_recent(span.end_time_unix_nano));
        assert!(span.start_time_unix_nano < span.end_time_unix_nano);
        assert_eq!(span.status, None);
    }
    assert_eq!(
        attributes(&outer.attributes)["user"],
        Some(Value::IntValue(7))
    );
    let attributes = attributes(&inner.attributes);
    assert_eq!(
        (&attributes["table"], &attributes["rows"]),
        (&text("users"), &Some(Value::IntValue(3)))
    );
    assert_eq!(attributes["code.file.path"], text(file!()));
    let records = collector.log_records();
    let (inside, outside) = (&records[0].1, &records[1].1);
    assert_eq!(
        (&inside.trace_id, &inside.span_id, inside.flags),
        (&inner.trace_id, &inner.span_id, 1)
    );
    assert_eq!((outside.trace_id.len(), outside.span_id.len()), (0, 0));
}

#[test]
fn a_trace_goes_over_threads_and_processes() {
    let collector = Collector::http(|_| Reply::Accept);
    let handle = pipeline(sink(collector.url()));
    let header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    handle.scope(|| {
        continue_trace(header.parse().unwrap(), || {
            let _server = info_span!("server").entered();
            let context = Context::current();
            let handle = &handle;
            thread::scope(|scope| {
                scope.spawn(move || {
                    handle.scope(|| {
                        context.run(|| {
                            let _worker = info_span!("worker").entered();
                            info!("from a worker");
                        });
                    });
                });
            });
        });
    });
    flushed(&handle);
    let spans = collector.spans();
    let (server, worker) = (find(&spans, "server"), find(&spans, "worker"));
    let trace = 0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c_u128.to_be_bytes();
    assert_eq!(
        (&*server.trace_id, &*worker.trace_id),
        (&trace[..], &trace[..])
    );
    assert_eq!(
        server.parent_span_id,
        0xb7ad_6b71_6920_3331_u64.to_be_bytes()
    );
    assert_eq!(worker.parent_span_id, server.span_id);
    assert_eq!(server.flags, SAMPLED | KNOWN | REMOTE);
    assert_eq!(worker.flags, SAMPLED | KNOWN);
    let names: Vec<&String> = worker
        .attributes
        .iter()
        .map(|attribute| &attribute.key)
        .collect();
    assert!(
        !names.iter().any(|name| *name == "trace_id"),
        "the record says it itself: {names:?}"
    );
    let (_, record) = &collector.log_records()[0];
    assert_eq!(
        (&*record.trace_id, &record.span_id),
        (&trace[..], &worker.span_id)
    );
}

#[test]
fn how_a_span_ended_is_its_status() {
    let collector = Collector::http(|_| Reply::Accept);
    let handle = pipeline(sink(collector.url()).signals(Signals::Traces));
    handle.scope(|| {
        let failed = info_span!("failed");
        failed.set_outcome(Outcome::Error);
        let cancelled = info_span!("cancelled");
        cancelled.set_outcome(Outcome::Cancelled);
        drop((failed, cancelled));
        let panicked = std::panic::catch_unwind(|| {
            let _span = info_span!("panicked").entered();
            std::panic::resume_unwind(Box::new("quietly"));
        });
        assert!(panicked.is_err());
        let busy = info_span!("busy");
        busy.in_scope(|| info!("no log is sent"));
    });
    flushed(&handle);
    assert_eq!(collector.log_records(), []);
    let spans = collector.spans();
    let status = |name| {
        find(&spans, name)
            .status
            .map(|status| (status.message, status.code))
    };
    let error = |message: &str| Some((message.to_owned(), StatusCode::Error.into()));
    assert_eq!(status("failed"), error("error"));
    assert_eq!(status("panicked"), error("panicked"));
    assert_eq!((status("cancelled"), status("busy")), (None, None));
    let cancelled = find(&spans, "cancelled");
    assert_eq!(
        attributes(&cancelled.attributes)["ttlog.outcome"],
        text("cancelled")
    );
    let busy = find(&spans, "busy");
    let times = attributes(&busy.attributes);
    let number = |name: &str| match times[name] {
        Some(Value::IntValue(number)) => number as u64,
        ref other => panic!("{name} is {other:?}"),
    };
    let length = busy.end_time_unix_nano - busy.start_time_unix_nano;
    let parts = number("busy_ns") + number("idle_ns");
    assert!(
        parts.abs_diff(length) <= 2,
        "{parts} and {length}: each is rounded"
    );
}

#[test]
fn a_span_that_has_not_ended_is_not_sent_and_its_events_name_it() {
    let collector = Collector::http(|_| Reply::Accept);
    let handle = pipeline(sink(collector.url()));
    let span = handle.scope(|| {
        let span = info_span!("long");
        span.in_scope(|| info!("meanwhile"));
        span
    });
    let sent = flushed(&handle);
    assert_eq!((sent.delivered, collector.spans().len()), (1, 0));
    let (_, record) = &collector.log_records()[0];
    assert_eq!(record.span_id, span.id().unwrap().get().to_be_bytes());
    handle.scope(|| drop(span));
    flushed(&handle);
    assert_eq!(find(&collector.spans(), "long").trace_id, record.trace_id);
}

#[test]
fn a_span_that_follows_from_another_one_is_linked_to_it() {
    let collector = Collector::http(|_| Reply::Accept);
    let handle = pipeline(sink(collector.url()));
    handle.scope(|| {
        let follow = |name: &'static str, id: u64| {
            let span = info_span!("follower", name);
            span.record("follows_from", format!("{id:016x}"));
        };
        let open = info_span!("open");
        follow("of one that is open", open.id().unwrap().get());
        drop(open);
        let ended = info_span!("ended");
        let id = ended.id().unwrap().get();
        drop(ended);
        follow("of one that has ended", id);
        follow("of one that nobody knows", 7);
    });
    flushed(&handle);
    let spans = collector.spans();
    let (open, ended) = (find(&spans, "open"), find(&spans, "ended"));
    let followers = spans.iter().filter(|(_, span)| span.name == "follower");
    let links: Vec<_> = followers
        .map(|(_, span)| {
            let links = span.links.iter();
            let links: Vec<_> = links.map(|link| (&link.trace_id, &link.span_id)).collect();
            (links, attributes(&span.attributes).remove("follows_from"))
        })
        .collect();
    let unknown = Some(text("0000000000000007"));
    assert_eq!(
        links,
        [
            (vec![(&open.trace_id, &open.span_id)], None),
            (vec![(&ended.trace_id, &ended.span_id)], None),
            (vec![], unknown),
        ]
    );
}

#[test]
fn what_is_in_a_trace_that_is_not_sampled_is_not_marked_so() {
    let collector = Collector::http(|_| Reply::Accept);
    let handle = pipeline(sink(collector.url()));
    let header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";
    let ended = handle.scope(|| {
        continue_trace(header.parse().unwrap(), || {
            let span = info_span!("request").entered();
            info!("not sampled");
            span.id().unwrap().get()
        })
        .into_inner()
    });
    handle.scope(|| {
        let _span = info_span!("own", follows_from = %format_args!("{ended:016x}")).entered();
        info!("sampled");
    });
    flushed(&handle);
    let records = collector.log_records();
    let flags: Vec<u32> = records.iter().map(|(_, record)| record.flags).collect();
    assert_eq!(flags, [0, SAMPLED]);
    let spans = collector.spans();
    let (request, own) = (find(&spans, "request"), find(&spans, "own"));
    assert_eq!(
        (request.flags, own.flags),
        (KNOWN | REMOTE, SAMPLED | KNOWN)
    );
    let link = &own.links[0];
    assert_eq!((&link.trace_id, link.flags), (&request.trace_id, KNOWN));
    let flags_again = |attribute: &&str| *attribute == "trace_flags";
    let keys = request.attributes.iter().chain(&records[0].1.attributes);
    assert_eq!(keys.map(|it| &*it.key).find(flags_again), None);
}
