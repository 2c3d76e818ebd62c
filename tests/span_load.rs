//! A hundred thousand tasks at once, each in a context and two spans: every event has its own chain, in a sink and in a snapshot, and the memory
//! that readers took for so many spans is given back.
//!
//! Without optimization it is a fifth as many, unless `TTLOG_SPAN_TASKS` says how many.

use std::alloc::{GlobalAlloc, Layout, System};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Barrier;
use ttlog::{
    EventRef, Instrument, LogLevel, Sink, SnapshotReader, SpanInfo, SpanRecords, TtlogHandle,
    ValueRef, info, span, with_context,
};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

static BYTES: AtomicUsize = AtomicUsize::new(0);

/// Counts the bytes that are allocated.
struct Counting;

// SAFETY: the system's allocator, with a counter beside it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        BYTES.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        BYTES.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// What the sink has seen.
#[derive(Clone, Default)]
struct Seen {
    right: Arc<AtomicUsize>,
    wrong: Arc<AtomicUsize>,
}

impl Sink for Seen {
    fn write(&mut self, event: &EventRef<'_>) -> io::Result<()> {
        if event.message() == "filler" {
            return Ok(());
        }
        let counter = if is_in_its_chain(event) {
            &self.right
        } else {
            &self.wrong
        };
        counter.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

/// Whether an event is in the context and the spans of its own task, by their names, fields and numbers.
fn is_in_its_chain(event: &EventRef<'_>) -> bool {
    let number = |value: Option<ValueRef<'_>>| match value {
        Some(ValueRef::U64(number)) => Some(number),
        _ => None,
    };
    let spans: Vec<&SpanInfo> = event.spans().collect();
    let [context, outer, inner] = spans[..] else {
        return false;
    };
    let task = number(event.field("task"));
    let is_of_task = |span: &SpanInfo, name: &str, field: &str| {
        span.name == name && task.is_some() && number(span.field(field)) == task
    };
    context.is_context
        && is_of_task(context, "", "request")
        && is_of_task(outer, "outer", "task")
        && is_of_task(inner, "inner", "task")
        && context.parent.is_none()
        && outer.parent == Some(context.id)
        && inner.parent == Some(outer.id)
        && event.span_id() == Some(inner.id)
        && number(event.field("inner")) == Some(inner.id.get())
}

/// The moments at which all tasks wait for each other, and the last two of them for the test.
struct Moments {
    all_there: Barrier,
    all_logged: Barrier,
    snapshot_taken: Barrier,
}

async fn task(task: u64, moments: Arc<Moments>) {
    with_context("request", task, || async move {
        let outer = span!(LogLevel::Info, "outer", task);
        let work = async move {
            let span = span!(LogLevel::Info, "inner", task);
            let inner = span.id().map_or(0, |id| id.get());
            let work = async move {
                moments.all_there.wait().await;
                info!(task, inner, "among all");
                moments.all_logged.wait().await;
                moments.snapshot_taken.wait().await;
                info!(task, inner, "after the snapshot");
            };
            work.in_span(span).await;
        };
        work.in_span(outer).await;
    })
    .await;
}

/// Runs so many tasks at once, and takes a snapshot while all of them are there; gives how many bytes were allocated then.
async fn wave(handle: &TtlogHandle, tasks: usize, seen: &Seen) -> usize {
    let before = seen.right.load(Ordering::Relaxed);
    let moments = Arc::new(Moments {
        all_there: Barrier::new(tasks),
        all_logged: Barrier::new(tasks + 1),
        snapshot_taken: Barrier::new(tasks + 1),
    });
    let running: Vec<_> = (0..tasks as u64)
        .map(|number| tokio::spawn(task(number, moments.clone())))
        .collect();
    moments.all_logged.wait().await;
    assert!(handle.flush());
    let bytes = BYTES.load(Ordering::Relaxed);
    let path = handle.snapshot("all are there").unwrap();
    moments.snapshot_taken.wait().await;
    for task in running {
        task.await.unwrap();
    }
    assert!(handle.flush());

    assert_eq!(seen.wrong.load(Ordering::Relaxed), 0);
    assert_eq!(seen.right.load(Ordering::Relaxed) - before, 2 * tasks);
    let mut reader = SnapshotReader::open(&path).unwrap();
    let mut found = 0;
    while let Some(event) = reader.next_event().unwrap() {
        if event.message() == "among all" {
            assert!(is_in_its_chain(&event), "{event:?}");
            found += 1;
        }
    }
    assert_eq!(found % tasks, 0);
    assert!(found >= tasks);
    let stats = handle.stats();
    assert_eq!(
        (stats.forgotten_spans, stats.sinks[0].forgotten_spans),
        (0, 0)
    );
    bytes
}

/// Logs until the recorder has nothing else; gives how many bytes are allocated then.
fn fill(handle: &TtlogHandle) -> usize {
    let text = "x".repeat(4096);
    for _ in 0..2 * RECORDER_BYTES / text.len() {
        info!(text, "filler");
    }
    assert!(handle.flush());
    BYTES.load(Ordering::Relaxed)
}

const RECORDER_BYTES: usize = 32 << 20;
/// Twice what all beginnings take.
const SPAN_BYTES: usize = 32 << 20;

#[test]
fn each_event_of_many_tasks_at_once_has_its_own_chain() {
    let tasks = std::env::var("TTLOG_SPAN_TASKS");
    let usual = if cfg!(debug_assertions) {
        20_000
    } else {
        100_000
    };
    let tasks = tasks.map_or(usual, |tasks| tasks.parse().unwrap());
    let directory = std::env::temp_dir().join(format!("ttlog-span-load-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let seen = Seen::default();
    let handle = ttlog::init()
        .capacity_bytes(RECORDER_BYTES)
        .span_bytes(SPAN_BYTES)
        .sink(seen.clone().with_spans(SpanRecords::Hidden))
        .snapshot_dir(&directory)
        .init();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap();
    // All threads have their rings, and all tables their least room.
    runtime.block_on(wave(&handle, 1000, &seen));
    let before = fill(&handle);
    let at_once = runtime.block_on(wave(&handle, tasks, &seen));
    let after = fill(&handle);
    std::fs::remove_dir_all(&directory).unwrap();

    let grown = at_once.saturating_sub(before);
    let kept = after.saturating_sub(before);
    // With what is the tasks' own.
    assert!(grown > 500 * tasks, "{grown}");
    assert!(kept < 1 << 20, "{kept} of {grown} bytes are kept");
}
