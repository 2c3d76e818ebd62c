//! [`Shapes`]: the call sites of one call whose events don't all have the same fields.
//!
//! A value that is `None` is no field in `tracing`. An event has its values in the order of its call site's fields and no names, so events that lack
//! some are of a call site without those. Such a site is made when it is first needed; there may be [so many](MOST) of a call, and events beyond
//! have fields without a value instead.

use std::sync::atomic::{AtomicU32, Ordering};

use ttlog_core::bridge::{CallSite, FieldDef, Forever, Metadata};

/// How many sites one call may have beside its own.
const MOST: u32 = 64;

/// See the [module](self).
#[derive(Debug)]
pub(super) struct Shapes {
    list: Forever<Shape>,
    /// How many there are; relaxed, for a few too many do no harm.
    count: AtomicU32,
}

/// Of a call, the events that lack some fields.
#[derive(Debug)]
struct Shape {
    /// By its bits, which fields are missing.
    missing: u64,
    site: CallSite,
}

impl Shapes {
    pub(super) const fn new() -> Shapes {
        Shapes {
            list: Forever::new(),
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
        let is_it = |shape: &Shape| shape.missing == missing;
        if let Some(shape) = self.list.find(is_it) {
            return &shape.site;
        }
        let mut metadata = whole.clone();
        let is_kept = |(bit, _): &(usize, &'static str)| missing >> bit & 1 == 0;
        metadata.fields = names
            .filter(is_kept)
            .map(|(_, name)| FieldDef::new(name))
            .collect();
        let new = Shape {
            missing,
            site: CallSite::new(metadata),
        };
        match self.list.push_unless(is_it, new) {
            Ok(shape) => {
                self.count.fetch_add(1, Ordering::Relaxed);
                &shape.site
            }
            Err(known) => &known.site,
        }
    }
}
