//! A signal's handler that logs, between any two instructions of spans and events: what it logs is heard or counted, and nothing else is harmed.
#![cfg(unix)]

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use ttlog::sink::Memory;
use ttlog::{FieldValue, LogEvent, RecordKind, Sink, SpanRecords, info, span};

static HANDLED: AtomicU64 = AtomicU64::new(0);

extern "C" fn handle(_signal: libc::c_int) {
    let number = HANDLED.load(Ordering::Relaxed) + 1;
    info!("in the handler", number);
    HANDLED.store(number, Ordering::Relaxed);
}

/// Logs while it is formatted, so that the thread has a ring for what comes in between: a handler must not allocate.
struct Chatty;

impl fmt::Display for Chatty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        info!("inner");
        f.write_str("chatty")
    }
}

fn number(event: &LogEvent, name: &str) -> u64 {
    match event.field(name) {
        Some(FieldValue::U64(number)) => *number,
        other => panic!("{name} of {event:?} is {other:?}"),
    }
}

#[test]
fn a_handler_may_log_at_any_moment_of_a_span() {
    const SIGNALS: u64 = 200;
    let memory = Memory::new();
    let pipeline = ttlog::init()
        .ring_bytes(16 << 20)
        .sink(memory.clone().with_spans(SpanRecords::All))
        .init();
    info!("outer", value = %Chatty);
    // SAFETY: the handler does nothing but log, and the thread has the ring for that.
    unsafe {
        let handler = handle as extern "C" fn(libc::c_int);
        libc::signal(libc::SIGUSR2, handler as libc::sighandler_t);
    }
    // SAFETY: it has no preconditions.
    let this_thread = unsafe { libc::pthread_self() };
    let is_over = AtomicBool::new(false);
    let mut spans = 0;
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for number in 1..=SIGNALS {
                // SAFETY: that thread waits for this one.
                assert_eq!(unsafe { libc::pthread_kill(this_thread, libc::SIGUSR2) }, 0);
                while HANDLED.load(Ordering::Relaxed) < number {
                    std::thread::yield_now();
                }
            }
            is_over.store(true, Ordering::Relaxed);
        });
        while !is_over.load(Ordering::Relaxed) {
            let _span = span!("work", number = spans);
            info!("within", number = spans);
            spans += 1;
        }
    });
    assert!(pipeline.flush());

    let stats = pipeline.stats();
    assert_eq!(
        stats.recorded,
        stats.delivered + stats.overwritten + stats.dropped
    );
    let events = memory.events();
    // Where one was dropped, ttlog tells of it.
    let logged = events.iter().filter(|event| event.target == module_path!());
    assert_eq!(logged.count() as u64, stats.delivered);
    let of = |message: &str| {
        let of_message =
            |event: &&LogEvent| event.kind == RecordKind::Event && event.message == message;
        let events = events.iter().filter(of_message);
        events
            .map(|event| number(event, "number"))
            .collect::<Vec<_>>()
    };
    let handled = of("in the handler");
    assert_eq!(handled.len() as u64 + stats.dropped, SIGNALS);
    assert!(handled.is_sorted_by(|one, next| one < next));
    assert!(of("within").into_iter().eq(0..spans));
    // Each span has begun and ended once.
    let mut open = HashMap::new();
    for event in &events {
        match event.kind {
            RecordKind::SpanBegin => {
                let before = open.insert(number(event, "span_id"), number(event, "number"));
                assert_eq!(before, None);
            }
            RecordKind::SpanEnd => {
                assert!(open.remove(&number(event, "span_id")).is_some());
            }
            _ => {}
        }
    }
    assert!(open.is_empty());
}
