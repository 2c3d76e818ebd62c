//! [`Recorder`]: the most recent events, and the sinks that follow them.
//!
//! One ring of words, written by the snapshot thread alone. Each sink is a cursor in it; so is a snapshot. An
//! event is copied into it once, however many sinks there are.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::record::{Header, LOG_PREFIX_WORDS, RING_PREFIX_WORDS, events_of, flag};
use crate::ring::Ring;
use crate::sink_state::SinkState;

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct Recorder {
    pub(crate) log: Ring,
    /// The beginnings of spans that events in the log may be in; see [`LiveSpans`](crate::span::LiveSpans).
    pub(crate) spans: Ring,
    pub(crate) sinks: Vec<Arc<SinkState>>,
}

/// What a recorder is made of.
#[derive(Debug)]
pub(crate) struct RecorderRings {
    pub(crate) log: Ring,
    pub(crate) spans: Ring,
}

/// A sink that may not be overwritten has not read what would have to give way.
#[derive(Debug)]
pub(crate) struct HeldBack;

impl Recorder {
    pub(crate) fn new(rings: RecorderRings, sinks: Vec<Arc<SinkState>>) -> Self {
        let RecorderRings { log, spans } = rings;
        Recorder { log, spans, sinks }
    }

    /// Appends a record from a thread's ring, with the wall time in place of its ticks.
    #[inline]
    pub(crate) fn append(
        &self,
        record: &[u64],
        wall_ns: u64,
        thread_id: u32,
        number: u32,
    ) -> Result<(), HeldBack> {
        let start = self.log.start();
        let length = record.len() + LOG_PREFIX_WORDS - RING_PREFIX_WORDS as usize;
        let end = start + length as u64;
        self.make_room(end)?;
        let header = Header(u64::from_le(record[0])).with_length(length);
        self.log.put(start, header.0);
        self.log.put(start + 1, wall_ns);
        let origin = u64::from(thread_id) << 32 | u64::from(number);
        self.log.put(start + 2, origin);
        let rest = &record[RING_PREFIX_WORDS as usize..];
        for (position, word) in (start + LOG_PREFIX_WORDS as u64..).zip(rest) {
            self.log.put(position, u64::from_le(*word));
        }
        self.log.publish(end, 1);
        Ok(())
    }

    /// How many events have come here.
    pub(crate) fn delivered(&self) -> u64 {
        let lost = self.log.label().dropped.load(Ordering::Relaxed);
        self.log.count().saturating_sub(lost)
    }

    /// Appends a record that has the recorder's layout already.
    pub(crate) fn append_whole(&self, record: &[u64]) -> Result<(), HeldBack> {
        let header = Header(u64::from_le(record[0]));
        let events = events_of(header, record);
        let start = self.log.start();
        let end = start + record.len() as u64;
        self.make_room(end)?;
        for (position, word) in (start..).zip(record) {
            self.log.put(position, u64::from_le(*word));
        }
        if header.has(flag::SYNTHETIC) {
            let lost = self.log.label().dropped.load(Ordering::Relaxed);
            self.log
                .label()
                .dropped
                .store(lost + events, Ordering::Relaxed);
        }
        self.log.publish(end, events);
        Ok(())
    }

    #[inline]
    fn make_room(&self, end: u64) -> Result<(), HeldBack> {
        while self.log.reserved() < end {
            self.reserve_chunk()?;
        }
        Ok(())
    }

    #[cold]
    fn reserve_chunk(&self) -> Result<(), HeldBack> {
        let overwritten = self.log.next_overwritten();
        let behind = |sink: &&Arc<SinkState>| sink.position() < overwritten;
        if self
            .sinks
            .iter()
            .filter(behind)
            .any(|sink| sink.holds_back())
        {
            return Err(HeldBack);
        }
        for sink in self.sinks.iter().filter(behind) {
            sink.save_backlog(&self.log);
        }
        self.log.reserve_chunk();
        Ok(())
    }

    /// Wakes the sinks that wait for events.
    pub(crate) fn wake_sinks(&self) {
        for sink in &self.sinks {
            sink.wake_if_behind(self.log.start());
        }
    }
}
