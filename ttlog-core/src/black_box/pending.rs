//! [`Pending`]: what is in the rings of an image and has not reached its recorder, in the order of time.
//!
//! The process may have died, or may be, between copying a record into the recorder and saying so in the ring's tail. Then the record is in
//! both. The recorder's record has the number of the ring and the position in it (`thread_ring`), so the one in the ring is left out.

use super::image::Image;
use super::ring_reader::{RingReader, RingState};
use super::source::Source;
use crate::clock::Line;
use crate::record::{Header, LOG_PREFIX_WORDS, RING_PREFIX_WORDS};
use crate::thread_ring::{RING_POSITION_BITS, RING_POSITION_MASK};

/// One ring's records from here on.
#[derive(Debug, Clone, Copy)]
struct Lane {
    ring: RingReader,
    position: u64,
    end: u64,
    thread_id: u32,
    number: u64,
    /// Of the record at `position`, once `peek` has found one.
    header: Header,
    ticks: u64,
}

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct Pending {
    /// Once `begin_merge` was called, a heap whose first has the earliest record. Never grows beyond its first capacity.
    lanes: Vec<Lane>,
    time: Line,
    /// Events that the rings have published, and those that they dropped.
    pub(crate) published: u64,
    pub(crate) dropped: u64,
}

impl Pending {
    /// Room for the rings of an image.
    pub(crate) fn new<S: Source>(image: &Image<S>) -> Pending {
        Pending {
            lanes: Vec::with_capacity(super::layout::MAX_RINGS),
            time: image.calibration(),
            published: 0,
            dropped: 0,
        }
    }

    /// Notes where each ring stands. What comes after is not looked at.
    pub(crate) fn note_positions<S: Source>(&mut self, image: &Image<S>) {
        self.lanes.clear();
        self.time = image.calibration();
        (self.published, self.dropped) = (0, 0);
        for ring in image.rings() {
            let Some(state) = ring.state(image.source()) else {
                continue;
            };
            self.published = self.published.saturating_add(state.count());
            self.dropped = self.dropped.saturating_add(state.dropped());
            if self.lanes.len() < self.lanes.capacity() {
                self.lanes.extend(lane(ring, &state));
            }
        }
    }

    /// A record is in the recorder: it need not be taken from its ring. `origin` is the record's third word.
    pub(crate) fn skip(&mut self, origin: u64, length: usize) {
        let (thread_id, place) = ((origin >> 32) as u32, origin & u64::from(u32::MAX));
        for lane in &mut self.lanes {
            if lane.thread_id != thread_id || lane.number & 0xFF != place >> RING_POSITION_BITS {
                continue;
            }
            let ahead = place.wrapping_sub(lane.position) & RING_POSITION_MASK;
            let in_ring = (length - LOG_PREFIX_WORDS) as u64 + RING_PREFIX_WORDS;
            if ahead + in_ring <= lane.end - lane.position {
                lane.position += ahead + in_ring;
            }
        }
    }

    /// Finds the first record of each ring.
    pub(crate) fn begin_merge<S: Source>(&mut self, image: &Image<S>) {
        let mut place = 0;
        while place < self.lanes.len() {
            if self.lanes[place].peek(image.source()) {
                place += 1;
            } else {
                self.lanes.swap_remove(place);
            }
        }
        for place in (0..self.lanes.len() / 2).rev() {
            self.sift_down(place);
        }
    }

    /// Appends the next record to `out`, as the recorder would have it; `false` after the last, and if `out` has no
    /// room. The words are as they are in files.
    pub(crate) fn next<S: Source>(&mut self, image: &Image<S>, out: &mut Vec<u64>) -> bool {
        let source = image.source();
        while let Some(first) = self.lanes.first_mut() {
            let length = first.header.length();
            let longer = length + LOG_PREFIX_WORDS - RING_PREFIX_WORDS as usize;
            if out.capacity() - out.len() < longer {
                return false;
            }
            let start = out.len();
            out.push(first.header.with_length(longer).0.to_le());
            out.push(self.time.wall_ns(first.ticks).to_le());
            out.push((u64::from(first.thread_id) << 32).to_le());
            out.resize(start + longer, 0);
            let rest = &mut out[start + LOG_PREFIX_WORDS..];
            let position = first.position + RING_PREFIX_WORDS;
            let whole = first.ring.read(source, position, rest)
                && first.ring.is_intact(source, first.position);
            rest.iter_mut().for_each(|word| *word = word.to_le());
            first.position += length as u64;
            if !whole {
                // Overtaken by a writer that still runs.
                out.truncate(start);
                first.position = first.oldest(source);
            }
            if !first.peek(source) {
                self.lanes.swap_remove(0);
            }
            self.sift_down(0);
            if whole {
                return true;
            }
        }
        false
    }

    fn sift_down(&mut self, mut place: usize) {
        let ticks = |lanes: &[Lane], place: usize| lanes.get(place).map(|lane| lane.ticks);
        while let Some(here) = ticks(&self.lanes, place) {
            let children = [2 * place + 1, 2 * place + 2];
            let earliest = children
                .into_iter()
                .filter_map(|child| Some((ticks(&self.lanes, child)?, child)))
                .min();
            match earliest {
                Some((ticks, child)) if ticks < here => {
                    self.lanes.swap(place, child);
                    place = child;
                }
                _ => return,
            }
        }
    }
}

/// What is unread in a ring; `None` where that is nothing.
fn lane(ring: RingReader, state: &RingState) -> Option<Lane> {
    // The tail of a ring that overwrote what was unread is behind the oldest record.
    let position = if ring.has(state, state.tail()) {
        state.tail()
    } else {
        ring.oldest(state, state.tail())?.position
    };
    (position < state.head()).then_some(Lane {
        ring,
        position,
        end: state.head(),
        thread_id: state.thread_id(),
        number: state.number(),
        header: Header(0),
        ticks: 0,
    })
}

impl Lane {
    /// Looks at the record that is next; `false` if there is none.
    fn peek(&mut self, source: &impl Source) -> bool {
        for _ in 0..4 {
            let mut words = [0; RING_PREFIX_WORDS as usize];
            let left = self.end.saturating_sub(self.position);
            if left < RING_PREFIX_WORDS || !self.ring.read(source, self.position, &mut words) {
                return false;
            }
            if !self.ring.is_intact(source, self.position) {
                self.position = self.oldest(source);
                continue;
            }
            (self.header, self.ticks) = (Header(words[0]), words[1]);
            let length = self.header.length() as u64;
            return (RING_PREFIX_WORDS..=left).contains(&length);
        }
        false
    }

    /// Where reading goes on after the writer has overtaken it; the end where it can't.
    fn oldest(&self, source: &impl Source) -> u64 {
        let state = self.ring.state(source);
        let oldest = state.and_then(|state| self.ring.oldest(&state, self.position));
        oldest.map_or(self.end, |cursor| cursor.position)
    }
}
