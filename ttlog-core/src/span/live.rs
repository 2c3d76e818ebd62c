//! [`LiveSpans`]: keeps the beginnings of spans within reach for as long as their events are.
//!
//! The recorder overwrites what is old, but a span may be older than everything in it. So beside the recorder there is a second, smaller ring with nothing
//! in it but the beginnings of spans and contexts, and the fields that spans got later. Who begins to read the recorder reads that first: a snapshot,
//! a sink that was overtaken, and who finds the image of a black box.
//!
//! When a record in that ring is about to be overwritten and its span is *needed*, it is appended again, before its old place is announced. A
//! span is needed while it has not ended, while one in it is needed, and while the recorder may have events from before its end. So a span costs
//! nothing for its events, and one that lasts costs a copy a lap.
//!
//! What is needed has to leave room: spans that have not ended may take half of the ring. Beyond that the oldest are forgotten, those first that
//! have no others in them, and counted. What is kept here of a span goes with its record in the ring, so the ring's size bounds it, too: it is
//! about three times as large while the ring is full of spans with one field each. It goes as soon as the span is needed no longer.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::num::NonZeroU64;
use std::sync::atomic::Ordering;

use smallvec::SmallVec;

use crate::callsite::{self, Sites};
use crate::decode::EventRef;
use crate::metadata::RecordKind;
use crate::record::Header;
use crate::recorder::Recorder;
use crate::ring::{Cursor, Ring};
use crate::ring_memory::CHUNKS;

/// Room for fewer spans than that is not given back.
const LEAST_ROOM: usize = 1024;
/// Of the fields that a span gets later, so many names are kept.
const MOST_LATER_FIELDS: usize = 64;

/// See the [module](self). The snapshot thread's.
#[derive(Debug, Default)]
pub(crate) struct LiveSpans {
    /// By the id of the call site; `None` where it was not looked up yet.
    kinds: Vec<Option<RecordKind>>,
    sites: Sites,
    spans: HashMap<NonZeroU64, Live>,
    /// The spans in the order in which their beginnings stand in the ring; those that are gone as well.
    order: VecDeque<(u64, NonZeroU64)>,
    /// The spans that have ended, in that order, with where the recorder was then.
    ended: VecDeque<(u64, NonZeroU64)>,
    /// Words of the spans that have not ended.
    live_words: u64,
    names: RandomState,
}

#[derive(Debug)]
struct Live {
    parent: Option<NonZeroU64>,
    /// How many spans in it there are here.
    children: u32,
    /// Its beginning, then its later fields.
    records: SmallVec<[Kept; 1]>,
    /// Where the recorder was when it ended.
    ended_at: Option<u64>,
}

/// A record in the ring.
#[derive(Debug, Clone, Copy)]
struct Kept {
    position: u64,
    words: u32,
    /// Of the name of its field; 0 for a beginning, and where there are several.
    name_hash: u32,
}

impl Live {
    fn words(&self) -> u64 {
        self.records
            .iter()
            .map(|record| u64::from(record.words))
            .sum()
    }

    fn is_needed(&self, recorder: &Recorder) -> bool {
        let ended_within = |position| has_events_from(recorder, position);
        self.children > 0 || self.ended_at.is_none_or(ended_within)
    }
}

/// Whether the recorder may have events from before this position.
fn has_events_from(recorder: &Recorder, position: u64) -> bool {
    recorder.log.reserved() <= position + recorder.log.size()
}

impl LiveSpans {
    /// Whether records of this call site tell of spans.
    #[inline]
    pub(crate) fn concern(&mut self, site: u32) -> bool {
        let kind = match self.kinds.get(site as usize) {
            Some(Some(kind)) => *kind,
            _ => self.look_up(site),
        };
        kind != RecordKind::Event
    }

    #[cold]
    fn look_up(&mut self, site: u32) -> RecordKind {
        let index = site as usize;
        if self.kinds.len() <= index {
            self.kinds.resize(index + 1, None);
        }
        *self.kinds[index].insert(callsite::metadata(site).kind)
    }

    /// Takes in a record that was just appended to the recorder, in the recorder's layout.
    pub(crate) fn see(&mut self, recorder: &Recorder, record: &[u64]) {
        let header = Header(u64::from_le(record[0]));
        let metadata = self.sites.get(header.site());
        let Some(event) = EventRef::parse(record, metadata, None) else {
            return;
        };
        let Some(id) = event.own_span_id() else {
            return;
        };
        match event.kind() {
            RecordKind::Event => {}
            RecordKind::SpanBegin | RecordKind::ContextBegin => {
                let parent = event.span_id().filter(|parent| *parent != id);
                self.begin(recorder, id, parent, record);
            }
            RecordKind::SpanFields => {
                let mut names = event.told_fields().map(|(name, _)| name);
                let name_hash = match (names.next(), names.next()) {
                    (Some(name), None) => self.names.hash_one(name) as u32 | 1,
                    _ => 0,
                };
                self.record(recorder, id, name_hash, record);
            }
            RecordKind::SpanEnd | RecordKind::ContextEnd => self.end(recorder, id),
        }
    }

    fn begin(
        &mut self,
        recorder: &Recorder,
        id: NonZeroU64,
        parent: Option<NonZeroU64>,
        record: &[u64],
    ) {
        if self.spans.contains_key(&id) {
            return;
        }
        let Some(kept) = self.append(recorder, record, 0) else {
            return;
        };
        if let Some(around) = parent.and_then(|parent| self.spans.get_mut(&parent)) {
            around.children += 1;
        }
        self.live_words += u64::from(kept.words);
        self.order.push_back((kept.position, id));
        let live = Live {
            parent,
            children: 0,
            records: SmallVec::from_buf([kept]),
            ended_at: None,
        };
        self.spans.insert(id, live);
    }

    fn record(&mut self, recorder: &Recorder, id: NonZeroU64, name_hash: u32, record: &[u64]) {
        let Some(live) = self.spans.get(&id) else {
            return;
        };
        if live.records.len() > MOST_LATER_FIELDS {
            return;
        }
        let Some(kept) = self.append(recorder, record, name_hash) else {
            return;
        };
        // Appending may have forgotten it.
        let Some(live) = self.spans.get_mut(&id) else {
            return;
        };
        let before = live.words();
        let is_same = |other: &&mut Kept| name_hash != 0 && other.name_hash == name_hash;
        match live.records.iter_mut().find(is_same) {
            Some(other) => *other = kept,
            None => live.records.push(kept),
        }
        if live.ended_at.is_none() {
            self.live_words = self.live_words + live.words() - before;
        }
    }

    fn end(&mut self, recorder: &Recorder, id: NonZeroU64) {
        if let Some(live) = self.spans.get_mut(&id)
            && live.ended_at.is_none()
        {
            let position = recorder.log.start();
            live.ended_at = Some(position);
            self.live_words -= live.words();
            self.ended.push_back((position, id));
        }
    }

    /// Lets those go that are needed no longer; to be called now and then.
    pub(crate) fn settle(&mut self, recorder: &Recorder) {
        while let Some((position, id)) = self.ended.front().copied()
            && !has_events_from(recorder, position)
        {
            self.ended.pop_front();
            self.remove_unneeded(recorder, Some(id));
        }
        if self.order.len() > 2 * self.spans.len() + LEAST_ROOM {
            self.order.retain(|(_, id)| self.spans.contains_key(id));
            self.give_back_room();
        }
    }

    /// Takes a span out if it is not needed, and those around it that were needed for it alone.
    fn remove_unneeded(&mut self, recorder: &Recorder, mut id: Option<NonZeroU64>) {
        while let Some(unneeded) = id
            && let Some(live) = self.spans.get(&unneeded)
            && !live.is_needed(recorder)
        {
            id = live.parent;
            self.remove(unneeded);
        }
    }

    fn remove(&mut self, id: NonZeroU64) {
        let Some(live) = self.spans.remove(&id) else {
            return;
        };
        if live.ended_at.is_none() {
            self.live_words -= live.words();
        }
        if let Some(around) = live.parent.and_then(|parent| self.spans.get_mut(&parent)) {
            around.children = around.children.saturating_sub(1);
        }
    }

    // ---- The ring ----

    /// Appends a record; `None`, and counted, where it is too long.
    fn append(&mut self, recorder: &Recorder, record: &[u64], name_hash: u32) -> Option<Kept> {
        let ring = &recorder.spans;
        let words = record.len() as u64;
        if words > ring.size() / CHUNKS {
            count_forgotten(ring);
            return None;
        }
        while ring.reserved() < ring.start() + words {
            self.advance(recorder);
        }
        let position = ring.start();
        for (position, word) in (position..).zip(record) {
            ring.put(position, u64::from_le(*word));
        }
        ring.publish(position + words, 1);
        Some(Kept {
            position,
            words: record.len() as u32,
            name_hash,
        })
    }

    /// Announces one chunk more, and carries forward what is needed of the next one, so that there are two copies of it before one goes.
    fn advance(&mut self, recorder: &Recorder) {
        let ring = &recorder.spans;
        ring.reserve_chunk();
        let doomed = ring.next_overwritten();
        // For what may go when there is too much; as it is half of what it comes from, there is less of it each time.
        let mut room = ring.size() / CHUNKS / 2;
        let mut carried = Vec::new();
        while let Some((position, id)) = self.order.front().copied()
            && position < doomed
        {
            self.order.pop_front();
            let Some(live) = self.spans.get(&id) else {
                continue;
            };
            let words = live.words();
            let is_ample = live.ended_at.is_none() && self.live_words <= ring.size() / 2;
            let may_stay = live.children > 0 || live.ended_at.is_some();
            let has_room = is_ample || may_stay && words <= room;
            let is_needed = live.is_needed(recorder);
            if !is_needed || !has_room {
                if is_needed {
                    count_forgotten(ring);
                }
                self.remove(id);
                continue;
            }
            if !is_ample {
                room -= words;
            }
            carried.push((id, copy(ring, live)));
        }
        for (id, records) in carried {
            self.append_again(recorder, id, &records);
        }
    }

    /// Gives room back that was taken for many more spans than there are.
    fn give_back_room(&mut self) {
        let needed = (2 * self.spans.len()).max(LEAST_ROOM);
        if self.spans.capacity() > 2 * needed {
            self.spans.shrink_to(needed);
        }
        for queue in [&mut self.order, &mut self.ended] {
            if queue.capacity() > 2 * needed {
                queue.shrink_to(needed);
            }
        }
    }

    /// Appends the records of a span, which is not in the order, once more.
    fn append_again(&mut self, recorder: &Recorder, id: NonZeroU64, records: &[(u32, Vec<u64>)]) {
        let mut kept: SmallVec<[Kept; 1]> = SmallVec::new();
        for (name_hash, record) in records {
            kept.extend(self.append(recorder, record, *name_hash));
        }
        let (Some(live), Some(first)) = (self.spans.get_mut(&id), kept.first()) else {
            return self.remove(id);
        };
        self.order.push_back((first.position, id));
        live.records = kept;
    }

    /// Goes on with another recorder, to which everything in the old one was appended.
    pub(crate) fn move_to(&mut self, old: &Recorder, new: &Recorder) {
        for ended in &mut self.ended {
            ended.0 = new.log.start();
        }
        for (position, id) in std::mem::take(&mut self.order) {
            let Some(live) = self.spans.get_mut(&id) else {
                continue;
            };
            if live.records[0].position == position {
                if live.ended_at.is_some() {
                    live.ended_at = Some(new.log.start());
                }
                let records = copy(&old.spans, live);
                self.append_again(new, id, &records);
            }
        }
        let forgotten = old.spans.label().dropped.load(Ordering::Relaxed);
        let label = new.spans.label();
        label.dropped.fetch_add(forgotten, Ordering::Relaxed);
    }
}

/// The records of a span, none of which was overwritten yet.
fn copy(ring: &Ring, live: &Live) -> Vec<(u32, Vec<u64>)> {
    let records = live.records.iter().map(|kept| {
        let length = u64::from(kept.words);
        let mut words = Vec::with_capacity(kept.words as usize);
        let mut cursor = Cursor {
            position: kept.position,
            count: 0,
        };
        ring.read(&mut cursor, length, &mut words);
        (kept.name_hash, words)
    });
    records.collect()
}

fn count_forgotten(ring: &Ring) {
    ring.label().dropped.fetch_add(1, Ordering::Relaxed);
}

/// Everything in the ring of spans, in an order in which each beginning comes before its span's later fields.
pub(crate) fn copy_all(ring: &Ring) -> Vec<u64> {
    let mut cursor = ring.oldest();
    let mut words = Vec::new();
    ring.read(&mut cursor, ring.size(), &mut words);
    let (whole, _) = crate::record::whole_records(&words);
    words.truncate(whole);
    words
}
