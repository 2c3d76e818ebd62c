//! The snapshots that panics leave: which panics are in one, and when there is another.
//!
//! Panics are numbered when their events are logged. A snapshot that is begun after that has the event; `COVERED` is the number of the
//! last panic of which that is known. So of several threads that panic at once one writes, the others wait for it, and one more writes if its
//! event came too late. Panics that never end write no more than a few snapshots and then one a second; those that had none are
//! in one that is written when the process ends.
//!
//! `IS_WRITING` is a lock that a child of `fork` can reset: taken with `Acquire`, given back with `Release`. It guards `COVERED` and
//! `NEXT_NS`, which are relaxed. `PANICS` is added to with `Release`, after the event; the `Acquire` load of who writes pairs with it.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::clock::now_nanos;
use crate::pipeline::Pipeline;
use crate::report::report;
use crate::snapshot::SnapshotError;

/// One snapshot in so many nanoseconds, in the long run.
const INTERVAL_NS: u64 = 1_000_000_000;
/// How many there can be at once.
const MOST_AT_ONCE: u64 = 4;
/// How long a panic waits for the snapshot of another.
const PATIENCE: Duration = Duration::from_secs(5);

static PANICS: AtomicU64 = AtomicU64::new(0);
static COVERED: AtomicU64 = AtomicU64::new(0);
/// When the next snapshot would be due if they came one an interval.
static NEXT_NS: AtomicU64 = AtomicU64::new(0);
static IS_WRITING: AtomicBool = AtomicBool::new(false);

/// Numbers a panic whose event is logged.
pub(crate) fn count() -> u64 {
    PANICS.fetch_add(1, Ordering::Release) + 1
}

/// Writes a snapshot, unless this panic is in one, or there were too many.
pub(crate) fn write(
    pipeline: &Pipeline,
    panic: u64,
    reason: &str,
) -> Option<Result<PathBuf, SnapshotError>> {
    let _turn = Turn::wait_for()?;
    if COVERED.load(Ordering::Relaxed) >= panic || !is_due(now_nanos()) {
        return None;
    }
    Some(write_now(pipeline, reason))
}

/// Writes a snapshot at the end of the process if there was a panic that is in none.
pub(crate) fn write_missing(pipeline: &Pipeline) {
    let Some(_turn) = Turn::wait_for() else {
        return;
    };
    if PANICS.load(Ordering::Acquire) > COVERED.load(Ordering::Relaxed) {
        tell(&write_now(pipeline, "panics before the end of the process"));
    }
}

/// Says on stderr what became of a snapshot.
pub(crate) fn tell(outcome: &Result<PathBuf, SnapshotError>) {
    match outcome {
        Ok(path) => report(&format!(
            "the last events before the panic are in {}",
            path.display()
        )),
        Err(error) => report(&error.to_string()),
    }
}

/// In a child of `fork` no panic was yet.
pub(crate) fn begin_anew() {
    for number in [&PANICS, &COVERED, &NEXT_NS] {
        number.store(0, Ordering::Relaxed);
    }
    IS_WRITING.store(false, Ordering::Relaxed);
}

fn write_now(pipeline: &Pipeline, reason: &str) -> Result<PathBuf, SnapshotError> {
    let panics = PANICS.load(Ordering::Acquire);
    let outcome = pipeline.snapshot(reason);
    // One that fails is not tried again for the same panics.
    COVERED.store(panics, Ordering::Relaxed);
    outcome
}

/// Whether another snapshot may be written at `now`; then it counts.
fn is_due(now: u64) -> bool {
    let latest = now.saturating_add(MOST_AT_ONCE * INTERVAL_NS);
    let next = match NEXT_NS.load(Ordering::Relaxed) {
        // The clock was set back.
        next if next > latest => now,
        next => next.max(now),
    };
    let due = next + INTERVAL_NS <= latest;
    if due {
        NEXT_NS.store(next + INTERVAL_NS, Ordering::Relaxed);
    }
    due
}

/// The right to write.
struct Turn;

impl Turn {
    /// `None` where another thread is stuck with it.
    fn wait_for() -> Option<Turn> {
        let since = Instant::now();
        while IS_WRITING.swap(true, Ordering::Acquire) {
            if since.elapsed() > PATIENCE {
                return None;
            }
            thread::sleep(Duration::from_micros(500));
        }
        Some(Turn)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        IS_WRITING.store(false, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snapshots_come_a_few_at_once_and_then_one_an_interval() {
        let begin = 1_000 * INTERVAL_NS;
        let due = |at: u64| (0..10).filter(|_| is_due(at)).count() as u64;
        assert_eq!(due(begin), MOST_AT_ONCE);
        assert_eq!(due(begin + INTERVAL_NS - 1), 0);
        assert_eq!(due(begin + INTERVAL_NS), 1);
        assert_eq!(due(begin + 100 * INTERVAL_NS), MOST_AT_ONCE);
        // A clock that is set back by an hour.
        assert_eq!(due(begin / 2), MOST_AT_ONCE);
        NEXT_NS.store(0, Ordering::Relaxed);
    }
}
