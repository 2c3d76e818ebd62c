//! Servers that are slow, gone, say no, or nothing that makes sense.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use ttlog::{info, info_span};
use ttlog_test_otlp::{Collector, PATIENCE, Received, Reply};

use crate::support::{
    FOR_EVER, flushed, number, pipeline, run_child, sink, told_child, wait_until,
};

/// The numbers of the events that were taken, in the order in which they came.
fn numbers(collector: &Collector) -> Vec<i64> {
    let records = collector.log_records();
    records
        .iter()
        .map(|(_, record)| number(record, "n"))
        .collect()
}

/// Fails this often, then takes everything.
fn at_first(times: usize, reply: Reply) -> impl Fn(&Received) -> Reply {
    move |received| match received.number < times {
        true => reply.clone(),
        false => Reply::Accept,
    }
}

#[test]
fn what_is_refused_for_now_is_tried_again_and_arrives_once() {
    let after = |seconds: &str| vec![("retry-after", seconds.to_owned())];
    let busy = [
        Reply::Status(429, after("0"), Vec::new()),
        Reply::Status(502, Vec::new(), Vec::new()),
        Reply::Status(
            503,
            after("Sun, 06 Nov 1994 08:49:37 GMT"),
            b"overloaded".into(),
        ),
        Reply::Status(504, Vec::new(), Vec::new()),
    ];
    for reply in busy {
        let collector = Collector::http(at_first(3, reply.clone()));
        let handle = pipeline(sink(collector.url()));
        handle.scope(|| (0..100).for_each(|n| info!("event", n)));
        // It says that the server fails, and the sink goes on by itself.
        handle.flush();
        wait_until("all arrived", || numbers(&collector).len() == 100);
        let sent = flushed(&handle);
        assert_eq!((sent.delivered, sent.dropped), (100, 0), "{reply:?}");
        assert_eq!(sent.errors, 3, "{reply:?}");
        assert!(numbers(&collector).into_iter().eq(0..100), "{reply:?}");
    }
}

#[test]
fn a_server_that_wants_to_be_left_alone_is() {
    let wish = vec![("retry-after", "250".to_owned())];
    let collector = Collector::http(at_first(1, Reply::Status(429, wish, Vec::new())));
    let handle = pipeline(sink(collector.url()));
    handle.scope(|| info!("event", n = 0));
    assert!(!handle.flush());
    wait_until("it has said so", || !handle.stats().sinks[0].healthy);
    assert!(!handle.flush());
    assert!(!handle.flush());
    assert_eq!(collector.requests().len(), 1, "no flush makes it impatient");
    // The end does: what there is, is sent once more.
    drop(handle);
    wait_until("it was tried", || collector.requests().len() > 1);
    assert_eq!(numbers(&collector), [0]);
}

#[test]
fn what_is_refused_for_good_is_dropped_and_counted() {
    let page = || vec![("content-type", "text/html".to_owned())];
    let refusals = [
        Reply::Status(400, Vec::new(), Vec::new()),
        Reply::Status(401, Vec::new(), b"no key".into()),
        Reply::Status(404, page(), b"<html>".into()),
        Reply::Status(302, vec![("location", "/login".to_owned())], Vec::new()),
        // Not what an OTLP server says.
        Reply::Status(200, page(), b"<html>welcome</html>".into()),
        Reply::Status(200, Vec::new(), b"\xff\xff\xff garbage".into()),
    ];
    for reply in refusals {
        let collector = Collector::http(at_first(1, reply.clone()));
        let handle = pipeline(sink(collector.url()));
        handle.scope(|| (0..10).for_each(|n| info!("event", n)));
        let sent = flushed(&handle);
        assert_eq!(
            (sent.delivered, sent.dropped, sent.errors),
            (0, 10, 1),
            "{reply:?}"
        );
        handle.scope(|| info!("event", n = 10));
        assert_eq!(flushed(&handle).delivered, 1);
        assert_eq!(numbers(&collector), [10], "{reply:?}");
        assert_eq!(collector.requests().len(), 2, "{reply:?}");
    }
}

#[test]
fn an_answer_without_a_body_or_of_json_is_one() {
    let json = vec![("content-type", "application/json; charset=utf-8".to_owned())];
    for reply in [
        Reply::Status(200, Vec::new(), Vec::new()),
        Reply::Status(200, json, b"{\"partialSuccess\":{}}".into()),
    ] {
        let collector = Collector::http(move |_| reply.clone());
        let handle = pipeline(sink(collector.url()));
        handle.scope(|| info!("event"));
        let sent = flushed(&handle);
        assert_eq!((sent.delivered, sent.dropped, sent.errors), (1, 0, 0));
    }
}

#[test]
fn what_is_rejected_of_a_request_is_counted() {
    let collector = Collector::http(|received| match received.number {
        0 => Reply::Partial(3, "too old"),
        _ => Reply::Partial(0, "mind your clock"),
    });
    let handle = pipeline(sink(collector.url()));
    handle.scope(|| (0..10).for_each(|n| info!("event", n)));
    let sent = flushed(&handle);
    assert_eq!((sent.delivered, sent.dropped, sent.errors), (7, 3, 1));
    handle.scope(|| info!("event", n = 10));
    let sent = flushed(&handle);
    assert_eq!(
        (sent.delivered, sent.dropped, sent.errors),
        (8, 3, 1),
        "a warning is no failure"
    );
    assert_eq!(collector.requests().len(), 2, "nothing is sent again");
}

#[test]
fn a_connection_that_breaks_is_made_anew() {
    let breaks: [&'static [u8]; 5] = [
        b"",
        b"HTTP/1.1 200 OK\r\ncontent-le",
        b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhal",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        &[0xff; 4096],
    ];
    for bytes in breaks {
        let collector = Collector::http(at_first(2, Reply::Raw(bytes)));
        let handle = pipeline(sink(collector.url()));
        handle.scope(|| (0..10).for_each(|n| info!("event", n)));
        handle.flush();
        wait_until("all arrived", || !numbers(&collector).is_empty());
        let sent = flushed(&handle);
        assert_eq!((sent.delivered, sent.dropped), (10, 0));
        assert!(numbers(&collector).into_iter().eq(0..10));
    }
}

#[test]
fn a_connection_that_the_server_ends_between_requests_is_no_failure() {
    let mut collector = Collector::http(|_| Reply::Accept);
    let address = collector.address();
    let handle = pipeline(sink(collector.url()));
    for n in 0..5 {
        handle.scope(|| info!("event", n));
        let sent = flushed(&handle);
        assert_eq!((sent.delivered, sent.dropped, sent.errors), (n + 1, 0, 0));
        drop(collector);
        collector = Collector::http_at(address, |_| Reply::Accept);
    }
}

#[test]
fn a_server_that_goes_and_comes_back_gets_all_that_there_was_room_for() {
    let collector = Collector::http(|_| Reply::Accept);
    let address = collector.address();
    let handle = pipeline(sink(collector.url()).batch_bytes(4 << 10));
    handle.scope(|| (0..100).for_each(|n| info!("event", n)));
    flushed(&handle);
    let before = numbers(&collector);
    drop(collector);
    handle.scope(|| (100..10_000).for_each(|n| info!("event", n)));
    wait_until("it is noticed", || !handle.stats().sinks[0].healthy);
    let collector = Collector::http_at(address, |_| Reply::Accept);
    wait_until("the rest arrived", || {
        before.len() + numbers(&collector).len() >= 9_900
    });
    let sent = flushed(&handle);
    assert_eq!(
        (sent.delivered, sent.dropped, sent.overwritten),
        (10_000, 0, 0)
    );
    let all: Vec<i64> = before.into_iter().chain(numbers(&collector)).collect();
    assert!(all.into_iter().eq(0..10_000));
}

#[test]
fn a_server_that_never_answers_costs_callers_nothing_and_its_losses_are_told() {
    let hangs = Arc::new(AtomicBool::new(true));
    let does_it = hangs.clone();
    let collector = Collector::http(move |_| match does_it.load(Ordering::Relaxed) {
        true => Reply::Hang,
        false => Reply::Accept,
    });
    let address = collector.address();
    let sink = sink(collector.url()).batch_bytes(16 << 10);
    let handle = ttlog::init()
        .capacity(1)
        .stall_timeout(Duration::from_millis(50))
        .sink(sink.build().unwrap())
        .build()
        .unwrap();
    let (done, is_done) = mpsc::channel();
    let logging = std::thread::spawn(move || {
        handle.scope(|| (0..100_000).for_each(|n| info!("event", n)));
        // Bounded, too.
        assert!(!handle.flush());
        done.send(()).unwrap();
        handle
    });
    is_done
        .recv_timeout(PATIENCE)
        .expect("nobody waits for the server");
    let handle = logging.join().unwrap();
    assert_eq!(handle.stats().recorded, 100_000);
    drop(collector);
    hangs.store(false, Ordering::Relaxed);
    let collector = Collector::http_at(address, |_| Reply::Accept);
    let sent = flushed(&handle);
    assert!(sent.overwritten > 0, "{sent}");
    let records = collector.log_records();
    let is_loss = |scope: &str| scope == "ttlog";
    let told: i64 = records
        .iter()
        .filter(|(scope, _)| is_loss(scope))
        .map(|(_, record)| number(record, "lost"))
        .sum();
    assert_eq!(told as u64, sent.overwritten);
    let arrived = records.iter().filter(|(scope, _)| !is_loss(scope)).count();
    assert_eq!(arrived as u64, sent.delivered);
}

#[test]
fn a_server_that_is_gone_for_too_long_is_given_up_and_told_of_once() {
    let stderr = run_child("troubles::child_without_a_server", "go", &[]);
    let lines: Vec<&str> = stderr
        .lines()
        .filter(|line| line.starts_with("ttlog: sink otlp"))
        .collect();
    let [failed, lost] = lines[..] else {
        panic!("{stderr}");
    };
    assert!(
        failed.starts_with(
            "ttlog: sink otlp could not flush, and tries again: logs to 127.0.0.1:1/v1/logs: "
        ),
        "{failed}"
    );
    assert!(
        lost.starts_with("ttlog: sink otlp has lost 10 events: logs to 127.0.0.1:1/v1/logs: "),
        "{lost}"
    );
}

#[test]
#[ignore = "the child of another test"]
fn child_without_a_server() {
    if told_child().is_none() {
        return;
    }
    let builder = sink("http://127.0.0.1:1".to_owned()).give_up_after(Duration::from_millis(20));
    let handle = pipeline(builder);
    for lost in [10, 20] {
        handle.scope(|| (0..10).for_each(|n| info!("event", n)));
        handle.flush();
        wait_until("it is given up", || handle.stats().sinks[0].dropped == lost);
    }
    // What comes last is given up by the end, which doesn't wait.
    handle.scope(|| info!("event"));
    drop(handle);
}

#[test]
fn logs_arrive_where_traces_are_refused() {
    let collector = Collector::http(|received| match &*received.path {
        "/v1/logs" => Reply::Accept,
        _ => Reply::Status(404, Vec::new(), Vec::new()),
    });
    let handle = pipeline(sink(collector.url()));
    handle.scope(|| {
        let _span = info_span!("span").entered();
        info!("event", n = 0);
    });
    let sent = flushed(&handle);
    assert_eq!(
        (sent.delivered, sent.dropped, numbers(&collector)),
        (1, 1, vec![0])
    );
}

#[test]
fn a_loss_of_one_signal_is_counted_while_the_other_waits() {
    let wish = vec![("retry-after", "250".to_owned())];
    let collector = Collector::http(move |received| match &*received.path {
        "/v1/logs" => Reply::Status(503, wish.clone(), Vec::new()),
        _ => Reply::Status(400, Vec::new(), Vec::new()),
    });
    let handle = pipeline(sink(collector.url()).give_up_after(FOR_EVER));
    handle.scope(|| {
        let _span = info_span!("span").entered();
        info!("event");
    });
    assert!(!handle.flush());
    wait_until("the sink waits", || !handle.stats().sinks[0].healthy);
    let sink = &handle.stats().sinks[0];
    assert_eq!((sink.dropped, sink.delivered, sink.errors), (1, 1, 2));
    assert_eq!(collector.requests().len(), 2);
}
