//! [`Source`]: a ring as the snapshot thread empties it, a stage of words at a time.

use std::sync::Arc;

use crate::record::Header;
use crate::ring::Cursor;
use crate::thread_ring::ThreadRing;

/// How many words are taken from a ring at once.
const STAGE_WORDS: u64 = 1 << 12;

/// A ring, and what was taken out of it and not yet appended to the recorder.
pub(super) struct Source {
    pub(super) ring: Arc<ThreadRing>,
    /// Behind everything that was appended; `staged[next..]` begins here.
    pub(super) cursor: Cursor,
    staged: Vec<u64>,
    next: usize,
    /// How many of the ring's dropped events were told of.
    pub(super) told_dropped: u64,
}

impl Source {
    pub(super) fn new(ring: Arc<ThreadRing>) -> Self {
        Source {
            ring,
            cursor: Cursor::default(),
            staged: Vec::new(),
            next: 0,
            told_dropped: 0,
        }
    }

    /// The ticks of the next record; takes more out of the ring where nothing whole is staged. Adds what it finds overwritten there.
    #[inline]
    pub(super) fn next_ticks(&mut self, overwritten: &mut u64) -> Option<u64> {
        if self.record().is_none() {
            self.staged.clear();
            self.next = 0;
            let limit = self.stage_words();
            let ring = &self.ring.ring;
            *overwritten += ring.read(&mut self.cursor, limit, &mut self.staged);
        }
        self.record().map(|record| u64::from_le(record[1]))
    }

    /// At least the longest record, so that one is always whole.
    fn stage_words(&self) -> u64 {
        STAGE_WORDS.max(self.ring.longest_record)
    }

    /// The next record, if it is staged whole.
    #[inline]
    pub(super) fn record(&self) -> Option<&[u64]> {
        let rest = &self.staged[self.next..];
        let length = Header(u64::from_le(*rest.first()?)).length();
        rest.get(..length).filter(|record| record.len() >= 2)
    }

    #[inline]
    pub(super) fn advance(&mut self, length: usize) {
        self.next += length;
        self.cursor.position += length as u64;
        self.cursor.count += 1;
        // At once: whoever reads the memory of a process that was killed finds no more than this one event in both places.
        self.ring.ring.release(self.cursor.position);
    }
}
