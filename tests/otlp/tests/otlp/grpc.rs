//! The same over gRPC.

use std::time::Duration;

use prost::Message;
use tonic::Code;
use ttlog::{info, info_span};
use ttlog_integrations::otlp::{Compression, OtlpBuilder, Protocol};
use ttlog_test_otlp::{Collector, Received, Reply, resource_attribute};

use crate::support::{flushed, number, pipeline, sink, wait_until};

const LARGE: usize = 4 << 20;

fn grpc(collector: &Collector) -> OtlpBuilder {
    sink(collector.url()).protocol(Protocol::Grpc)
}

fn numbers(collector: &Collector) -> Vec<i64> {
    let records = collector.log_records();
    records
        .iter()
        .map(|(_, record)| number(record, "n"))
        .collect()
}

fn at_first(times: usize, reply: Reply) -> impl Fn(&Received) -> Reply {
    move |received| match received.number < times {
        true => reply.clone(),
        false => Reply::Accept,
    }
}

#[test]
fn logs_and_spans_arrive_with_metadata_compressed() {
    let collector = Collector::grpc(LARGE, |_| Reply::Accept);
    let builder = grpc(&collector)
        .header("api-key", "secret")
        .compression(Compression::Gzip);
    let handle = pipeline(builder);
    handle.scope(|| {
        let _span = info_span!("request").entered();
        (0..100).for_each(|n| info!("event", n));
    });
    let sent = flushed(&handle);
    assert_eq!((sent.delivered, sent.dropped, sent.errors), (101, 0, 0));
    assert!(numbers(&collector).into_iter().eq(0..100));
    assert_eq!(collector.spans()[0].1.name, "request");
    for request in collector.accepted() {
        assert_eq!(request.headers["api-key"], "secret");
        assert_eq!(request.headers["grpc-encoding"], "gzip");
        let service = resource_attribute(&request, "service.name");
        assert_eq!(service.as_deref(), Some("checkout"));
    }
    handle.scope(|| info!("event", n = 100));
    assert_eq!(
        flushed(&handle).delivered,
        102,
        "the connection serves again"
    );
}

/// `google.rpc.Status` with a `RetryInfo` of no time at all.
fn retry_info() -> Vec<u8> {
    #[derive(Clone, PartialEq, Message)]
    struct Any {
        #[prost(string, tag = "1")]
        type_url: String,
        #[prost(bytes = "vec", tag = "2")]
        value: Vec<u8>,
    }
    #[derive(Clone, PartialEq, Message)]
    struct Status {
        #[prost(message, repeated, tag = "3")]
        details: Vec<Any>,
    }
    // Its delay is a message without fields.
    let any = Any {
        type_url: "type.googleapis.com/google.rpc.RetryInfo".to_owned(),
        value: vec![0x0a, 0],
    };
    Status { details: vec![any] }.encode_to_vec()
}

#[test]
fn codes_say_whether_it_is_tried_again() {
    for (code, details, is_retried) in [
        (Code::Unavailable, Vec::new(), true),
        (Code::DeadlineExceeded, Vec::new(), true),
        (Code::Aborted, Vec::new(), true),
        (Code::ResourceExhausted, retry_info(), true),
        (Code::InvalidArgument, Vec::new(), false),
        (Code::Unauthenticated, Vec::new(), false),
        (Code::Unimplemented, Vec::new(), false),
        (Code::Internal, Vec::new(), false),
    ] {
        let collector = Collector::grpc(LARGE, at_first(2, Reply::Code(code, "because", details)));
        let handle = pipeline(grpc(&collector));
        handle.scope(|| info!("event", n = 0));
        handle.flush();
        if is_retried {
            wait_until("it has arrived", || numbers(&collector) == [0]);
        }
        let sent = flushed(&handle);
        let expected = if is_retried { (1, 0, 2) } else { (0, 1, 1) };
        assert_eq!(
            (sent.delivered, sent.dropped, sent.errors),
            expected,
            "{code:?}"
        );
    }
}

#[test]
fn what_is_rejected_of_a_request_is_counted() {
    let collector = Collector::grpc(LARGE, |_| Reply::Partial(2, "too old"));
    let handle = pipeline(grpc(&collector));
    handle.scope(|| (0..10).for_each(|n| info!("event", n)));
    let sent = flushed(&handle);
    assert_eq!((sent.delivered, sent.dropped, sent.errors), (8, 2, 1));
}

#[test]
fn a_message_that_is_too_large_is_divided() {
    let collector = Collector::grpc(4 << 10, |_| Reply::Accept);
    let handle = pipeline(grpc(&collector));
    handle.scope(|| (0..100).for_each(|n| info!("event", n)));
    let sent = flushed(&handle);
    assert_eq!((sent.delivered, sent.dropped, sent.errors), (100, 0, 0));
    assert!(numbers(&collector).into_iter().eq(0..100));
    // As servers in Go say it.
    let say = |received: &Received| match received.bytes > 4 << 10 {
        true => Reply::Code(Code::ResourceExhausted, "larger than max", Vec::new()),
        false => Reply::Accept,
    };
    let collector = Collector::grpc(LARGE, say);
    let handle = pipeline(grpc(&collector));
    handle.scope(|| (0..100).for_each(|n| info!("event", n)));
    assert_eq!(flushed(&handle).delivered, 100);
}

#[test]
fn a_server_that_goes_and_comes_back_gets_everything() {
    let collector = Collector::grpc(LARGE, |_| Reply::Accept);
    let address = collector.address();
    let handle = pipeline(grpc(&collector));
    handle.scope(|| (0..100).for_each(|n| info!("event", n)));
    flushed(&handle);
    assert_eq!(numbers(&collector).len(), 100);
    drop(collector);
    handle.scope(|| (100..1_000).for_each(|n| info!("event", n)));
    assert!(!handle.flush());
    let collector = Collector::grpc_at(address, LARGE, |_| Reply::Accept);
    wait_until("the rest arrived", || numbers(&collector).len() >= 900);
    let sent = flushed(&handle);
    assert_eq!((sent.delivered, sent.dropped), (1_000, 0));
    assert!(numbers(&collector).into_iter().eq(100..1_000));
}

#[test]
fn a_server_that_never_answers_is_tried_again() {
    let collector = Collector::grpc(LARGE, at_first(1, Reply::Hang));
    let handle = pipeline(grpc(&collector).timeout(Duration::from_millis(50)));
    handle.scope(|| info!("event", n = 0));
    handle.flush();
    wait_until("it has arrived", || numbers(&collector).contains(&0));
    let sent = flushed(&handle);
    assert_eq!((sent.delivered, sent.dropped), (1, 0));
}

#[test]
fn a_connection_that_the_server_ends_between_requests_is_no_failure() {
    let mut collector = Collector::grpc(LARGE, |_| Reply::Accept);
    let address = collector.address();
    let handle = pipeline(grpc(&collector));
    for n in 0..5 {
        handle.scope(|| info!("event", n));
        let sent = flushed(&handle);
        assert_eq!((sent.delivered, sent.dropped, sent.errors), (n + 1, 0, 0));
        drop(collector);
        collector = Collector::grpc_at(address, LARGE, |_| Reply::Accept);
    }
}
