//! Sinks that can be looked into and held up, bounded waits, child processes.

#[path = "../support/process.rs"]
mod process;

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use ttlog::{EventRef, FieldValue, LogEvent, Sink, SinkStats, Stats, TtlogBuilder, TtlogHandle};

use self::process::End;
pub(crate) use self::process::{Directory, PATIENCE};

/// A pipeline that overflows soon: rings of 8 KiB, a recorder of 64 KiB, and little patience with sinks.
pub(crate) fn tiny() -> TtlogBuilder {
    ttlog::init()
        .capacity(1)
        .ring_bytes(8 << 10)
        .max_event_bytes(1 << 10)
        .stall_timeout(Duration::from_millis(100))
}

// ---- Sinks ----

/// A sink that keeps what it is given.
#[derive(Clone, Default)]
pub(crate) struct Kept(Arc<Mutex<Vec<LogEvent>>>);

impl Kept {
    /// What was given so far, without the events that tell of losses.
    pub(crate) fn events(&self) -> Vec<LogEvent> {
        let all = self.0.lock().unwrap();
        all.iter()
            .filter(|event| !is_loss(event))
            .cloned()
            .collect()
    }

    /// How many events were told to be lost for this reason.
    pub(crate) fn told_lost(&self, reason: &str) -> u64 {
        let all = self.0.lock().unwrap();
        let told = all.iter().filter(|event| is_loss(event));
        told.filter(|event| event.message.ends_with(reason))
            .map(lost)
            .sum()
    }

    /// The messages of all events, in their order.
    pub(crate) fn messages(&self) -> Vec<String> {
        self.events()
            .into_iter()
            .map(|event| event.message)
            .collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.events().len()
    }

    pub(crate) fn keep(&self, event: &EventRef<'_>) {
        self.0.lock().unwrap().push(event.to_log_event());
    }
}

impl Sink for Kept {
    fn write(&mut self, event: &EventRef<'_>) -> io::Result<()> {
        self.keep(event);
        Ok(())
    }
}

pub(crate) fn is_loss(event: &LogEvent) -> bool {
    event.target == "ttlog" && event.field("lost").is_some()
}

fn lost(event: &LogEvent) -> u64 {
    number(event, "lost")
}

/// An unsigned field.
pub(crate) fn number(event: &LogEvent, field: &str) -> u64 {
    match event.field(field) {
        Some(FieldValue::U64(value)) => *value,
        other => panic!("{field} of {event:?} is {other:?}"),
    }
}

/// Holds up those who pass while it is closed; says whether it is.
#[derive(Clone, Default)]
pub(crate) struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    pub(crate) fn closed() -> Gate {
        let gate = Gate::default();
        *gate.0.0.lock().unwrap() = true;
        gate
    }

    pub(crate) fn open(&self) {
        *self.0.0.lock().unwrap() = false;
        self.0.1.notify_all();
    }

    /// Waits while the gate is closed, if need be for ever.
    pub(crate) fn pass(&self) {
        let mut closed = self.0.0.lock().unwrap();
        while *closed {
            closed = self.0.1.wait(closed).unwrap();
        }
    }
}

/// A sink that passes a gate before it keeps an event.
pub(crate) struct Gated {
    pub(crate) gate: Gate,
    pub(crate) kept: Kept,
}

impl Sink for Gated {
    fn write(&mut self, event: &EventRef<'_>) -> io::Result<()> {
        self.gate.pass();
        self.kept.keep(event);
        Ok(())
    }
}

/// A sink that takes longer for an event than a caller does.
pub(crate) struct Slow(pub(crate) Kept);

impl Sink for Slow {
    fn write(&mut self, event: &EventRef<'_>) -> io::Result<()> {
        for _ in 0..2_000 {
            std::hint::spin_loop();
        }
        self.0.keep(event);
        Ok(())
    }
}

// ---- Accounts ----

/// Asserts that every event is accounted for, in the pipeline and at every sink.
#[track_caller]
pub(crate) fn assert_balanced(stats: &Stats) {
    assert_eq!(
        stats.recorded,
        stats.delivered + stats.overwritten + stats.dropped,
        "{stats:?}"
    );
    stats
        .sinks
        .iter()
        .for_each(|sink| assert_sink_balanced(sink));
}

#[track_caller]
fn assert_sink_balanced(sink: &SinkStats) {
    assert_eq!(
        sink.recorded,
        sink.delivered + sink.filtered + sink.overwritten + sink.dropped,
        "{sink:?}"
    );
}

/// Flushes, and asserts that every event is accounted for.
#[track_caller]
pub(crate) fn flush_and_balance(handle: &TtlogHandle) -> Stats {
    assert!(handle.flush(), "{:?}", handle.stats());
    let stats = handle.stats();
    assert_balanced(&stats);
    stats
}

// ---- Waiting ----

/// Waits until the condition holds; fails where it takes too long.
#[track_caller]
pub(crate) fn wait_until(what: &str, condition: impl Fn() -> bool) {
    let since = Instant::now();
    while !condition() {
        assert!(since.elapsed() < PATIENCE, "waited in vain until {what}");
        thread::sleep(Duration::from_millis(1));
    }
}

/// Runs what might hang for ever; fails where it takes too long.
#[track_caller]
pub(crate) fn bounded<R: Send + 'static>(
    what: &str,
    work: impl FnOnce() -> R + Send + 'static,
) -> R {
    let worker = thread::Builder::new()
        .name(what.to_owned())
        .spawn(work)
        .unwrap();
    wait_until(&format!("{what} ends"), || worker.is_finished());
    match worker.join() {
        Ok(result) => result,
        Err(payload) => std::panic::resume_unwind(payload),
    }
}

// ---- Files ----

impl Directory {
    /// The snapshots in it.
    pub(crate) fn snapshots(&self) -> Vec<PathBuf> {
        std::fs::read_dir(self.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| {
                path.extension()
                    .is_some_and(|extension| extension == "ttlog")
            })
            .collect()
    }
}

// ---- Child processes ----

const CHILD: &str = "TTLOG_TEST_CHILD";

/// Whether this process was started by [`run_child`]; the directory that the parent gave it.
pub(crate) fn child_directory() -> Option<PathBuf> {
    std::env::var_os(CHILD).map(PathBuf::from)
}

/// Runs an ignored test of this program in a process of its own; kills it where it takes too long.
#[track_caller]
pub(crate) fn run_child(test: &str, directory: &Directory) -> End {
    run_child_with(test, directory, &[])
}

/// The same with more of an environment.
#[track_caller]
pub(crate) fn run_child_with(
    test: &str,
    directory: &Directory,
    environment: &[(&str, &str)],
) -> End {
    let child = process::child(test)
        .env(CHILD, directory.path())
        .envs(environment.iter().copied())
        .spawn();
    process::end(child.unwrap())
}

/// The same, for a child that has to succeed; gives what it wrote to stderr.
#[track_caller]
pub(crate) fn run_child_to_success(test: &str, directory: &Directory) -> String {
    let outcome = run_child(test, directory);
    assert!(
        outcome.status.success(),
        "{test} failed:\n{}",
        outcome.stderr
    );
    outcome.stderr
}
