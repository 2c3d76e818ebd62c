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
