//! [`Slab`]: the spans of a [`TtlogSubscriber`](super::TtlogSubscriber), found by their ids.
//!
//! Slots are used again; an id has the slot and its generation, so an id of a span that is gone finds nothing. Segments of slots are added and never
//! moved. There is no lock, so that a child of `fork` finds none held.
//!
//! Who looks into a slot *holds* it: a hold is taken only while there is one, and what was last of them empties the slot. The references that
//! `tracing` counts have one hold together, so that one given back too often can't take away what somebody looks into.
//!
//! | word | orders |
//! |---|---|
//! | `Slot::state` | stored with `Release` by who fills a slot, lowered with `Release` by who lets go; raised with `Acquire` by who looks, and fenced with `Acquire` by who empties: what the slot has |
//! | `Slab::free` | exchanged with `Release` by who frees a slot, and with `Acquire` by who takes one: that it is empty, and `next_free` |
//! | `Slab::segments` | exchanged with `Release` by who adds a segment, loaded with `Acquire`: its slots |
//! | `Slot::references` | relaxed: whoever changes it holds the slot |

use std::cell::UnsafeCell;
use std::ops::Deref;
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, Ordering, fence};

use tracing_core::Metadata;
use tracing_core::span::Id;
use ttlog_core::Span;

/// How many slots the first segment has; each further one has twice as many as the one before.
const FIRST_SEGMENT: u32 = 64;
/// Room for a thousand million spans.
const SEGMENTS: usize = 24;
const HOLDS: u64 = u32::MAX as u64;

/// A span that has not been closed.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) span: Span,
    pub(super) metadata: &'static Metadata<'static>,
}

/// See the [module](self).
#[derive(Debug)]
pub(super) struct Slab {
    segments: [AtomicPtr<Slot>; SEGMENTS],
    /// Low half: the first free slot, from 1; 0 for none. High half: grows with each exchange.
    free: AtomicU64,
    /// How many slots have ever been used; relaxed.
    used: AtomicU32,
}

#[derive(Debug)]
struct Slot {
    /// High half: the generation. Low half: how many hold it.
    state: AtomicU64,
    references: AtomicU32,
    /// As in [`Slab::free`], while this one is free; relaxed.
    next_free: AtomicU32,
    open: UnsafeCell<Option<Open>>,
}

// SAFETY: `open` is written by who alone has the slot, as `state` says, and read by those who hold it.
unsafe impl Sync for Slot {}

impl Slot {
    fn new() -> Slot {
        Slot {
            state: AtomicU64::new(0),
            references: AtomicU32::new(0),
            next_free: AtomicU32::new(0),
            open: UnsafeCell::new(None),
        }
    }
}

/// The segment that a slot is in, how many slots that has, and the slot's place there.
fn place(index: u32) -> (usize, usize, usize) {
    let segment = (index / FIRST_SEGMENT + 1).ilog2();
    let before = FIRST_SEGMENT * ((1 << segment) - 1);
    (
        segment as usize,
        (FIRST_SEGMENT as usize) << segment,
        (index - before) as usize,
    )
}

impl Slab {
    pub(super) const fn new() -> Slab {
        Slab {
            segments: [const { AtomicPtr::new(ptr::null_mut()) }; SEGMENTS],
            free: AtomicU64::new(0),
            used: AtomicU32::new(0),
        }
    }

    /// Keeps a span, with one reference to it; gives it back where there are too many.
    pub(super) fn insert(&self, open: Open) -> Result<Id, Open> {
        let Some((index, slot)) = self.take_free().or_else(|| self.add()) else {
            return Err(open);
        };
        // SAFETY: nobody else has a slot that was free, or is new.
        unsafe { *slot.open.get() = Some(open) };
        slot.references.store(1, Ordering::Relaxed);
        let generation = slot.state.load(Ordering::Relaxed) & !HOLDS;
        slot.state.store(generation | 1, Ordering::Release);
        Ok(Id::from_u64(generation | u64::from(index + 1)))
    }

    /// The span of an id, if it has not been closed.
    pub(super) fn get(&self, id: &Id) -> Option<Held<'_>> {
        let id = id.into_u64();
        let index = (id as u32).checked_sub(1)?;
        let slot = self.slot(index)?;
        let mut state = slot.state.load(Ordering::Relaxed);
        loop {
            let holds = state & HOLDS;
            if state & !HOLDS != id & !HOLDS || holds == 0 || holds == HOLDS {
                return None;
            }
            match slot.state.compare_exchange_weak(
                state,
                state + 1,
                Ordering::Acquire,
                Ordering::Relaxed,
            ) {
                Ok(_) => break,
                Err(now) => state = now,
            }
        }
        Some(Held {
            slab: self,
            slot,
            index,
        })
    }

    fn slot(&self, index: u32) -> Option<&Slot> {
        let (segment, _, offset) = place(index);
        let slots = self.segments.get(segment)?.load(Ordering::Acquire);
        if slots.is_null() {
            return None;
        }
        // SAFETY: a segment that is there has as many slots as `place` says, and lives as long as the slab.
        Some(unsafe { &*slots.add(offset) })
    }

    fn take_free(&self) -> Option<(u32, &Slot)> {
        let mut free = self.free.load(Ordering::Acquire);
        loop {
            let index = (free as u32).checked_sub(1)?;
            let slot = self.slot(index)?;
            let next = u64::from(slot.next_free.load(Ordering::Relaxed));
            let new = next_tag(free) | next;
            match self
                .free
                .compare_exchange_weak(free, new, Ordering::Acquire, Ordering::Acquire)
            {
                Ok(_) => return Some((index, slot)),
                Err(now) => free = now,
            }
        }
    }

    fn give_free(&self, index: u32, slot: &Slot) {
        let mut free = self.free.load(Ordering::Relaxed);
        loop {
            slot.next_free.store(free as u32, Ordering::Relaxed);
            let new = next_tag(free) | u64::from(index + 1);
            match self
                .free
                .compare_exchange_weak(free, new, Ordering::Release, Ordering::Relaxed)
            {
                Ok(_) => return,
                Err(now) => free = now,
            }
        }
    }

    #[cold]
    fn add(&self) -> Option<(u32, &Slot)> {
        let within = |used: u32| (place(used).0 < SEGMENTS).then(|| used + 1);
        let relaxed = Ordering::Relaxed;
        let index = self.used.fetch_update(relaxed, relaxed, within).ok()?;
        let (segment, slots, _) = place(index);
        let place = &self.segments[segment];
        if place.load(Ordering::Acquire).is_null() {
            let new: Box<[Slot]> = (0..slots).map(|_| Slot::new()).collect();
            let new = Box::into_raw(new).cast::<Slot>();
            let added =
                place.compare_exchange(ptr::null_mut(), new, Ordering::Release, Ordering::Relaxed);
            if added.is_err() {
                // SAFETY: it came from a box just now, and nobody else has seen it.
                drop(unsafe { segment_box(new, slots) });
            }
        }
        Some((index, self.slot(index)?))
    }
}

/// The high half of `free` after the next exchange.
fn next_tag(free: u64) -> u64 {
    (free & !HOLDS).wrapping_add(HOLDS + 1)
}

/// # Safety
/// `slots` came from a box of so many, which nobody else has.
unsafe fn segment_box(slots: *mut Slot, count: usize) -> Box<[Slot]> {
    // SAFETY: as above.
    unsafe { Box::from_raw(ptr::slice_from_raw_parts_mut(slots, count)) }
}

impl Drop for Slab {
    fn drop(&mut self) {
        for (segment, slots) in self.segments.iter_mut().enumerate() {
            if !slots.get_mut().is_null() {
                // SAFETY: `add` made it of a box of so many.
                drop(unsafe { segment_box(*slots.get_mut(), (FIRST_SEGMENT as usize) << segment) });
            }
        }
    }
}

/// A span that somebody looks at.
#[derive(Debug)]
pub(super) struct Held<'a> {
    slab: &'a Slab,
    slot: &'a Slot,
    index: u32,
}

impl Held<'_> {
    /// Counts one reference more.
    pub(super) fn add_reference(&self) {
        let one_more = |references: u32| (references > 0).then(|| references.saturating_add(1));
        let relaxed = Ordering::Relaxed;
        let _ = self
            .slot
            .references
            .fetch_update(relaxed, relaxed, one_more);
    }

    /// Counts one reference less; whether that was the last.
    pub(super) fn remove_reference(&self) -> bool {
        let one_less = |references: u32| references.checked_sub(1);
        let relaxed = Ordering::Relaxed;
        let was_last = self
            .slot
            .references
            .fetch_update(relaxed, relaxed, one_less)
            == Ok(1);
        if was_last {
            self.let_go();
        }
        was_last
    }

    fn let_go(&self) {
        let state = self.slot.state.fetch_sub(1, Ordering::Release);
        if state & HOLDS > 1 {
            return;
        }
        fence(Ordering::Acquire);
        // SAFETY: nobody holds it, and nobody can any more.
        let open = unsafe { (*self.slot.open.get()).take() };
        let next_generation = (state & !HOLDS).wrapping_add(HOLDS + 1);
        self.slot.state.store(next_generation, Ordering::Relaxed);
        self.slab.give_free(self.index, self.slot);
        // Its end is recorded now.
        drop(open);
    }
}

impl Deref for Held<'_> {
    type Target = Open;

    fn deref(&self) -> &Open {
        // SAFETY: as long as it is held, nobody writes it.
        let open = unsafe { &*self.slot.open.get() };
        open.as_ref().expect("a slot that is held is filled")
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.let_go();
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::sync::Barrier;
    use std::thread;

    use tracing_core::{Kind, callsite::DefaultCallsite, metadata};

    use super::*;

    static CALLSITE: DefaultCallsite = DefaultCallsite::new(&METADATA);
    static METADATA: Metadata<'static> = metadata! {
        name: "slab",
        target: "slab",
        level: tracing_core::Level::INFO,
        fields: &[],
        callsite: &CALLSITE,
        kind: Kind::SPAN,
    };

    fn open() -> Open {
        Open {
            span: Span::none(),
            metadata: &METADATA,
        }
    }

    #[test]
    fn an_id_finds_its_span_until_that_is_closed_and_none_after() {
        const SPANS: u32 = if cfg!(miri) { 100 } else { 1000 };
        let slab = Slab::new();
        let ids: Vec<Id> = (0..SPANS).map(|_| slab.insert(open()).unwrap()).collect();
        let different: HashSet<u64> = ids.iter().map(Id::into_u64).collect();
        assert_eq!(different.len(), ids.len());
        for id in &ids {
            let held = slab.get(id).unwrap();
            assert_eq!(held.metadata.name(), "slab");
            held.add_reference();
            assert!(!held.remove_reference());
            assert!(held.remove_reference());
            assert!(!held.remove_reference(), "once too often");
            assert_eq!(held.metadata.name(), "slab", "as long as it is held");
        }
        assert!(ids.iter().all(|id| slab.get(id).is_none()));
        let again = slab.insert(open()).unwrap();
        assert!(!different.contains(&again.into_u64()));
        assert_eq!(
            slab.used.load(Ordering::Relaxed),
            SPANS,
            "slots are used again"
        );
        for nonsense in [1, u64::MAX, u64::from(u32::MAX), 5 << 32] {
            assert!(slab.get(&Id::from_u64(nonsense)).is_none());
        }
    }

    #[test]
    fn threads_that_open_look_and_close_at_once_get_what_is_theirs() {
        const THREADS: usize = 4;
        const ROUNDS: usize = if cfg!(miri) { 20 } else { 5_000 };
        let (slab, start) = (Slab::new(), Barrier::new(THREADS));
        let shared = slab.insert(open()).unwrap();
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    start.wait();
                    for _ in 0..ROUNDS {
                        let own = slab.insert(open()).unwrap();
                        slab.get(&shared).unwrap().add_reference();
                        assert!(slab.get(&own).unwrap().remove_reference());
                        assert!(slab.get(&own).is_none());
                        assert!(!slab.get(&shared).unwrap().remove_reference());
                    }
                });
            }
        });
        assert!(slab.get(&shared).unwrap().remove_reference());
        assert!(slab.used.load(Ordering::Relaxed) <= 1 + THREADS as u32);
    }
}
