//! [`Ring`]: a ring of words with one writer, any number of readers, and no locks.
//!
//! Two things are such a ring: the ring that each thread logs into, and the recorder. A *position*
//! counts the words ever written; the word at position `p` stands in slot `p % N`. Three positions
//! describe the state:
//!
//! - `head`: everything before it is published. Records are published whole.
//! - `reserved`: the writer may write up to here. It is always at a border of a *chunk* (`N /`
//!   [`CHUNKS`] words), so the writer has to look up only once a chunk.
//! - `tail`: the one consumer of a thread's ring is done with everything before it. The recorder
//!   doesn't use it.
//!
//! A word at position `p` is intact while `p < head` and `reserved <= p + N`. A reader copies first and
//! looks at `reserved` after: if the writer had announced that it overwrites what was copied, the
//! copy is thrown away. The reader then has to find the beginning of a record again: for each chunk
//! the writer leaves a *mark*, the start and the number of the record it was about to write when it
//! entered the chunk.
//!
//! # Orderings
//!
//! - `head`: the writer's `Release` store pairs with the readers' `Acquire` load; it publishes the words and
//!   the marks before it.
//! - `reserved`: the writer stores it relaxed, then a `Release` fence, then words and marks. A reader loads
//!   words or marks, then an `Acquire` fence, then `reserved`. A reader that saw a word of the new lap
//!   therefore sees the announcement too.
//! - `tail`: the consumer's `Release` store pairs with the writer's `Acquire` load; the consumer's loads come
//!   before the writer's new words.
//! - A mark's `start`: the writer's `Release` store, after `count`, pairs with the readers' `Acquire` load.
//! - Everything else is relaxed: only its writer reads it, or it is a counter.

#[cfg(all(test, not(loom)))]
mod tests;

use std::ptr::NonNull;

use crate::ring_memory::{CHUNKS, Label, OutOfMemory, RingMemory, RingState, WriterLine};
use crate::sync::{AtomicU64, Ordering, fence, spin_loop};

/// The longest record is this fraction of its ring, so that a few always fit, and a lapped reader
/// always finds a mark.
pub(crate) const RECORDS_PER_RING: u64 = 4;

/// A ring. Its words, and what a reader of nothing but memory has to know, are where [`RingMemory`] says.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Ring {
    state: NonNull<RingState>,
    first: NonNull<AtomicU64>,
    mask: u64,
    /// Keeps what the pointers point to.
    _memory: RingMemory,
}

// SAFETY: the pointers are to atomics, which the memory keeps alive and which any thread may use.
unsafe impl Send for Ring {}
// SAFETY: as above.
unsafe impl Sync for Ring {}

/// Where a reader stands in a [`Ring`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// The position of the next record.
    pub(crate) position: u64,
    /// How many events are before it.
    pub(crate) count: u64,
}

/// The words of a ring, without the ring: a writer keeps it in registers, where it would have to load the
/// ring's own pointer again after every store.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Slots {
    first: *const AtomicU64,
    mask: u64,
}

impl Slots {
    /// Stores a word.
    ///
    /// # Safety
    /// The ring is alive.
    #[inline(always)]
    pub(crate) unsafe fn put(self, position: u64, word: u64) {
        // SAFETY: `mask` is the number of words less one, so the index is within them; they live as long as the ring.
        let slot = unsafe { &*self.first.add((position & self.mask) as usize) };
        slot.store(word, Ordering::Relaxed);
    }
}

impl Slots {
    /// The words from `position` on, if at least `count` of them come before the ring begins anew.
    #[inline(always)]
    pub(crate) fn stretch(self, position: u64, count: u64) -> Option<Stretch> {
        let index = position & self.mask;
        (index + (count - 1) <= self.mask).then(|| Stretch {
            // In bounds, because the mask is the last index.
            first: self.first.wrapping_add(index as usize),
        })
    }

    /// Lets the processor fetch the words that a writer at `position` comes to soon, to be written.
    ///
    /// The consumer has read them in the last lap, so they are in its core's cache. A hint that changes nothing but time.
    #[inline(always)]
    pub(crate) fn fetch_ahead(self, position: u64) {
        #[cfg(all(target_arch = "x86_64", not(miri)))]
        {
            /// How far ahead: eight lines of 64 bytes.
            const FETCHED_AHEAD: u64 = 64;
            let index = (position + FETCHED_AHEAD) & self.mask;
            // SAFETY: PREFETCHW reads and writes nothing and can't fault; a processor without it does nothing.
            // `_mm_prefetch` gives it only where the target has the feature, which x86-64 in general has not.
            unsafe {
                std::arch::asm!(
                    "prefetchw [{first} + {index} * 8]",
                    first = in(reg) self.first,
                    index = in(reg) index,
                    options(nostack, preserves_flags, readonly)
                );
            }
        }
        #[cfg(not(all(target_arch = "x86_64", not(miri))))]
        let _ = position;
    }
}

/// Words of a ring that follow each other in memory: to store one takes no look at the ring's size.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stretch {
    first: *const AtomicU64,
}

impl Stretch {
    /// Stores the word at `index`.
    ///
    /// # Safety
    /// The ring is alive, and `index` is less than what the stretch was asked for.
    #[inline(always)]
    pub(crate) unsafe fn put(self, index: usize, word: u64) {
        // SAFETY: `Slots::stretch` has seen that the words up to there are the ring's.
        let slot = unsafe { &*self.first.add(index) };
        slot.store(word, Ordering::Relaxed);
    }
}

impl Ring {
    /// A ring of `words` words, which are a power of two and at least four times [`CHUNKS`], on the heap.
    pub(crate) fn new(words: usize) -> Result<Ring, OutOfMemory> {
        Ok(Ring::within(RingMemory::on_heap(words)?))
    }

    /// A ring in memory that is all zeros.
    pub(crate) fn within(memory: RingMemory) -> Ring {
        let words = memory.words();
        assert!(words.is_power_of_two() && words as u64 >= 4 * CHUNKS);
        Ring {
            state: memory.state(),
            first: memory.first(),
            mask: words as u64 - 1,
            _memory: memory,
        }
    }

    #[inline(always)]
    fn state(&self) -> &RingState {
        // SAFETY: `_memory` keeps it, and it is made of atomics.
        unsafe { self.state.as_ref() }
    }

    #[inline(always)]
    fn writer(&self) -> &WriterLine {
        &self.state().writer
    }

    fn words(&self) -> &[AtomicU64] {
        // SAFETY: `_memory` keeps so many words, which are atomics.
        unsafe { std::slice::from_raw_parts(self.first.as_ptr(), self.mask as usize + 1) }
    }

    /// What else the memory tells of the ring.
    pub(crate) fn label(&self) -> &Label {
        &self.state().label
    }

    /// Touches all of its memory, so that no page fault comes later.
    pub(crate) fn touch(&self) {
        for word in self.words() {
            word.store(0, Ordering::Relaxed);
        }
    }

    /// The ring's size in words.
    pub(crate) fn size(&self) -> u64 {
        self.mask + 1
    }

    fn chunk(&self) -> u64 {
        self.size() / CHUNKS
    }

    /// The length in words that no record may exceed.
    pub(crate) fn longest_record(&self) -> u64 {
        self.size() / RECORDS_PER_RING
    }

    // ---- The writer's side ----

    /// Where the writer's next record begins. For the writer only: others want [`Ring::published`].
    #[inline(always)]
    pub(crate) fn start(&self) -> u64 {
        self.writer().head.load(Ordering::Relaxed)
    }

    /// Up to where the writer may write.
    #[inline(always)]
    pub(crate) fn reserved(&self) -> u64 {
        self.writer().reserved.load(Ordering::Relaxed)
    }

    /// What [`Ring::reserve_chunk`] is about to overwrite ends here.
    pub(crate) fn next_overwritten(&self) -> u64 {
        (self.reserved() + self.chunk()).saturating_sub(self.size())
    }

    /// Announces that the writer overwrites one chunk more, and leaves the chunk's mark.
    pub(crate) fn reserve_chunk(&self) {
        let border = self.reserved();
        self.writer()
            .reserved
            .store(border + self.chunk(), Ordering::Relaxed);
        // Pairs with the Acquire fence of `intact`.
        fence(Ordering::Release);
        let mark = &self.state().marks[(border / self.chunk() % CHUNKS) as usize];
        mark.count.store(
            self.writer().count.load(Ordering::Relaxed),
            Ordering::Relaxed,
        );
        // Pairs with the Acquire load of `start` in `resume`.
        mark.start.store(self.start(), Ordering::Release);
    }

    /// Stores a word, which nobody sees before it is published.
    #[inline(always)]
    pub(crate) fn put(&self, position: u64, word: u64) {
        debug_assert!(position < self.reserved());
        // SAFETY: the ring is borrowed.
        unsafe { self.slots().put(position, word) };
    }

    /// The ring's words by themselves, for a writer that stores many of them.
    #[inline(always)]
    pub(crate) fn slots(&self) -> Slots {
        Slots {
            first: self.first.as_ptr(),
            mask: self.mask,
        }
    }

    /// Publishes the record that ends before `end`; `events` is 1, or 0 for one that doesn't count.
    #[inline(always)]
    pub(crate) fn publish(&self, end: u64, events: u64) {
        let count = self.writer().count.load(Ordering::Relaxed) + events;
        self.writer().count.store(count, Ordering::Relaxed);
        // Pairs with the Acquire load of `published`.
        self.writer().head.store(end, Ordering::Release);
    }

    // ---- The readers' side ----

    /// Everything before this position is published.
    pub(crate) fn published(&self) -> u64 {
        self.writer().head.load(Ordering::Acquire)
    }

    /// How many events were published, as far as this thread has seen.
    pub(crate) fn count(&self) -> u64 {
        self.writer().count.load(Ordering::Relaxed)
    }

    /// Up to where the consumer is done.
    pub(crate) fn tail(&self) -> u64 {
        // Pairs with the Release store of `release`.
        self.state().tail.load(Ordering::Acquire)
    }

    /// The consumer is done with everything before `position`.
    pub(crate) fn release(&self, position: u64) {
        self.state().tail.store(position, Ordering::Release);
    }

    /// Whether what was loaded from `position` on, before this call, was not overwritten meanwhile.
    fn intact(&self, position: u64) -> bool {
        // Pairs with the Release fence of `reserve_chunk`.
        fence(Ordering::Acquire);
        self.reserved() <= position + self.size()
    }

    /// Appends to `out` what is published from the cursor on, `limit` words at most.
    ///
    /// Returns how many events were overwritten before they could be read; the cursor has skipped
    /// them. The last record may be incomplete because of `limit`. The cursor stays at the first word
    /// that was appended: the caller moves it by what it used.
    pub(crate) fn read(&self, cursor: &mut Cursor, limit: u64, out: &mut Vec<u64>) -> u64 {
        let before = cursor.count;
        let kept = out.len();
        loop {
            let head = self.published();
            let end = head.min(cursor.position + limit);
            out.truncate(kept);
            let words = self.words();
            out.extend((cursor.position..end).map(|position| {
                words[(position & self.mask) as usize]
                    .load(Ordering::Relaxed)
                    .to_le()
            }));
            if self.intact(cursor.position) {
                return cursor.count - before;
            }
            let first = cursor.position;
            self.resume(cursor);
            // What was copied from there on was not overwritten before it was copied.
            if cursor.position < end {
                out.drain(kept..kept + (cursor.position - first) as usize);
                return cursor.count - before;
            }
        }
    }

    /// The oldest record that is still intact, as a reader finds it who comes now.
    pub(crate) fn oldest(&self) -> Cursor {
        let mut cursor = Cursor::default();
        if !self.intact(0) {
            self.resume(&mut cursor);
        }
        cursor
    }

    /// Moves a lapped cursor to the oldest mark that is intact.
    fn resume(&self, cursor: &mut Cursor) {
        'search: loop {
            let reserved = self.reserved();
            let bound = reserved.saturating_sub(self.size());
            for chunk in bound / self.chunk()..reserved / self.chunk() {
                let mark = &self.state().marks[(chunk % CHUNKS) as usize];
                // Pairs with the Release store of `reserve_chunk`.
                let start = mark.start.load(Ordering::Acquire);
                let count = mark.count.load(Ordering::Relaxed);
                if !self.intact(chunk * self.chunk()) {
                    continue 'search;
                }
                if start >= bound {
                    *cursor = Cursor {
                        position: start,
                        count,
                    };
                    return;
                }
            }
            // The writer has announced a chunk and not yet left its mark.
            spin_loop();
        }
    }
}
