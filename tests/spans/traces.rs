//! Which trace and which span records are in, for their readers and for calls that go out: both have to say the same.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use tokio::runtime::Builder;
use tokio::task::yield_now;
use ttlog::sink::{Memory, SpanRecords};
use ttlog::{
    Context, Instrument, LogEvent, LogLevel, RecordKind, Sink, SnapshotReader, TraceParent,
    TtlogHandle, continue_trace, info, info_span, instrument, with_context,
};

use crate::support::Within;

const REMOTE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

fn remote() -> TraceParent {
    REMOTE.parse().unwrap()
}

/// A pipeline that writes snapshots and whose records are all kept.
struct Stage {
    handle: Arc<TtlogHandle>,
    memory: Memory,
    /// What a call that goes out would have said where an event was logged, by the event's message.
    outgoing: Mutex<Vec<(String, Option<TraceParent>)>>,
    directory: PathBuf,
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

impl Stage {
    fn new() -> Stage {
        static STAGES: AtomicU32 = AtomicU32::new(0);
        let number = STAGES.fetch_add(1, Ordering::Relaxed);
        let directory = format!("ttlog-traces-{}-{number}", std::process::id());
        let directory = std::env::temp_dir().join(directory);
        let memory = Memory::new();
        let handle = ttlog::init()
            .level(LogLevel::Trace)
            .sink(memory.clone().with_spans(SpanRecords::All))
            .snapshot_dir(&directory)
            .build()
            .unwrap();
        Stage {
            handle: Arc::new(handle),
            memory,
            outgoing: Mutex::default(),
            directory,
        }
    }

    /// Logs an event and notes what a call that goes out would say here.
    fn call_out(&self, message: &str) {
        info!("{message}");
        let outgoing = (message.to_owned(), TraceParent::current());
        self.outgoing.lock().unwrap().push(outgoing);
    }

    /// What was recorded, as a sink and a reader of a snapshot have it.
    fn records(&self) -> [Vec<LogEvent>; 2] {
        assert!(self.handle.flush());
        let path = self.handle.snapshot("a test").unwrap();
        let snapshot = SnapshotReader::open(path).unwrap().log_events().unwrap();
        [self.memory.events(), snapshot]
    }

    /// Makes sure that each reader of the events says what the calls that went out have said.
    #[track_caller]
    fn check(&self, events: usize) {
        let outgoing = self.outgoing.lock().unwrap();
        assert_eq!(outgoing.len(), events);
        for records in self.records() {
            for (message, parent) in outgoing.iter() {
                let event = named(&records, message, RecordKind::Event);
                let trace_id = parent.map(|parent| parent.trace_id);
                assert_eq!(event.trace_id, trace_id, "{message}");
                let span_id = parent.map(|parent| parent.span_id);
                assert_eq!(event.parent_span_id, span_id, "{message}");
            }
        }
    }
}

#[track_caller]
fn named<'a>(records: &'a [LogEvent], message: &str, kind: RecordKind) -> &'a LogEvent {
    let is_it = |record: &&LogEvent| record.message == message && record.kind == kind;
    records
        .iter()
        .find(is_it)
        .unwrap_or_else(|| panic!("no {message}"))
}

/// The number of the span that a record is about.
fn own_id(record: &LogEvent) -> u64 {
    match record["span_id"] {
        ttlog::FieldValue::U64(id) => id,
        ref other => panic!("{other:?}"),
    }
}

#[test]
fn a_trace_begins_with_the_outermost_span_and_contexts_are_none() {
    let stage = Stage::new();
    let call_out = |message| stage.call_out(message);
    stage.handle.scope(|| {
        call_out("outside");
        with_context("user", 1, || {
            call_out("in a context of no span");
            let root = info_span!("root").entered();
            assert_eq!(root.trace_parent(), TraceParent::current());
            call_out("in the root");
            with_context("tenant", 2, || {
                call_out("in a context of the root");
                with_context("zone", 3, || call_out("in two contexts"));
                call_out("in the first of them again");
                let inner = info_span!("inner").entered();
                call_out("in the inner one");
                with_context("zone", 3, || call_out("in a context of the inner one"));
                drop(inner);
                call_out("in the first of them once more");
            });
            call_out("in the root again");
        });
        let _other = info_span!("other").entered();
        call_out("in another trace");
    });
    stage.check(11);
    let [records, _] = stage.records();
    let trace = |message| named(&records, message, RecordKind::Event).trace_id;
    assert_eq!(trace("in a context of no span"), None);
    assert_eq!(trace("in the root"), trace("in a context of the inner one"));
    assert_ne!(trace("in the root"), trace("in another trace"));
}

#[test]
fn everything_in_a_trace_from_outside_is_in_it() {
    let stage = Stage::new();
    let call_out = |message| stage.call_out(message);
    let sum = stage.handle.scope(|| {
        let _around = info_span!("around").entered();
        let sum = continue_trace(remote(), || {
            assert_eq!(TraceParent::current(), Some(remote()));
            call_out("directly in it");
            with_context("user", 1, || {
                call_out("in a context of it");
                let _request = info_span!("request").entered();
                call_out("in its span");
                with_context("tenant", 2, || call_out("in a context of its span"));
            });
            1 + 1
        });
        call_out("around again");
        sum
    });
    assert_eq!(*sum, 2);
    stage.check(5);
    for records in stage.records() {
        let request = named(&records, "request", RecordKind::SpanEnd);
        assert_eq!(request.trace_id, Some(remote().trace_id));
        assert_eq!(request.parent_span_id, Some(remote().span_id));
        // And everybody sees from where it comes.
        let event = named(&records, "in a context of its span", RecordKind::Event);
        let text = |name| event.field_in_chain(name).unwrap().to_string();
        assert_eq!(text("trace_id"), "0af7651916cd43dd8448eb211c80319c");
        assert_eq!(text("parent_span_id"), "b7ad6b7169203331");
        let around = named(&records, "around", RecordKind::SpanEnd);
        assert_ne!(around.trace_id, request.trace_id);
        assert_eq!(around.parent_span_id, None);
    }
}

#[test]
fn the_parent_of_a_span_is_a_span_at_its_beginning_and_at_its_end() {
    let stage = Stage::new();
    stage.handle.scope(|| {
        let outer = info_span!("outer").entered();
        let inner = with_context("user", 1, || info_span!("inner")).into_inner();
        drop(outer);
        // It ends where no span is.
        drop(inner);
    });
    for records in stage.records() {
        let outer = own_id(named(&records, "outer", RecordKind::SpanBegin));
        for kind in [RecordKind::SpanBegin, RecordKind::SpanEnd] {
            let inner = named(&records, "inner", kind);
            assert_eq!(inner.parent_span_id.map(u64::from), Some(outer));
            let trace = named(&records, "outer", kind).trace_id;
            assert!(trace.is_some() && inner.trace_id == trace);
        }
    }
}

#[test]
fn a_trace_goes_along_to_other_threads() {
    let stage = Stage::new();
    stage.handle.scope(|| {
        let _root = info_span!("root").entered();
        with_context("user", 1, || {
            let context = Context::current();
            thread::scope(|threads| {
                threads.spawn(|| {
                    let work = || context.run(|| stage.call_out("in another thread"));
                    stage.handle.scope(work);
                    stage.handle.scope(|| stage.call_out("without"));
                });
            });
        });
        let context = continue_trace(remote(), Context::current).into_inner();
        context.run(|| stage.call_out("in the trace, later"));
    });
    stage.check(3);
}

/// What a service does: a trace from outside, a context, spans, and a task of its own.
async fn serve(stage: Arc<Stage>, request: u32) -> u32 {
    let log = |what: &str| stage.call_out(&format!("{request} {what}"));
    let query = async {
        yield_now().await;
        with_context("row", 1, || async {
            yield_now().await;
            log("queried");
        })
        .await;
        let there = Arc::clone(&stage);
        let task = async move {
            yield_now().await;
            there.call_out(&format!("{request} in a task"));
        };
        let task = Within::new(&stage.handle, task.in_current_context());
        tokio::spawn(task).await.unwrap();
    };
    let all = async {
        yield_now().await;
        log("received");
        query.instrument(info_span!("query")).await;
        log("served");
        request
    };
    let in_context = || with_context("request", request, || all);
    continue_trace(trace(request), in_context).await
}

/// A trace from outside for each request.
fn trace(request: u32) -> TraceParent {
    TraceParent {
        trace_id: (u128::from(request) + 1).try_into().unwrap(),
        ..remote()
    }
}

#[test]
fn tasks_that_move_between_threads_stay_in_their_traces() {
    let stage = Arc::new(Stage::new());
    let runtime = Builder::new_multi_thread().worker_threads(4).build();
    runtime.unwrap().block_on(async {
        let tasks: Vec<_> = (0..20)
            .map(|request| {
                let task = serve(Arc::clone(&stage), request);
                tokio::spawn(Within::new(&stage.handle, task))
            })
            .collect();
        for (request, task) in (0..).zip(tasks) {
            assert_eq!(task.await.unwrap(), request);
        }
        Within::new(&stage.handle, async { stage.call_out("after all") }).await;
    });
    stage.check(20 * 4 + 1);
    let [records, _] = stage.records();
    for request in 0..20 {
        for what in ["received", "queried", "in a task", "served"] {
            let message = format!("{request} {what}");
            let event = named(&records, &message, RecordKind::Event);
            assert_eq!(event.trace_id, Some(trace(request).trace_id), "{message}");
        }
    }
    assert_eq!(
        named(&records, "after all", RecordKind::Event).trace_id,
        None
    );
}

#[instrument(parent = parent, skip_all)]
async fn called(stage: &Stage, parent: Option<TraceParent>, number: u32) {
    yield_now().await;
    stage.call_out(&format!("called {number} by {parent:?}"));
}

#[test]
fn a_span_from_outside_may_be_a_parent() {
    let stage = Stage::new();
    let runtime = Builder::new_multi_thread().worker_threads(1).build();
    stage.handle.scope(|| {
        let _around = info_span!("around").entered();
        let child = info_span!(parent: remote(), "child");
        child.in_scope(|| stage.call_out("in the child"));
        let _other = info_span!(parent: &remote(), target: "t", "other").entered();
        stage.call_out("in the other");
        info!(parent: remote(), "an event alone");
        info!(parent: None::<TraceParent>, "in nothing");
        stage.call_out("in the other again");
        let root = info_span!(parent: None::<TraceParent>, "root");
        root.in_scope(|| stage.call_out("in the root"));
    });
    runtime.unwrap().block_on(async {
        for (number, parent) in [(1, Some(remote())), (2, None)] {
            Within::new(&stage.handle, called(&stage, parent, number)).await;
        }
    });
    stage.check(6);
    for records in stage.records() {
        let remote_ids = (Some(remote().trace_id), Some(remote().span_id));
        let ids = |record: &LogEvent| (record.trace_id, record.parent_span_id);
        for name in ["child", "other", "called"] {
            for kind in [RecordKind::SpanBegin, RecordKind::SpanEnd] {
                assert_eq!(ids(named(&records, name, kind)), remote_ids, "{name}");
            }
        }
        let alone = named(&records, "an event alone", RecordKind::Event);
        assert_eq!(ids(alone), remote_ids);
        let nothing = named(&records, "in nothing", RecordKind::Event);
        assert_eq!(ids(nothing), (None, None));
        let root = named(&records, "root", RecordKind::SpanEnd);
        assert!(root.trace_id.is_some() && root.trace_id != Some(remote().trace_id));
        // Of what is around the call, nothing is around the span.
        let event = named(&records, "in the child", RecordKind::Event);
        let names: Vec<_> = event.spans.iter().map(|span| &*span.name).collect();
        assert_eq!(names, ["", "child"]);
        assert_eq!(
            event.field_in_chain("parent_span_id").unwrap().to_string(),
            "b7ad6b7169203331"
        );
        // The contexts of such parents have ended, too.
        let count = |kind| records.iter().filter(|record| record.kind == kind).count();
        let begun = count(RecordKind::ContextBegin);
        assert_eq!((begun, count(RecordKind::ContextEnd)), (4, begun));
    }
}

#[test]
fn a_trace_that_is_not_sampled_goes_on_as_one() {
    let stage = Stage::new();
    let not_sampled = TraceParent {
        sampled: false,
        ..remote()
    };
    let sampled = || TraceParent::current().map(|here| here.sampled);
    stage.handle.scope(|| {
        continue_trace(not_sampled, || {
            assert_eq!(TraceParent::current(), Some(not_sampled));
            let _span = info_span!("request").entered();
            assert_eq!(sampled(), Some(false));
            with_context("user", 1, || assert_eq!(sampled(), Some(false)));
            let context = Context::current();
            thread::scope(|threads| {
                let there = || stage.handle.scope(|| context.run(sampled));
                let there = threads.spawn(there).join();
                assert_eq!(there.unwrap(), Some(false));
            });
            continue_trace(remote(), || assert_eq!(sampled(), Some(true)));
            let other = info_span!(parent: None, "other");
            assert_eq!(other.in_scope(sampled), Some(true));
            assert_eq!(sampled(), Some(false));
        });
        let _after = info_span!("after").entered();
        assert_eq!(sampled(), Some(true));
    });
}

#[test]
fn readers_know_whether_a_trace_is_sampled_where_it_comes_from() {
    let stage = Stage::new();
    let not_sampled = TraceParent {
        sampled: false,
        ..remote()
    };
    stage.handle.scope(|| {
        continue_trace(not_sampled, || {
            info!("directly in it");
            let _request = info_span!("request").entered();
            with_context("user", 1, || info!("in a context of its span"));
            continue_trace(remote(), || info!("in one that is sampled"));
            info!(parent: None, "in none");
        });
        let _child = info_span!(parent: not_sampled, "child").entered();
        info!("in the child of its span");
    });
    let path = stage.handle.snapshot("a test").unwrap();
    let mut snapshot = SnapshotReader::open(path).unwrap();
    let mut told = Vec::new();
    while let Some(record) = snapshot.next_event().unwrap() {
        let message = record.message().to_owned();
        if message == "directly in it" {
            let flags = record.field_in_chain("trace_flags");
            assert!(matches!(flags, Some(ttlog::ValueRef::Str("00"))));
        }
        let same = |place: TraceParent| {
            (Some(place.trace_id), place.sampled) == (record.trace_id(), record.is_sampled())
        };
        let own = record.own_span_id();
        let place = own.and_then(|id| record.trace_parent_of(id));
        assert!(place.is_none_or(same), "{message}");
        if matches!(record.kind(), RecordKind::Event | RecordKind::SpanEnd) {
            told.push((message, record.is_sampled()));
        }
    }
    let expected = [
        ("directly in it", false),
        ("in a context of its span", false),
        ("in one that is sampled", true),
        ("in none", true),
        ("request", false),
        ("in the child of its span", false),
        ("child", false),
    ];
    let expected = expected.map(|(message, is_sampled)| (message.to_owned(), is_sampled));
    assert_eq!(told, expected);
}
