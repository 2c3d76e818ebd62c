//! An allocator that logs what it does: no deadlock, no endless recursion, no event corrupted.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use ttlog::{EventRef, LogLevel, Sink, SnapshotReader, info, timer, trace};

struct Logging;

static IS_ON: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// Whether this thread logs its allocations: ttlog's own threads would have no end of work.
    static IS_HEARD: Cell<bool> = const { Cell::new(false) };
    static TARGETS: Cell<usize> = const { Cell::new(0) };
}

fn log(what: &str, layout: Layout) {
    if !IS_ON.load(Ordering::Relaxed) || !IS_HEARD.try_with(Cell::get).unwrap_or(false) {
        return;
    }
    let size = layout.size() as u64;
    let _timer = timer!(histogram, "heap, how long");
    info!("heap", what, size);
    let turn = TARGETS.get();
    TARGETS.set(turn.wrapping_add(1));
    let target = ["heap", "pile"][turn % 2];
    trace!(target: target, "heap", what, size);
}

// SAFETY: hands everything on to the system's allocator.
unsafe impl GlobalAlloc for Logging {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        log("alloc", layout);
        // SAFETY: the caller's promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        log("dealloc", layout);
        // SAFETY: the caller's promises.
        unsafe { System.dealloc(pointer, layout) };
    }
}

#[global_allocator]
static ALLOCATOR: Logging = Logging;

/// Keeps numbers and counts; it allocates on a thread that is not heard.
#[derive(Clone, Default)]
struct Kept {
    numbers: Arc<Mutex<Vec<String>>>,
    heap: Arc<Mutex<u64>>,
}

impl Sink for Kept {
    fn write(&mut self, event: &EventRef<'_>) -> io::Result<()> {
        match event.message() {
            "heap" => *self.heap.lock().unwrap() += 1,
            "event" => {
                let number = event.field("n").unwrap();
                self.numbers.lock().unwrap().push(format!("{number:?}"));
            }
            _ => {}
        }
        Ok(())
    }
}

/// Everything an application does, while every allocation of the thread logs.
fn live(kept: &Kept, directory: &std::path::Path) {
    IS_HEARD.set(true);
    // The global pipeline starts inside the first of these calls.
    info!("event", n = 0_u64);
    let handle = ttlog::init()
        .sink(kept.clone())
        .snapshot_dir(directory)
        .filter("info,other=debug")
        .init();
    for n in 1..1_000_u64 {
        let text = n.to_string();
        info!("event", n, text = %text.clone(), debug = ?vec![text]);
    }
    for level in LogLevel::ALL {
        handle.set_level(level);
        ttlog::set_level(level);
    }
    handle.set_filter("trace,some::target=warn").unwrap();
    handle.set_filter("info").unwrap();
    let local = ttlog::init().recorder_only().build().unwrap();
    local.scope(|| info!("event", n = 0_u64));
    drop(local);
    let path = handle.snapshot("all in all").unwrap();
    thread::spawn(|| {
        IS_HEARD.set(true);
        info!("of another thread", list = ?vec![1; 100]);
    })
    .join()
    .unwrap();
    handle.flush();
    let _ = handle.stats();
    IS_HEARD.set(false);

    assert!(handle.flush());
    let stats = handle.stats();
    assert_eq!(
        stats.recorded,
        stats.delivered + stats.overwritten + stats.dropped
    );
    let expected: Vec<String> = (1..1_000).map(|n| format!("U64({n})")).collect();
    assert_eq!(*kept.numbers.lock().unwrap(), expected);
    assert!(*kept.heap.lock().unwrap() > 1_000);
    let mut snapshot = SnapshotReader::open(path).unwrap();
    assert!(!snapshot.log_events().unwrap().is_empty());
}

#[test]
fn an_allocator_may_log() {
    let directory = std::env::temp_dir().join(format!("ttlog-allocator-{}", std::process::id()));
    let kept = Kept::default();
    IS_ON.store(true, Ordering::Relaxed);
    let worker = {
        let (kept, directory) = (kept.clone(), directory.clone());
        thread::spawn(move || live(&kept, &directory))
    };
    let since = std::time::Instant::now();
    while !worker.is_finished() {
        assert!(since.elapsed().as_secs() < 60, "it hangs");
        thread::sleep(std::time::Duration::from_millis(1));
    }
    IS_ON.store(false, Ordering::Relaxed);
    worker.join().unwrap();
    std::fs::remove_dir_all(&directory).unwrap();
}
