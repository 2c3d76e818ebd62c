//! [`RingMemory`]: where a [`Ring`](crate::ring::Ring) has its words and its positions.
//!
//! Both may be in memory that outlives the process, so their layout is fixed (`docs/format.md` tells it), all zeros are a
//! ring in which nothing was written, and nothing in them is a pointer: whatever others write there, no access leaves the ring.

use std::ptr::NonNull;

use crate::black_box::Mapping;
use crate::sync::{AtomicU64, CacheLine};

/// Into how many chunks a ring is divided.
#[cfg(not(all(test, loom)))]
pub(crate) const CHUNKS: u64 = 16;
#[cfg(all(test, loom))]
pub(crate) const CHUNKS: u64 = 4;

/// A ring's positions: what is written by different threads is on different lines.
#[derive(Debug, Default)]
#[repr(C)]
pub(crate) struct RingState {
    pub(crate) writer: CacheLine<WriterLine>,
    pub(crate) tail: CacheLine<AtomicU64>,
    pub(crate) marks: CacheLine<[Mark; CHUNKS as usize]>,
    pub(crate) label: CacheLine<Label>,
}

#[derive(Debug, Default)]
#[repr(C)]
pub(crate) struct WriterLine {
    pub(crate) head: AtomicU64,
    pub(crate) reserved: AtomicU64,
    /// How many events were published; records that ttlog makes itself don't count.
    pub(crate) count: AtomicU64,
}

#[derive(Debug, Default)]
#[repr(C)]
pub(crate) struct Mark {
    pub(crate) start: AtomicU64,
    pub(crate) count: AtomicU64,
}

/// Whose ring it is, for who reads the memory alone. Relaxed: written by the owner, between its events.
#[derive(Debug, Default)]
#[repr(C)]
pub(crate) struct Label {
    /// The id of the thread that claimed the ring last.
    pub(crate) thread_id: AtomicU64,
    /// How many events were dropped because the ring was full; in the recorder, how many of those that it counts
    /// were lost before they came there.
    pub(crate) dropped: AtomicU64,
    /// The ring's number in its black box, from 1.
    pub(crate) number: AtomicU64,
}

/// There is no memory for a ring.
#[derive(Debug)]
pub(crate) struct OutOfMemory;

/// Memory for one ring, all zeros at first.
#[derive(Debug)]
pub(crate) struct RingMemory {
    state: NonNull<RingState>,
    first: NonNull<AtomicU64>,
    words: usize,
    mapping: Option<std::sync::Arc<Mapping>>,
}

impl RingMemory {
    /// Memory of `words` words on the heap.
    pub(crate) fn on_heap(words: usize) -> Result<RingMemory, OutOfMemory> {
        let first = Box::into_raw(zeroed(words).ok_or(OutOfMemory)?);
        Ok(RingMemory {
            state: NonNull::from(Box::leak(Box::default())),
            first: NonNull::new(first.cast()).expect("a box is not null"),
            words,
            mapping: None,
        })
    }

    /// Memory in a mapping.
    ///
    /// # Safety
    /// While the mapping is there, `state` and the `words` words from `first` on are memory that only atomics access.
    #[cfg(all(feature = "black-box", unix))]
    pub(crate) unsafe fn mapped(
        mapping: std::sync::Arc<Mapping>,
        state: NonNull<RingState>,
        first: NonNull<AtomicU64>,
        words: usize,
    ) -> RingMemory {
        RingMemory {
            state,
            first,
            words,
            mapping: Some(mapping),
        }
    }

    pub(crate) fn state(&self) -> NonNull<RingState> {
        self.state
    }

    pub(crate) fn first(&self) -> NonNull<AtomicU64> {
        self.first
    }

    pub(crate) fn words(&self) -> usize {
        self.words
    }
}

impl Drop for RingMemory {
    fn drop(&mut self) {
        if self.mapping.is_some() {
            return;
        }
        let words = NonNull::slice_from_raw_parts(self.first, self.words);
        // SAFETY: `on_heap` took both out of boxes, and nobody else has pointers to them any more.
        unsafe {
            drop(Box::from_raw(self.state.as_ptr()));
            drop(Box::from_raw(words.as_ptr()));
        }
    }
}

/// Words that the system gives as zeros: those of a large recorder take no memory before they are written.
#[cfg(not(loom))]
fn zeroed(words: usize) -> Option<Box<[AtomicU64]>> {
    let layout = std::alloc::Layout::array::<AtomicU64>(words).ok()?;
    // SAFETY: the layout is not of size 0, because a ring has words. Zeros are valid words. The memory is the
    // allocator's own, of the layout that the box gives back.
    unsafe {
        let first = std::alloc::alloc_zeroed(layout).cast::<AtomicU64>();
        (!first.is_null()).then(|| Box::from_raw(std::ptr::slice_from_raw_parts_mut(first, words)))
    }
}

#[cfg(loom)]
fn zeroed(words: usize) -> Option<Box<[AtomicU64]>> {
    Some((0..words).map(|_| AtomicU64::default()).collect())
}
