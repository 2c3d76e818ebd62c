//! The thread of one sink: follows the recorder and gives the sink what is for it.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crate::callsite::Sites;
use crate::clock::now_nanos;
use crate::current;
use crate::decode::EventRef;
use crate::filter::Filter;
use crate::loss::{self, Loss};
use crate::metadata::RecordKind;
use crate::own_thread;
use crate::parts::NewSink;
use crate::record::{Header, MAX_RECORD_WORDS, events_of, next_record, thread_of, whole_records};
use crate::recorder::Recorder;
use crate::ring::Cursor;
use crate::sink::{Overflow, SpanRecords};
use crate::sink_shield::Shield;
use crate::sink_state::{Health, SinkState};
use crate::snapshot::Facts;
use crate::span::{self, SpanTable};
use crate::thread_names;

/// How many words are copied out of the recorder at once.
const BATCH_WORDS: u64 = 1 << 13;
/// How long an idle thread sleeps at most: nobody else wakes it if a wake-up was missed.
const LONGEST_SLEEP: Duration = Duration::from_millis(500);

/// Starts the thread of a sink at `cursor`, in a process of which `facts` are known.
pub(crate) fn start(
    NewSink {
        sink,
        filter,
        spans: wanted_of_spans,
        linger,
        state,
    }: NewSink,
    recorder: Arc<Recorder>,
    cursor: Cursor,
    facts: Arc<Facts>,
) -> io::Result<()> {
    let name = format!("ttlog-{}", state.name);
    let work = move || {
        current::become_own_thread();
        state.set_thread(thread::current());
        let _gone = Gone(state.clone());
        let mut feed = Feed {
            recorder,
            cursor,
            batch: Vec::new(),
            batch_words: BATCH_WORDS,
            state: state.clone(),
        };
        let mut mouth = Mouth {
            shield: Shield::new(sink, linger, state.clone()),
            filter,
            state,
            sites: Sites::default(),
            names: Names::default(),
            spans: SpanTable::of_this_process(),
            wanted_of_spans,
        };
        mouth.shield.start(&facts);
        drop(facts);
        mouth.learn_spans(&feed.recorder);
        while feed.step(&mut mouth) {}
    };
    own_thread::start(&name, Box::new(work))
}

/// Tells that the thread has ended, however it did.
struct Gone(Arc<SinkState>);

impl Drop for Gone {
    fn drop(&mut self) {
        self.0.set_health(Health::Gone);
    }
}

/// What comes out of the recorder.
struct Feed {
    recorder: Arc<Recorder>,
    /// The next record to be copied.
    cursor: Cursor,
    batch: Vec<u64>,
    /// How many words are copied at once: more than [`BATCH_WORDS`] once a record was longer.
    batch_words: u64,
    state: Arc<SinkState>,
}

impl Feed {
    /// Delivers what is there, flushes or sleeps when it is time for that; `false` at the end.
    fn step(&mut self, mouth: &mut Mouth) -> bool {
        let before = self.cursor;
        self.batch.clear();
        let log = &self.recorder.log;
        let lost = log.read(&mut self.cursor, self.batch_words, &mut self.batch);
        if lost > 0 {
            self.catch_up(mouth, before, lost);
        } else {
            self.deliver_batch(mouth);
        }
        let caught_up = self.recorder.log.published() == self.cursor.position;
        let wanted = self.state.wanted();
        let is_waited_for = self.state.done() < wanted && wanted <= self.cursor.position;
        let pause = match self.state.is_stopping() {
            true => Duration::ZERO,
            false => mouth.shield.may_linger_for(),
        };
        if is_waited_for || caught_up && pause.is_zero() {
            let flushed = mouth.shield.flush();
            self.state.is_through(self.cursor.position);
            if !flushed || caught_up && self.state.is_stopping() {
                return false;
            }
        }
        if caught_up {
            self.sleep(match mouth.shield.may_linger_for() {
                Duration::ZERO => LONGEST_SLEEP,
                pause => pause.min(LONGEST_SLEEP),
            });
        }
        true
    }

    fn sleep(&self, pause: Duration) {
        self.state.set_idle(true);
        let nothing_new = self.recorder.log.published() == self.cursor.position;
        if nothing_new && !self.state.is_stopping() && self.state.wanted() <= self.state.done() {
            thread::park_timeout(pause);
        }
        self.state.set_idle(false);
    }

    /// Goes on after the recorder has passed this sink: `lost` events are missing between `before` and the
    /// cursor, unless they were saved.
    fn catch_up(&mut self, mouth: &mut Mouth, before: Cursor, lost: u64) {
        if let Some(backlog) = self.state.take_backlog()
            && (backlog.start.position..backlog.end.position).contains(&before.position)
        {
            self.cursor = backlog.end;
            self.state.has_copied(backlog.end.position);
            let copied = (before.position - backlog.start.position) as usize;
            mouth.deliver_all(&backlog.words[copied..]);
            return;
        }
        let loss = if self.state.overflow() == Overflow::DropNewest {
            self.state.dropped(lost);
            Loss::Dropped
        } else {
            self.state.overwritten(lost);
            Loss::Overwritten
        };
        mouth.learn_spans(&self.recorder);
        self.state.has_copied(self.cursor.position);
        mouth.tell_of(lost, loss);
    }

    /// Delivers the whole records of the batch, and moves the cursor behind them.
    fn deliver_batch(&mut self, mouth: &mut Mouth) {
        let (end, events) = whole_records(&self.batch);
        if end == 0 && !self.batch.is_empty() {
            self.batch_words = MAX_RECORD_WORDS;
        }
        self.cursor.position += end as u64;
        self.cursor.count += events;
        // The batch is this thread's: the recorder may overwrite the original while the sink takes its time.
        self.state.has_copied(self.cursor.position);
        mouth.deliver_all(&self.batch[..end]);
    }
}

/// What goes into the sink.
struct Mouth {
    shield: Shield,
    filter: Option<Filter>,
    state: Arc<SinkState>,
    sites: Sites,
    names: Names,
    /// What is known of the spans that events are in, whatever the filter leaves out.
    spans: SpanTable,
    wanted_of_spans: SpanRecords,
}

impl Mouth {
    fn deliver_all(&mut self, mut words: &[u64]) {
        while let Some((header, record)) = next_record(&mut words) {
            self.deliver(header, record);
        }
    }

    /// Takes in the spans that began before what the sink reads next, because it begins there or because something is missing.
    fn learn_spans(&mut self, recorder: &Recorder) {
        self.spans.clear();
        let words = span::copy_all(&recorder.spans);
        let mut rest = &words[..];
        while let Some((header, record)) = next_record(&mut rest) {
            let metadata = self.sites.get(header.site());
            if let Some(event) = EventRef::parse(record, metadata, None) {
                self.spans.feed(&event);
            }
        }
    }

    fn deliver(&mut self, header: Header, record: &[u64]) {
        let metadata = self.sites.get(header.site());
        let name = self.names.get(thread_of(record));
        let Some(event) = EventRef::parse(record, metadata, name) else {
            self.state.dropped(1);
            return;
        };
        if event.is_synthetic() {
            let lost = events_of(header, record);
            match Loss::of(metadata) {
                Loss::Overwritten => self.state.overwritten(lost),
                Loss::Dropped => self.state.dropped(lost),
            }
            self.shield.write(&event);
            return;
        }
        let kind = metadata.kind;
        if kind != RecordKind::Event {
            self.spans.feed(&event);
            self.state.set_forgotten_spans(self.spans.dropped());
        }
        let event = event.among(&self.spans);
        let filter = self.filter.as_ref();
        if !self.wanted_of_spans.want(kind)
            || filter.is_some_and(|filter| !filter.enabled(event.target(), event.level()))
        {
            self.state.filtered(1);
        } else {
            self.shield.deliver(&event);
        }
        self.state.progress(1);
        if self.state.health() == Health::Stalled {
            self.state.set_health(Health::Well);
        }
    }

    /// Shows a loss where it happened.
    fn tell_of(&mut self, lost: u64, loss: Loss) {
        let record = loss::record(lost, loss, now_nanos());
        let metadata = self.sites.get(Header(u64::from_le(record[0])).site());
        if let Some(event) = EventRef::parse(&record, metadata, None) {
            self.shield.write(&event);
        }
    }
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
    #[inline]
    fn get(&mut self, thread_id: u32) -> Option<&str> {
        if self.last.0 != thread_id {
            self.look_up(thread_id);
        }
        self.last.1.as_deref()
    }

    fn look_up(&mut self, thread_id: u32) {
        if self.known.len() > MOST_NAMES {
            self.known.clear();
        }
        let name = self
            .known
            .entry(thread_id)
            .or_insert_with(|| thread_names::get(thread_id));
        self.last = (thread_id, name.clone());
    }
}
