//! The panic hook: records a panic as an event and writes a snapshot that ends with it.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic::{self, PanicHookInfo};
use std::sync::Once;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::clock::now_nanos;
use crate::current;
use crate::dispatch;
use crate::event_builder::EventBuilder;
use crate::level::LogLevel;
use crate::logger;
use crate::report::{panic_message, report};

/// Panics that follow a snapshot more closely than this, in nanoseconds, write none of their own.
const LEAST_INTERVAL_NS: u64 = 1_000_000_000;

/// Puts the hook in front of the one that is there, which is called first; the first call counts.
pub(crate) fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            previous(info);
            record(info);
        }));
    });
}

fn record(info: &PanicHookInfo<'_>) {
    let Some(pipeline) = dispatch::global_here() else {
        return;
    };
    // ttlog catches what panics in a value or in a sink, and shows it there.
    if current::is_catching() || current::is_own_thread() {
        return;
    }
    let message = panic_message(info.payload());
    let mut event = EventBuilder::with_capacity(2)
        .level(LogLevel::Critical)
        .target("panic")
        .message(format!("thread panicked: {message}"));
    if let Some(location) = info.location() {
        event = event
            .location(location.file().to_owned(), location.line())
            .field("location", location.to_string());
    }
    let backtrace = Backtrace::capture();
    if backtrace.status() == BacktraceStatus::Captured {
        event = event.field("backtrace", backtrace.to_string());
    }
    let is_due = is_due();
    if is_due {
        // The event is in the snapshot below; it needs none of a trigger's.
        pipeline.panics.fetch_add(1, Ordering::Relaxed);
    }
    logger::emit_fast(event.build());
    if let Some(black_box) = pipeline.registry.black_box() {
        black_box.set_panicked(now_nanos());
    }
    pipeline.flush();
    if is_due {
        match pipeline.snapshot(&format!("panic: {message}")) {
            Ok(path) => report(&format!(
                "the last events before the panic are in {}",
                path.display()
            )),
            Err(error) => report(&error.to_string()),
        }
        pipeline.panics.fetch_sub(1, Ordering::Relaxed);
    }
}

/// When the last snapshot of a panic was written.
static LAST_NS: AtomicU64 = AtomicU64::new(0);

/// In a child of `fork` no panic was yet.
pub(crate) fn begin_anew() {
    LAST_NS.store(0, Ordering::Relaxed);
}

/// Whether the last snapshot of a panic is long enough ago.
fn is_due() -> bool {
    let now = now_nanos();
    let update = |last: u64| (now.saturating_sub(last) >= LEAST_INTERVAL_NS).then_some(now);
    LAST_NS
        .fetch_update(Ordering::Relaxed, Ordering::Relaxed, update)
        .is_ok()
}
