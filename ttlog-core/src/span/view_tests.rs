//! What sinks and readers of snapshots know of the spans that events are in.

use std::thread;

use crate::event::LogEvent;
use crate::metadata::{FieldDef, RecordKind, SPAN_ID};
use crate::sink::testing::TempDir;
use crate::sink::{Memory, SpanRecords};
use crate::span::{NewSpan, Span, SpanSite};
use crate::{
    Context, EventBuilder, LogLevel, Sink, SnapshotReader, TtlogHandle, emit_fast, init,
    with_context,
};

static FIELDS: [FieldDef; 2] = [FieldDef::new(SPAN_ID), FieldDef::new("id")];
static REQUEST: SpanSite = SpanSite::new(
    LogLevel::Info,
    "shop",
    "shop",
    "shop.rs",
    1,
    "request",
    &FIELDS,
);
static QUERY: SpanSite = SpanSite::new(
    LogLevel::Debug,
    "shop::db",
    "shop",
    "shop.rs",
    2,
    "query",
    &FIELDS,
);

fn span(site: &'static SpanSite, id: u64) -> Span {
    // As the macros do it: this registers the site.
    assert!(site.is_enabled(site.begin.metadata().level));
    let (span, mut encoder) = NewSpan::begin(site, 1).unwrap();
    encoder.slot().u64(id);
    span.finish(encoder)
}

fn log(message: &str) {
    let event = EventBuilder::with_capacity(0).level(LogLevel::Info);
    emit_fast(event.message(message.to_owned()).build());
}

/// The chain of an event: `request=1 query=2 user=7`.
fn chain(event: &LogEvent) -> String {
    let spans = event.spans.iter().map(|span| {
        let fields = span.fields.iter().map(|field| match span.is_context {
            true => format!("{}={}", field.key, field.value),
            false => format!("{}={}", span.name, field.value),
        });
        fields.collect::<Vec<_>>().join(",")
    });
    spans.collect::<Vec<_>>().join(" ")
}

fn pipeline(memory: &Memory, directory: &TempDir) -> TtlogHandle {
    init()
        .level(LogLevel::Trace)
        .sink(memory.clone())
        .snapshot_dir(directory.path(""))
        .build()
        .unwrap()
}

fn of_snapshot(handle: &TtlogHandle) -> Vec<LogEvent> {
    let path = handle.snapshot("a test").unwrap();
    SnapshotReader::open(path).unwrap().log_events().unwrap()
}

#[test]
fn an_event_has_the_chain_of_its_place_in_sinks_and_in_snapshots() {
    let (memory, directory) = (Memory::new(), TempDir::new());
    let handle = pipeline(&memory, &directory);
    handle.scope(|| {
        log("outside");
        let request = span(&REQUEST, 1).entered();
        log("in the request");
        with_context("user", 7, || {
            let query = span(&QUERY, 2);
            query.in_scope(|| log("in the query"));
            query.record("rows", 100u32);
            query.in_scope(|| log("in the query, later"));
        });
        drop(request);
        log("outside again");
    });
    assert!(handle.flush());
    let expected = [
        ("outside", ""),
        ("in the request", "request=1"),
        ("in the query", "request=1 user=7 query=2"),
        ("in the query, later", "request=1 user=7 query=2,query=100"),
        ("outside again", ""),
    ];
    for events in [memory.events(), of_snapshot(&handle)] {
        let told = events
            .iter()
            .filter(|event| event.kind == RecordKind::Event);
        let told: Vec<_> = told
            .map(|event| (event.message.as_str(), chain(event)))
            .collect();
        let told: Vec<_> = told
            .iter()
            .map(|(message, chain)| (*message, chain.as_str()))
            .collect();
        assert_eq!(told, expected);
        let ends = events
            .iter()
            .filter(|event| event.kind == RecordKind::SpanEnd);
        let ends: Vec<_> = ends
            .map(|event| (event.message.as_str(), chain(event)))
            .collect();
        assert_eq!(ends[0].0, "query");
        assert_eq!(ends[0].1, "request=1 user=7 query=2,query=100");
        assert_eq!(ends[1], ("request", "request=1".to_owned()));
    }
    let inner = &memory.with_message("in the query")[0];
    assert_eq!(inner.field_in_chain("user"), Some(&7.into()));
    assert_eq!(inner.field_in_chain("id"), Some(&2.into()));
}

#[test]
fn a_chain_goes_on_in_another_thread_also_after_its_beginning_has_ended() {
    let (memory, directory) = (Memory::new(), TempDir::new());
    let handle = pipeline(&memory, &directory);
    let request = handle.scope(|| span(&REQUEST, 1).entered());
    let context = handle.scope(Context::current);
    handle.scope(|| drop(request.exit()));
    let scoped = &handle;
    thread::scope(|threads| {
        threads.spawn(|| {
            scoped.scope(|| {
                context.run(|| {
                    let query = span(&QUERY, 2).entered();
                    log("in another thread");
                    drop(query);
                });
            });
        });
    });
    handle.scope(|| drop(context));
    assert!(handle.flush());
    let event = &memory.with_message("in another thread")[0];
    assert_eq!(chain(event), "request=1  query=2");
}

#[test]
fn a_filter_leaves_lines_out_and_no_chain() {
    let (filtered, quiet, ends) = (Memory::new(), Memory::new(), Memory::new());
    let handle = init()
        .level(LogLevel::Trace)
        .sink(filtered.clone().with_filter("info,shop=off"))
        .sink(quiet.clone().with_spans(SpanRecords::Hidden))
        .sink(ends.clone().with_spans(SpanRecords::Ends))
        .build()
        .unwrap();
    handle.scope(|| {
        let _request = span(&REQUEST, 1).entered();
        with_context("user", 7, || log("here"));
    });
    assert!(handle.flush());
    let kinds = |memory: &Memory| {
        let events = memory.events();
        assert_eq!(chain(&memory.with_message("here")[0]), "request=1 user=7");
        events.iter().map(|event| event.kind).collect::<Vec<_>>()
    };
    assert_eq!(kinds(&filtered), [RecordKind::Event]);
    assert_eq!(kinds(&quiet), [RecordKind::Event]);
    assert_eq!(kinds(&ends), [RecordKind::Event, RecordKind::SpanEnd]);
    for sink in handle.stats().sinks {
        assert_eq!(sink.delivered + sink.filtered, sink.recorded, "{sink}");
    }
}

/// Logs until the recorder has lost its first events many times; `every` is called with each number.
fn fill(handle: &TtlogHandle, every: impl Fn(u64)) {
    for number in 0..10_000 {
        log("filler");
        every(number);
        if number % 1000 == 0 {
            assert!(handle.flush());
        }
    }
}

#[test]
fn a_snapshot_has_the_spans_that_began_long_before_its_first_event() {
    let (memory, directory) = (Memory::with_capacity(1), TempDir::new());
    let handle = init()
        .capacity(1)
        .sink(memory.clone())
        .snapshot_dir(directory.path(""))
        .build()
        .unwrap();
    let mut trace = None;
    handle.scope(|| {
        let request = span(&REQUEST, 1);
        let _entered = request.enter();
        request.record("user", 7u64);
        trace = request.trace_parent();
        with_context("tenant", "acme", || {
            // Others come and go all the time, and what is said of this one changes.
            fill(&handle, |number| {
                request.record("progress", number);
                drop(span(&REQUEST, number));
            });
            log("last");
        });
    });
    assert!(handle.flush());
    let events = of_snapshot(&handle);
    assert!(events.len() > 100 && events.len() < 10_000);
    let fillers = events.iter().filter(|event| event.message == "filler");
    for event in fillers {
        assert_eq!(event.spans.len(), 2, "{event:?}");
        assert_eq!(event.trace_id, trace.map(|trace| trace.trace_id));
        assert_eq!(event.parent_span_id, trace.map(|trace| trace.span_id));
        assert_eq!(event.field_in_chain("user"), Some(&7.into()));
        assert_eq!(
            event.field_in_chain("tenant").unwrap().as_str(),
            Some("acme")
        );
    }
    let last = events.iter().find(|event| event.message == "last").unwrap();
    assert_eq!(last.field_in_chain("progress"), Some(&9_999.into()));
    assert_eq!(handle.stats().forgotten_spans, 0);
}

#[test]
fn spans_that_never_end_take_no_more_room_than_there_is_and_are_counted() {
    let directory = TempDir::new();
    let handle = init()
        .recorder_only()
        .capacity(1)
        .snapshot_dir(directory.path(""))
        .build()
        .unwrap();
    handle.scope(|| {
        let _request = span(&REQUEST, 1).entered();
        let mut spans = Vec::new();
        for number in 0..100_000 {
            spans.push(span(&REQUEST, number));
            if number % 1000 == 0 {
                assert!(handle.flush());
            }
        }
        log("among many");
        let forgotten = handle.stats().forgotten_spans;
        assert!(forgotten > 90_000 && forgotten < 100_000, "{forgotten}");
        // What has others in it is kept longest.
        let events = of_snapshot(&handle);
        let event = events.iter().find(|event| event.message == "among many");
        assert_eq!(chain(event.unwrap()), "request=1");
        drop(spans);
        fill(&handle, |_| ());
        let forgotten = handle.stats().forgotten_spans;
        fill(&handle, |number| drop(span(&REQUEST, number)));
        assert_eq!(handle.stats().forgotten_spans, forgotten);
        let path = handle.snapshot("a test").unwrap();
        let mut reader = SnapshotReader::open(path).unwrap();
        let events = reader.log_events().unwrap();
        assert_eq!(
            chain(&events[events.len() / 2]).split(' ').next(),
            Some("request=1")
        );
        assert_eq!(reader.forgotten_spans(), 0);
    });
}

#[test]
fn guards_that_are_forgotten_take_no_more_room_than_there_is_and_are_counted() {
    let directory = TempDir::new();
    let handle = init()
        .recorder_only()
        .capacity(1)
        .snapshot_dir(directory.path(""))
        .build()
        .unwrap();
    handle.scope(|| {
        // Each is in the one before, for good.
        for number in 0..50_000 {
            std::mem::forget(span(&REQUEST, number).entered());
            if number % 1000 == 0 {
                assert!(handle.flush());
            }
        }
        log("deep inside");
    });
    assert!(handle.flush());
    let forgotten = handle.stats().forgotten_spans;
    assert!(forgotten > 40_000 && forgotten < 50_000, "{forgotten}");
    let events = of_snapshot(&handle);
    let event = events.iter().find(|event| event.message == "deep inside");
    let chain = chain(event.unwrap());
    assert!(chain.ends_with("request=49998 request=49999"), "{chain}");
    assert_eq!(
        chain.split(' ').count(),
        64,
        "the innermost, as many as are shown"
    );
}

/// Holds its sink's thread until it is let go.
#[derive(Clone)]
struct Gate(std::sync::Arc<std::sync::Mutex<()>>, Memory);

impl Sink for Gate {
    fn write(&mut self, event: &crate::EventRef<'_>) -> std::io::Result<()> {
        let _open = self.0.lock().unwrap();
        self.1.write(event)
    }
}

#[test]
fn a_sink_that_was_overtaken_finds_the_spans_again() {
    let (closed, memory) = (std::sync::Arc::default(), Memory::new());
    let gate = Gate(std::sync::Arc::clone(&closed), memory.clone());
    let handle = init()
        .capacity(1)
        .sink(gate.with_overflow(crate::Overflow::OverwriteOldest))
        .sink(Memory::with_capacity(1))
        .build()
        .unwrap();
    handle.scope(|| {
        let held = closed.lock().unwrap();
        log("first");
        // The sink's thread has this one, and stays in it.
        let request = span(&REQUEST, 1).entered();
        for _ in 0..10_000 {
            log("filler");
        }
        drop(held);
        assert!(handle.flush());
        drop(request);
    });
    assert!(handle.stats().sinks[0].overwritten > 0);
    let fillers = memory.with_message("filler");
    assert!(!fillers.is_empty());
    for event in fillers {
        assert_eq!(chain(&event), "request=1");
    }
}

#[cfg(all(feature = "black-box", unix))]
#[test]
fn the_image_of_a_black_box_has_the_spans_that_began_long_before() {
    let directory = TempDir::new();
    let path = directory.path("box");
    let handle = init()
        .recorder_only()
        .capacity(1)
        .snapshot_dir(directory.path(""))
        .black_box(&path)
        .build()
        .unwrap();
    handle.scope(|| {
        let request = span(&REQUEST, 1);
        let _entered = request.enter();
        request.record("user", 7u64);
        fill(&handle, |number| drop(span(&REQUEST, number)));
    });
    // As it would be found if the process had been killed here.
    let image = std::fs::read(&path).unwrap();
    let mut snapshot = Vec::new();
    let image = crate::black_box::ImageFile::from_bytes(&image).unwrap();
    image.recover(&mut snapshot).unwrap();
    let mut reader = SnapshotReader::new(&snapshot[..]).unwrap();
    let events = reader.log_events().unwrap();
    assert!(reader.is_complete(), "{:?}", reader.flaws());
    assert!(events.len() > 100 && events.len() < 10_000);
    for event in events.iter().filter(|event| event.message == "filler") {
        assert_eq!(chain(event), "request=1,request=7");
    }
}
