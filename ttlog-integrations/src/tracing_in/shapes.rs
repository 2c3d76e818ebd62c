//! [`Shapes`]: the call sites of one call whose events don't all have the same fields.
//!
//! A value that is `None` is no field in `tracing`. An event has its values in the order of its call site's fields and no names, so events that lack
//! some are of a call site without those. Such a site is made when it is first needed; there may be [so many](MOST) of a call, and events beyond
//! have fields without a value instead.
//!
//! A list that grows at its head: set by an exchange with `Release`, with which the `Acquire` load of [`Shapes::first`] pairs.

use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering};

use ttlog_core::bridge::{CallSite, FieldDef, Metadata};

/// How many sites one call may have beside its own.
const MOST: u32 = 64;

/// See the [module](self).
#[derive(Debug)]
pub(super) struct Shapes {
    first: AtomicPtr<Shape>,
    /// How many there are; relaxed, for a few too many do no harm.
    count: AtomicU32,
}

/// Of a call, the events that lack some fields.
#[derive(Debug)]
struct Shape {
    /// By its bits, which fields are missing.
    missing: u64,
    site: CallSite,
    next: *mut Shape,
}

impl Shapes {
    pub(super) const fn new() -> Shapes {
        Shapes {
            first: AtomicPtr::new(ptr::null_mut()),
            count: AtomicU32::new(0),
        }
    }

    /// Whether there may be more of them.
    pub(super) fn may_grow(&self) -> bool {
        self.count.load(Ordering::Relaxed) < MOST
    }

    /// The call site of events of `whole`, a call site, that lack the fields with these bits; `names` gives all fields with their bits.
    #[cold]
    pub(super) fn without(
        &self,
        missing: u64,
        whole: &Metadata,
        names: impl Iterator<Item = (usize, &'static str)>,
    ) -> &'static CallSite {
        if let Some(shape) = self.find(missing) {
            return &shape.site;
        }
        let mut metadata = whole.clone();
        let is_kept = |(bit, _): &(usize, &'static str)| missing >> bit & 1 == 0;
        metadata.fields = names
            .filter(is_kept)
            .map(|(_, name)| FieldDef::new(name))
            .collect();
        let mut new = Box::new(Shape {
            missing,
            site: CallSite::new(metadata),
            next: ptr::null_mut(),
        });
        loop {
            let first = self.first.load(Ordering::Acquire);
            if let Some(shape) = self.find(missing) {
                return &shape.site;
            }
            new.next = first;
            let pointer = Box::into_raw(new);
            // `Relaxed` where it fails: the head is then loaded again.
            let (success, failure) = (Ordering::Release, Ordering::Relaxed);
            if self
                .first
                .compare_exchange(first, pointer, success, failure)
                .is_ok()
            {
                self.count.fetch_add(1, Ordering::Relaxed);
                // SAFETY: it came from a box just now, and nobody has it for writing.
                return unsafe { &(*pointer).site };
            }
            // SAFETY: it came from a box just now, and nobody else has seen it.
            new = unsafe { Box::from_raw(pointer) };
        }
    }

    fn find(&self, missing: u64) -> Option<&'static Shape> {
        let mut next = self.first.load(Ordering::Acquire);
        // SAFETY: null or a shape that was leaked, and those are only read.
        while let Some(shape) = unsafe { next.as_ref() } {
            if shape.missing == missing {
                return Some(shape);
            }
            next = shape.next;
        }
        None
    }
}
