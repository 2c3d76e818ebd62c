//! The thread of one sink: follows the recorder, and shields everything else from what the sink does.

use std::collections::HashMap;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::callsite::Sites;
use crate::clock::now_nanos;
use crate::current;
use crate::decode::EventRef;
use crate::filter::Filter;
use crate::loss::{self, Loss};
use crate::record::{Header, next_record, whole_records};
use crate::recorder::Recorder;
use crate::report::report;
use crate::ring::Cursor;
use crate::sink::{Overflow, Sink};
use crate::sink_state::{Health, SinkState};

/// How many words are copied out of the recorder at once.
const BATCH_WORDS: u64 = 1 << 13;
/// How long an idle thread sleeps at most: nobody else wakes it if a wake-up was missed.
const LONGEST_SLEEP: Duration = Duration::from_millis(500);
/// The pauses between two tries of a flush that fails double from the first to the last.
const FIRST_RETRY: Duration = Duration::from_millis(10);
const LAST_RETRY: Duration = Duration::from_secs(1);
/// How often a flush is tried when the thread has to end.
const LAST_TRIES: u32 = 3;

/// Starts the thread of a sink at `cursor`.
pub(crate) fn start(
    sink: Box<dyn Sink>,
    filter: Option<Filter>,
    state: Arc<SinkState>,
    recorder: Arc<Recorder>,
    cursor: Cursor,
) -> io::Result<JoinHandle<()>> {
    let thread = thread::Builder::new().name(format!("ttlog-{}", state.name));
    thread.spawn(move || {
        current::become_own_thread();
        state.set_thread(thread::current());
        let gone = Gone(state.clone());
        let mut worker = SinkThread {
            sink,
            filter,
            state,
            recorder,
            cursor,
            batch: Vec::new(),
            sites: Sites::default(),
            names: Names::default(),
            unflushed: 0,
        };
        worker.run();
        let SinkThread { sink, .. } = worker;
        // A sink may panic in its drop, too.
        let _ = catch_unwind(AssertUnwindSafe(|| drop(sink)));
        drop(gone);
    })
}

/// Tells that the thread has ended, however it did.
struct Gone(Arc<SinkState>);

impl Drop for Gone {
    fn drop(&mut self) {
        self.0.set_health(Health::Gone);
    }
}

struct SinkThread {
    sink: Box<dyn Sink>,
    filter: Option<Filter>,
    state: Arc<SinkState>,
    recorder: Arc<Recorder>,
    /// The next record to be copied.
    cursor: Cursor,
    batch: Vec<u64>,
    sites: Sites,
    names: Names,
    /// Events that the sink took since its last good flush.
    unflushed: u64,
}

impl SinkThread {
    fn run(&mut self) {
        loop {
            let before = self.cursor;
            self.batch.clear();
            let log = &self.recorder.log;
            let lost = log.read(&mut self.cursor, BATCH_WORDS, &mut self.batch);
            if lost > 0 {
                self.catch_up(before, lost);
            } else {
                self.deliver_batch();
            }
            let caught_up = self.recorder.log.published() == self.cursor.position;
            let wanted = self.state.wanted();
            let is_waited_for = self.state.done() < wanted && wanted <= self.cursor.position;
            if !caught_up && !is_waited_for {
                continue;
            }
            if self.unflushed > 0 && !self.flush() {
                return;
            }
            self.state.is_through(self.cursor.position);
            if caught_up && self.state.is_stopping() {
                return;
            }
            if caught_up {
                self.sleep();
            }
        }
    }

    fn sleep(&self) {
        self.state.set_idle(true);
        let nothing_new = self.recorder.log.published() == self.cursor.position;
        if nothing_new && !self.state.is_stopping() && self.state.wanted() <= self.state.done() {
            thread::park_timeout(LONGEST_SLEEP);
        }
        self.state.set_idle(false);
    }

    /// Goes on after the recorder has passed this sink: `lost` events are missing between `before` and the
    /// cursor, unless they were saved.
    fn catch_up(&mut self, before: Cursor, lost: u64) {
        if let Some(backlog) = self.state.take_backlog()
            && (backlog.start.position..backlog.end.position).contains(&before.position)
        {
            self.cursor = backlog.end;
            self.state.has_copied(backlog.end.position);
            let copied = (before.position - backlog.start.position) as usize;
            self.deliver_words(&backlog.words[copied..]);
            return;
        }
        let loss = if self.state.overflow() == Overflow::DropNewest {
            self.state.dropped(lost);
            Loss::Dropped
        } else {
            self.state.overwritten(lost);
            Loss::Overwritten
        };
        self.state.has_copied(self.cursor.position);
        self.tell_of(lost, loss);
    }

    /// Delivers the whole records at the beginning of the batch, and moves the cursor behind them.
    fn deliver_batch(&mut self) {
        let (end, events) = whole_records(&self.batch);
        self.cursor.position += end as u64;
        self.cursor.count += events;
        // The batch is this thread's: the recorder may overwrite the original while the sink takes its time.
        self.state.has_copied(self.cursor.position);
        let batch = std::mem::take(&mut self.batch);
        self.deliver_words(&batch[..end]);
        self.batch = batch;
    }

    fn deliver_words(&mut self, mut words: &[u64]) {
        while let Some((header, record)) = next_record(&mut words) {
            self.deliver(header, record);
        }
    }

    fn deliver(&mut self, header: Header, record: &[u64]) {
        let metadata = self.sites.get(header.site());
        let thread_id = (u64::from_le(*record.get(2).unwrap_or(&0)) >> 32) as u32;
        let name = self.names.get(thread_id);
        let Some(event) = EventRef::parse(record, metadata, name.as_deref()) else {
            self.state.dropped(1);
            return;
        };
        if event.is_synthetic() {
            self.write(&event);
            return;
        }
        let filter = self.filter.as_ref();
        if filter.is_some_and(|filter| !filter.enabled(event.target(), event.level())) {
            self.state.filtered(1);
        } else if self.write(&event) {
            self.state.delivered(1);
            self.unflushed += 1;
        } else {
            self.state.dropped(1);
        }
        self.state.progress(1);
        if self.state.health() == Health::Stalled {
            self.state.set_health(Health::Well);
        }
    }

    /// Gives the sink an event; whether it took it.
    fn write(&mut self, event: &EventRef<'_>) -> bool {
        let outcome = catch_unwind(AssertUnwindSafe(|| self.sink.write(event)));
        let problem = match outcome {
            Ok(Ok(())) => return true,
            Ok(Err(error)) => error.to_string(),
            Err(payload) => panic_text(payload),
        };
        self.failed(&format!("could not take an event: {problem}"));
        false
    }

    fn failed(&self, problem: &str) {
        if self.state.stats().errors == 0 {
            report(&format!(
                "sink {}: {problem}; this is reported once",
                self.state.name
            ));
        }
        self.state.errors(1);
    }

    /// Shows a loss where it happened.
    fn tell_of(&mut self, lost: u64, loss: Loss) {
        if lost == 0 {
            return;
        }
        let record = loss::record(lost, loss, now_nanos());
        let metadata = self.sites.get(Header(record[0]).site());
        if let Some(event) = EventRef::parse(&record, metadata, None) {
            self.write(&event);
            self.unflushed += 1;
        }
    }

    /// Flushes the sink, again and again if it fails; `false` if the thread has to end without success.
    fn flush(&mut self) -> bool {
        let mut pause = FIRST_RETRY;
        let mut last_tries = LAST_TRIES;
        loop {
            let outcome = catch_unwind(AssertUnwindSafe(|| self.sink.flush()));
            let problem = match outcome {
                Ok(Ok(())) => break,
                Ok(Err(error)) => error.to_string(),
                Err(payload) => panic_text(payload),
            };
            self.failed(&format!("could not write: {problem}; it is tried again"));
            self.state.set_health(Health::Failing);
            if self.state.is_stopping() {
                last_tries -= 1;
                if last_tries == 0 {
                    self.state
                        .delivered_was_dropped(self.unflushed.min(self.state.stats().delivered));
                    self.state.is_through(self.cursor.position);
                    return false;
                }
            }
            thread::park_timeout(pause);
            pause = (pause * 2).min(LAST_RETRY);
        }
        self.state.set_health(Health::Well);
        self.state.progress(1);
        self.unflushed = 0;
        true
    }
}

/// What a caught panic said. The payload is not dropped, because that could panic again.
pub(crate) fn panic_text(payload: Box<dyn std::any::Any + Send>) -> String {
    let text = match payload.downcast_ref::<&str>() {
        Some(text) => (*text).to_owned(),
        None => payload
            .downcast_ref::<String>()
            .cloned()
            .unwrap_or_else(|| "no message".to_owned()),
    };
    std::mem::forget(payload);
    format!("panicked: {text}")
}

/// The names of threads, looked up before.
#[derive(Debug, Default)]
struct Names {
    known: HashMap<u32, Option<Arc<str>>>,
    last: (u32, Option<Arc<str>>),
}

/// How many names a sink's thread keeps.
const MOST_NAMES: usize = 1024;

impl Names {
    fn get(&mut self, thread_id: u32) -> Option<Arc<str>> {
        if self.last.0 != thread_id {
            if self.known.len() > MOST_NAMES {
                self.known.clear();
            }
            let name = self
                .known
                .entry(thread_id)
                .or_insert_with(|| current::thread_name(thread_id));
            self.last = (thread_id, name.clone());
        }
        self.last.1.clone()
    }
}
