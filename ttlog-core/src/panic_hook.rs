//! The panic hook: records a panic as an event and writes a snapshot with it.
//!
//! The snapshot comes before the previous hook is called, which may end the process, or panic and so abort it; what is said of
//! it on stderr and the flush of the sinks come after. Every wait in here is bounded: for another thread's snapshot, for the snapshot
//! thread, for sinks that are stuck.
//!
//! A thread that is inside of ttlog may hold its locks, so its panic (of an allocator, say) only goes to the previous hook. So does one that ttlog
//! catches: of a value or of a sink.

use std::panic::{self, PanicHookInfo};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::backtrace;
use crate::clock::now_nanos;
use crate::current;
use crate::dispatch;
use crate::event_builder::EventBuilder;
use crate::level::LogLevel;
use crate::logger;
use crate::panic_snapshots;
use crate::pipeline::Pipeline;
use crate::report::panic_message;
use crate::snapshot::SnapshotError;

/// How many bytes of what a panic says are recorded: where it was is to have room, too.
const LONGEST_MESSAGE: usize = 8 << 10;
/// How many characters of what a panic says become the reason of its snapshot.
const LONGEST_REASON: usize = 200;

/// Puts the hook before the one that is there; the first call counts.
pub(crate) fn install() {
    static IS_INSTALLED: AtomicBool = AtomicBool::new(false);
    if IS_INSTALLED.swap(true, Ordering::Relaxed) {
        return;
    }
    let previous = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let recorded = record(info);
        previous(info);
        if let Some(recorded) = recorded {
            if let Some(snapshot) = recorded.snapshot {
                panic_snapshots::tell(&snapshot);
            }
            recorded.pipeline.flush();
        }
    }));
}

/// A panic that was logged.
struct Recorded {
    pipeline: &'static Arc<Pipeline>,
    /// `None` where none was written for it.
    snapshot: Option<Result<PathBuf, SnapshotError>>,
}

fn record(info: &PanicHookInfo<'_>) -> Option<Recorded> {
    if current::is_catching() || current::is_own_thread() || current::is_in_cold_path() {
        return None;
    }
    let pipeline = dispatch::global_here()?;
    let message = panic_message(info.payload());
    let kept = (0..=message.len().min(LONGEST_MESSAGE))
        .rev()
        .find_map(|end| message.get(..end))
        .unwrap_or_default();
    let mut event = EventBuilder::with_capacity(2)
        .level(LogLevel::Critical)
        .target("panic")
        .message(format!("thread panicked: {kept}"));
    if let Some(location) = info.location() {
        event = event
            .location(location.file().to_owned(), location.line())
            .field("location", location.to_string());
    }
    if let Some(backtrace) = backtrace::of_panic() {
        event = event.field("backtrace", backtrace);
    }
    let mut event = event.build();
    event.cut = kept.len() < message.len();
    // The event is in the snapshot below; it needs none of a trigger's.
    pipeline.panics.fetch_add(1, Ordering::Relaxed);
    // Into the pipeline whose snapshot it belongs to, wherever this thread logs; never to a custom logger, whose panic in here would abort.
    logger::emit_to(pipeline, &event);
    if current::with_flow(|flow| flow.is_some_and(|flow| !flow.is_global())) {
        logger::encode(&event);
    }
    if let Some(black_box) = pipeline.registry.black_box() {
        black_box.set_panicked(now_nanos());
    }
    let said: String = message.chars().take(LONGEST_REASON).collect();
    let panic = panic_snapshots::count();
    let snapshot = panic_snapshots::write(pipeline, panic, &format!("panic: {said}"));
    pipeline.panics.fetch_sub(1, Ordering::Relaxed);
    Some(Recorded { pipeline, snapshot })
}
