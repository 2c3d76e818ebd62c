//! [`SpanTable`]: what a reader of the stream knows of spans and contexts.
//!
//! It is fed every record that is no event, in the order of the stream. An entry goes when its span has ended and no span in it is left. A span
//! whose end never comes (its guard was forgotten, its end was lost) stays, so the entries' memory is bounded: beyond that, the oldest goes first,
//! unless it has others in it. The bound is far beyond what a service has open at once, so that it is met by nothing but a mistake; what was taken
//! for many spans is given back when they have ended.

#[cfg(test)]
mod tests;

use std::collections::{HashMap, VecDeque};
use std::num::NonZeroU64;
use std::sync::Arc;

use smallvec::SmallVec;

use super::info::SpanInfo;
use super::scope;
use super::surroundings::{Surroundings, Trace, TracePrefix};
use crate::decode::EventRef;
use crate::metadata::RecordKind;

/// How much memory the spans and contexts that a reader knows take, at most, in bytes: enough for half a million with a number each.
const MOST_BYTES: usize = 256 << 20;
/// Room for fewer than that is not given back.
const LEAST_ROOM: usize = 1024;
/// How many spans of an event are given, at most: the innermost.
const DEEPEST: usize = 64;
/// How many entries that have others in them are spared when one has to go.
const MOST_SPARED: usize = 16;

/// What an entry takes beside its [`SpanInfo`]: itself, and its places in a map that is half empty and in the order.
const ENTRY_BYTES: usize = size_of::<Entry>() + 4 * size_of::<NonZeroU64>() + 2 * size_of::<u64>();

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct SpanTable {
    /// Boxed, so that the room which a map has in reserve is small.
    spans: HashMap<NonZeroU64, Box<Entry>>,
    /// How many entries have a parent of this number, which is not known: it may be told yet. No more than there are entries.
    waiting: HashMap<NonZeroU64, usize>,
    /// The numbers in the order of their beginnings; of those that have gone, too.
    order: VecDeque<NonZeroU64>,
    bytes: usize,
    most_bytes: usize,
    /// What has ended with the last record: who writes that wants to know it yet.
    ended: Option<NonZeroU64>,
    dropped: u64,
    /// Of the process that the stream comes from, where it is known.
    prefix: Option<TracePrefix>,
}

impl Default for SpanTable {
    fn default() -> Self {
        SpanTable {
            spans: HashMap::new(),
            waiting: HashMap::new(),
            order: VecDeque::new(),
            bytes: 0,
            most_bytes: MOST_BYTES,
            ended: None,
            dropped: 0,
            prefix: None,
        }
    }
}

#[derive(Debug)]
struct Entry {
    info: Arc<SpanInfo>,
    /// What it is in, once that is known: then it doesn't matter what becomes of those around it.
    outside: Option<Surroundings>,
    bytes: usize,
    /// How many entries have this one as their parent.
    children: usize,
    has_ended: bool,
}

impl SpanTable {
    /// One for the stream of this process.
    pub(crate) fn of_this_process() -> SpanTable {
        SpanTable {
            prefix: scope::trace_prefix(),
            ..SpanTable::default()
        }
    }

    /// Says from what process the stream comes.
    pub(crate) fn set_trace_prefix(&mut self, prefix: Option<TracePrefix>) {
        self.prefix = prefix;
    }

    /// Takes a record in. Events say nothing of spans.
    pub(crate) fn feed(&mut self, event: &EventRef<'_>) {
        self.settle();
        match event.kind() {
            RecordKind::Event => {}
            RecordKind::SpanBegin | RecordKind::ContextBegin => self.begin(event),
            RecordKind::SpanFields => self.record(event),
            RecordKind::SpanEnd | RecordKind::ContextEnd => self.ended = event.own_span_id(),
        }
    }

    fn begin(&mut self, event: &EventRef<'_>) {
        let Some(mut info) = SpanInfo::of(event) else {
            return;
        };
        let (id, bytes) = (info.id, info.bytes() + ENTRY_BYTES);
        self.bytes += bytes;
        if let Some(entry) = self.spans.get_mut(&id) {
            // Told again, as it was when it began.
            self.bytes -= entry.bytes;
            entry.bytes = bytes;
            info.parent = entry.info.parent;
            entry.info = Arc::new(info);
            return;
        }
        let outside = self.within(info.parent, 0);
        if let Some(parent) = info.parent {
            match self.spans.get_mut(&parent) {
                Some(parent) => parent.children += 1,
                None => *self.waiting.entry(parent).or_default() += 1,
            }
        }
        let entry = Entry {
            info: Arc::new(info),
            outside: Some(outside).filter(|outside| outside.trace != Trace::Unknown),
            bytes,
            // What lasts long may be told again after those in it.
            children: self.waiting.remove(&id).unwrap_or(0),
            has_ended: false,
        };
        self.spans.insert(id, Box::new(entry));
        self.order.push_back(id);
        self.keep_bounds();
    }

    fn record(&mut self, event: &EventRef<'_>) {
        let id = event.own_span_id();
        let Some(entry) = id.and_then(|id| self.spans.get_mut(&id)) else {
            return;
        };
        // Who has kept the span of an event keeps it as it was then.
        let info = Arc::make_mut(&mut entry.info);
        info.record(event);
        self.bytes -= entry.bytes;
        entry.bytes = info.bytes() + ENTRY_BYTES;
        self.bytes += entry.bytes;
        self.keep_bounds();
    }

    /// Takes out what has ended with the record before.
    fn settle(&mut self) {
        let Some(id) = self.ended.take() else { return };
        if let Some(entry) = self.spans.get_mut(&id) {
            entry.has_ended = true;
            if entry.children == 0 {
                self.remove(id);
            }
        }
        if self.order.len() > 2 * self.spans.len() + 64 {
            self.order.retain(|id| self.spans.contains_key(id));
            self.give_back_room();
        }
    }

    /// Gives room back that was taken for many more entries than there are: seldom, since it takes as long as there are entries.
    fn give_back_room(&mut self) {
        let needed = (2 * self.spans.len()).max(LEAST_ROOM);
        if self.spans.capacity() > 2 * needed {
            self.spans.shrink_to(needed);
        }
        if self.waiting.capacity() > 2 * needed {
            self.waiting.shrink_to(needed);
        }
        if self.order.capacity() > 2 * needed {
            self.order.shrink_to(needed);
        }
    }

    /// Takes an entry out, and those around it that have only waited for it.
    fn remove(&mut self, mut id: NonZeroU64) {
        while let Some(entry) = self.spans.remove(&id) {
            self.bytes -= entry.bytes;
            if entry.children > 0 {
                self.waiting.insert(id, entry.children);
            }
            let Some(parent) = entry.info.parent else {
                return;
            };
            let Some(around) = self.spans.get_mut(&parent) else {
                self.waits_no_more(parent);
                return;
            };
            around.children = around.children.saturating_sub(1);
            if around.children > 0 || !around.has_ended {
                return;
            }
            id = parent;
        }
    }

    fn waits_no_more(&mut self, parent: NonZeroU64) {
        if let Some(waiting) = self.waiting.get_mut(&parent) {
            *waiting -= 1;
            if *waiting == 0 {
                self.waiting.remove(&parent);
            }
        }
    }

    fn keep_bounds(&mut self) {
        let mut spared = 0;
        while self.bytes > self.most_bytes {
            let Some(id) = self.order.pop_front() else {
                return;
            };
            match self.spans.get(&id) {
                None => {}
                Some(entry) if entry.children > 0 && spared < MOST_SPARED => {
                    spared += 1;
                    self.order.push_back(id);
                }
                Some(_) => {
                    self.remove(id);
                    self.dropped += 1;
                }
            }
        }
    }

    /// Forgets everything, for a reader that has lost its place in the stream.
    pub(crate) fn clear(&mut self) {
        *self = SpanTable {
            dropped: self.dropped,
            prefix: self.prefix,
            most_bytes: self.most_bytes,
            ..SpanTable::default()
        };
    }

    /// How many spans that had not ended were forgotten because there were too many.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped
    }

    /// What a span or context is in; `None` where it is not known.
    pub(crate) fn outside(&self, id: NonZeroU64) -> Option<Surroundings> {
        let entry = self.spans.get(&id)?;
        Some(self.outside_of(entry, 0))
    }

    fn outside_of(&self, entry: &Entry, depth: usize) -> Surroundings {
        entry
            .outside
            .unwrap_or_else(|| self.within(entry.info.parent, depth + 1))
    }

    /// What is directly in this span or context. Those whose beginning came before that of what they are in are looked up as deep as a chain is
    /// shown.
    pub(crate) fn inside(&self, id: Option<NonZeroU64>) -> Surroundings {
        self.within(id, 0)
    }

    fn within(&self, id: Option<NonZeroU64>, depth: usize) -> Surroundings {
        let Some(id) = id else {
            return Surroundings::NONE;
        };
        match self.spans.get(&id) {
            Some(entry) if depth < DEEPEST => self
                .outside_of(entry, depth)
                .within(&entry.info, self.prefix),
            _ => Surroundings::unknown(id),
        }
    }

    /// The chain of spans that ends with the first of these two that is known.
    pub(crate) fn chain(&self, own: Option<NonZeroU64>, around: Option<NonZeroU64>) -> Spans<'_> {
        let mut chain = SmallVec::new();
        let known = |id: Option<NonZeroU64>| self.spans.get(&id?);
        let mut next = known(own).or_else(|| known(around));
        while let Some(entry) = next
            && chain.len() < DEEPEST
        {
            chain.push(&entry.info);
            next = known(entry.info.parent);
        }
        chain.reverse();
        Spans(chain.into_iter())
    }
}

/// The spans and contexts that an event is in, the outermost first: an iterator. Of more than 64 the innermost.
#[derive(Debug, Clone)]
pub struct Spans<'a>(smallvec::IntoIter<[&'a Arc<SpanInfo>; 6]>);

impl<'a> Spans<'a> {
    pub(crate) fn none() -> Spans<'a> {
        Spans(SmallVec::new().into_iter())
    }

    /// The same, to be kept.
    pub(crate) fn shared(self) -> impl Iterator<Item = &'a Arc<SpanInfo>> {
        self.0
    }
}

impl<'a> Iterator for Spans<'a> {
    type Item = &'a SpanInfo;

    fn next(&mut self) -> Option<&'a SpanInfo> {
        self.0.next().map(|info| &**info)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl DoubleEndedIterator for Spans<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back().map(|info| &**info)
    }
}

impl ExactSizeIterator for Spans<'_> {}
