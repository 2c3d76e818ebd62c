//! Takes a snapshot of a pipeline: copies what the recorder holds, and what is still in the rings.
//!
//! Nothing is taken away, and no caller is stopped. As a rule the snapshot thread empties the rings first. What is in them
//! all the same is read while it waits, so that no event is there twice or missing.

use std::collections::HashSet;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::callsite;
use crate::clock::now_nanos;
use crate::current;
use crate::dispatch;
use crate::loss::{self, Loss};
use crate::metadata::Metadata;
use crate::own_thread;
use crate::pipeline::Pipeline;
use crate::process_facts::process_facts;
use crate::record::{
    Header, LOG_PREFIX_WORDS, RING_PREFIX_WORDS, next_record, thread_of, whole_records,
};
use crate::recorder::Recorder;
use crate::report::report;
use crate::ring::{Cursor, Ring};
use crate::snapshot::{self, Contents, Facts, SnapshotError, fact};
use crate::span;
use crate::sync::lock;
use crate::thread_names;

/// How long a snapshot waits for the rings to be emptied.
const SYNC_TIMEOUT: Duration = Duration::from_millis(200);
/// By how much time the order of the recorder may be wrong, where a thread was interrupted while it logged.
const ORDER_MARGIN: Duration = Duration::from_millis(10);
/// How much of the recorder is copied at once: little enough not to be overtaken.
const PIECE_WORDS: u64 = 1 << 16;

/// Writes a snapshot of where this thread's log calls go, and gives the file's path; for code that has no handle at hand.
///
/// That is the pipeline of the [scope](crate::TtlogHandle::scope) that the thread is in, or the global one, which is started if need be. See
/// [`TtlogHandle::snapshot`](crate::TtlogHandle::snapshot).
///
/// # Errors
/// The file can't be written; or a [custom logger](crate::install_logger) is installed in place of the global pipeline, which records nothing.
pub fn snapshot(reason: &str) -> Result<PathBuf, SnapshotError> {
    let of_scope = current::with_flow(|flow| dispatch::pipeline_of(flow?));
    let pipeline = of_scope.or_else(|| current::once_at_a_time(dispatch::start).flatten());
    let pipeline = pipeline.ok_or_else(|| {
        let error = io::Error::other("nothing is recorded");
        SnapshotError::new("take a snapshot for", &std::env::temp_dir(), error)
    })?;
    pipeline.snapshot(reason)
}

impl Pipeline {
    /// Writes a snapshot; see [`TtlogHandle::snapshot`](crate::TtlogHandle::snapshot).
    pub(crate) fn snapshot(&self, reason: &str) -> Result<PathBuf, SnapshotError> {
        self.sync(SYNC_TIMEOUT);
        let Copied {
            spans,
            recorded,
            pending,
        } = self.copy_events();
        let (sites, threads) = named_by(&[&spans, &recorded, &pending]);
        let sites: Vec<(u32, &Metadata)> = sites
            .into_iter()
            .map(|id| (id, callsite::metadata(id)))
            .collect();
        let threads: Vec<(u32, String)> = threads
            .into_iter()
            .filter_map(|id| Some((id, thread_names::get(id)?.to_string())))
            .collect();
        let contents = Contents {
            facts: &self.facts(reason),
            sites: &sites,
            threads: &threads,
            spans: &spans,
            events: &[&recorded, &pending],
            packing: self.settings().packing,
        };
        let path = snapshot::write(&contents, &self.settings().snapshot_dir)?;
        if let Err(error) = self.settings().keep.enforce(&path, contents.facts) {
            self.report_retention(&error);
        }
        self.count_snapshot();
        Ok(path)
    }

    /// The same on a thread of its own, for the snapshot thread.
    pub(crate) fn snapshot_aside(self: &Arc<Self>, reason: String) {
        let writer = self.writer();
        let work = move || {
            if let Err(error) = writer.0.snapshot(&reason) {
                report(&error.to_string());
            }
        };
        if let Err(error) = own_thread::start("ttlog-writer", Box::new(work)) {
            report(&format!(
                "can't start a thread to write a snapshot: {error}"
            ));
        }
    }

    fn facts(&self, reason: &str) -> Facts {
        let stats = self.stats();
        let mut facts = process_facts(&self.settings().service, self.started_ns);
        facts.set_text(fact::REASON, reason);
        facts.set_number(fact::SNAPSHOT_TIME_NS, now_nanos());
        facts.set_number(fact::RECORDED, stats.recorded);
        facts.set_number(fact::OVERWRITTEN, stats.overwritten);
        facts.set_number(fact::DROPPED, stats.dropped);
        facts
    }

    /// The records in the recorder, and those that come after them: in the rings. All as the recorder has them.
    fn copy_events(&self) -> Copied {
        if self.flow.is_left_behind() {
            // Nobody moves events any more, but somebody may have been about to when the process was forked.
            let recorder = self.recorder();
            return Copied::of(&recorder, recorder.log.published(), Vec::new());
        }
        let (recorder, end, pending) = {
            // Short: the rings are small, and the recorder is copied after.
            let _unmoved = lock(&self.moving);
            let recorder = self.recorder();
            let end = recorder.log.published();
            (recorder, end, self.copy_rings())
        };
        Copied::of(&recorder, end, pending)
    }

    /// What the snapshot thread has not taken out of the rings, in the order of time.
    fn copy_rings(&self) -> Vec<u64> {
        let Some(calibration) = lock(&self.calibration).clone() else {
            return Vec::new();
        };
        let mut words = Vec::new();
        let mut records = Vec::new();
        for ring in self.registry.rings() {
            let mut cursor = Cursor {
                position: ring.ring.tail(),
                count: 0,
            };
            let begin = words.len();
            ring.ring.read(&mut cursor, ring.ring.size(), &mut words);
            let mut rest = &words[begin..];
            while let Some((header, record)) = next_record(&mut rest) {
                let Some(ticks) = record.get(1) else { break };
                let at = words.len() - rest.len() - record.len();
                let wall_ns = calibration.wall_ns(u64::from_le(*ticks));
                records.push((wall_ns, ring.thread_id(), at, header.length()));
            }
        }
        records.sort_by_key(|(wall_ns, ..)| *wall_ns);
        let mut pending = Vec::with_capacity(words.len() + records.len());
        for (wall_ns, thread_id, at, length) in records {
            let longer = length + LOG_PREFIX_WORDS - RING_PREFIX_WORDS as usize;
            let header = Header(u64::from_le(words[at])).with_length(longer);
            pending.push(header.0.to_le());
            pending.push(wall_ns.to_le());
            pending.push((u64::from(thread_id) << 32).to_le());
            pending.extend_from_slice(&words[at + RING_PREFIX_WORDS as usize..at + length]);
        }
        pending
    }
}

/// What a snapshot is made of, as the recorder has it.
struct Copied {
    /// Of spans that began before the other records.
    spans: Vec<u64>,
    recorded: Vec<u64>,
    pending: Vec<u64>,
}

impl Copied {
    fn of(recorder: &Recorder, end: u64, pending: Vec<u64>) -> Copied {
        // First: what the recorder loses meanwhile is not needed, and what is new comes with its spans.
        let mut spans = span::copy_all(&recorder.spans);
        let recorded = copy_recorder(&recorder.log, end);
        keep_older(&mut spans, &recorded);
        Copied {
            spans,
            recorded,
            pending,
        }
    }
}

/// Removes the records that are among the events, too.
fn keep_older(spans: &mut Vec<u64>, events: &[u64]) {
    let oldest_ns = events
        .get(1)
        .map_or(u64::MAX, |wall_ns| u64::from_le(*wall_ns));
    let limit_ns = oldest_ns.saturating_add(ORDER_MARGIN.as_nanos() as u64);
    let mut kept = Vec::new();
    let mut rest = &spans[..];
    while let Some((_, record)) = next_record(&mut rest) {
        if record
            .get(1)
            .is_some_and(|wall_ns| u64::from_le(*wall_ns) <= limit_ns)
        {
            kept.extend_from_slice(record);
        }
    }
    *spans = kept;
}

/// The records in the recorder up to `end`.
fn copy_recorder(log: &Ring, end: u64) -> Vec<u64> {
    let mut cursor = log.oldest();
    // All of it at once: growing would copy it again and again, and unmap what it leaves under the feet of the callers.
    let mut events = Vec::with_capacity(end.saturating_sub(cursor.position) as usize);
    while cursor.position < end {
        let begin = events.len();
        let limit = PIECE_WORDS.min(end - cursor.position);
        let lost = log.read(&mut cursor, limit, &mut events);
        events.truncate(begin + end.saturating_sub(cursor.position) as usize);
        let (whole, count) = whole_records(&events[begin..]);
        events.truncate(begin + whole);
        if lost > 0 && whole > 0 {
            let told = loss::record(lost, Loss::Overwritten, now_nanos());
            events.splice(begin..begin, told);
        }
        if whole == 0 {
            break;
        }
        cursor.position += whole as u64;
        cursor.count += count;
    }
    events
}

/// The ids of the call sites and of the threads that records name.
fn named_by(parts: &[&[u64]]) -> (HashSet<u32>, HashSet<u32>) {
    let (mut sites, mut threads) = (HashSet::new(), HashSet::new());
    let mut last = (u32::MAX, u32::MAX);
    for part in parts {
        let mut rest = *part;
        while let Some((header, record)) = next_record(&mut rest) {
            let named = (header.site(), thread_of(record));
            if named != last {
                sites.insert(named.0);
                threads.insert(named.1);
                last = named;
            }
        }
    }
    sites.remove(&0);
    (sites, threads)
}
