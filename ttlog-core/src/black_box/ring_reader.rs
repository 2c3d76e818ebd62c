//! [`RingReader`]: reads a ring of an image by what stands in memory alone.
//!
//! It does what the readers in `ring` do, but trusts no position: what can't be makes the ring end there. So it reads the ring of a
//! process that is dead, damaged, or that writes on meanwhile.

use super::image::Segment;
use super::layout::{self, ring_state};
use super::source::Source;
use crate::ring::Cursor;
use crate::ring_memory::CHUNKS;

/// How often a reader tries again because it was overtaken, or saw positions that don't go together.
const ATTEMPTS: usize = 16;

/// See the [module](self).
#[derive(Debug, Clone, Copy)]
pub(crate) struct RingReader {
    /// Where the state stands.
    state: u64,
    /// Where the words begin.
    first: u64,
    size: u64,
}

/// The positions of a ring at one moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RingState {
    words: [u64; ring_state::WORDS],
}

impl RingState {
    pub(crate) fn head(&self) -> u64 {
        self.words[ring_state::HEAD]
    }

    fn reserved(&self) -> u64 {
        self.words[ring_state::RESERVED]
    }

    pub(crate) fn count(&self) -> u64 {
        self.words[ring_state::COUNT]
    }

    pub(crate) fn tail(&self) -> u64 {
        self.words[ring_state::TAIL]
    }

    pub(crate) fn thread_id(&self) -> u32 {
        self.words[ring_state::THREAD_ID] as u32
    }

    pub(crate) fn dropped(&self) -> u64 {
        self.words[ring_state::DROPPED]
    }

    pub(crate) fn number(&self) -> u64 {
        self.words[ring_state::NUMBER]
    }
}

impl RingReader {
    /// `None` if the segment can't be a ring.
    pub(crate) fn new(segment: Segment) -> Option<RingReader> {
        let size = segment.header.parameter;
        let room = (segment.header.length - layout::RING_WORDS) / 8;
        let possible = size.is_power_of_two() && size >= 4 * CHUNKS && size <= room;
        possible.then_some(RingReader {
            state: segment.offset + layout::SEGMENT_BODY,
            first: segment.offset + layout::RING_WORDS,
            size,
        })
    }

    /// The present positions; `None` if they make no sense.
    pub(crate) fn state(&self, source: &impl Source) -> Option<RingState> {
        (0..ATTEMPTS).find_map(|_| {
            let mut words = [0; ring_state::WORDS];
            let state = source
                .read(self.state, &mut words)
                .then_some(RingState { words })?;
            let unwritten = state.reserved().checked_sub(state.head())?;
            (unwritten <= self.size && state.reserved() < u64::MAX / 2).then_some(state)
        })
    }

    /// Whether the word at `position` had not been overwritten at the moment of `state`.
    pub(crate) fn has(&self, state: &RingState, position: u64) -> bool {
        state.reserved() <= position.saturating_add(self.size)
    }

    /// The beginning of the oldest record that is whole, from `from` on.
    pub(crate) fn oldest(&self, state: &RingState, from: u64) -> Option<Cursor> {
        let chunk = self.size / CHUNKS;
        let bound = state.reserved().saturating_sub(self.size);
        let marks = (bound / chunk..state.reserved() / chunk).map(|place| {
            let mark = ring_state::MARKS + 2 * (place % CHUNKS) as usize;
            Cursor {
                position: state.words[mark],
                count: state.words[mark + 1],
            }
        });
        let usable =
            |mark: &Cursor| mark.position >= bound.max(from) && mark.position <= state.head();
        marks.into_iter().find(usable)
    }

    /// Whether what was read from `position` on was not overwritten meanwhile.
    pub(crate) fn is_intact(&self, source: &impl Source, position: u64) -> bool {
        let reserved = source.word(self.state + 8 * ring_state::RESERVED as u64);
        reserved <= position.saturating_add(self.size)
    }

    /// Reads the words from `position` on, which are fewer than the ring has; `false` if the image doesn't have them.
    pub(crate) fn read(&self, source: &impl Source, position: u64, words: &mut [u64]) -> bool {
        let place = position & (self.size - 1);
        let (until_end, rest) =
            words.split_at_mut((words.len() as u64).min(self.size - place) as usize);
        source.read(self.first + 8 * place, until_end)
            && (rest.is_empty() || source.read(self.first, rest))
    }

    /// Fills `piece`, within its capacity, with what there is from the cursor on up to `end`; the cursor skips what was
    /// overwritten. `None` where nothing more can be read.
    ///
    /// A record may be cut at the end of the piece.
    pub(crate) fn fill(
        &self,
        source: &impl Source,
        cursor: &mut Cursor,
        end: u64,
        piece: &mut Vec<u64>,
    ) -> Option<()> {
        for _ in 0..ATTEMPTS {
            if !self.is_intact(source, cursor.position) {
                let state = self.state(source)?;
                *cursor = self.oldest(&state, cursor.position)?;
            }
            let length = end.checked_sub(cursor.position)?.min(self.size);
            piece.clear();
            piece.resize((length as usize).min(piece.capacity()), 0);
            if !self.read(source, cursor.position, piece) {
                return None;
            }
            if self.is_intact(source, cursor.position) {
                return (!piece.is_empty()).then_some(());
            }
        }
        None
    }
}
