//! [`Histogram`]: the static behind a call that measures and is told of in sums; the table of those that were reached.
//!
//! | module | owns |
//! |---|---|
//! | `buckets` | what was measured, and what is told of it |
//! | `guard` | the value that measures |
//! | `reports` | when a report is made, and where it goes |
//!
//! A histogram is the process's, not a pipeline's. It is entered into the table when it has its first measurement, outside of the path
//! of the others; then there is a pipeline, too, whose snapshot thread reports it.
//!
//! `is_known` is a hint, relaxed: it is written with the table's lock only, and asked again there. The lock also makes one thread at a
//! time take measurements out. It is the last of all locks: nothing else is taken, and nothing but the table grows, while it is held.

mod buckets;
mod guard;
mod reports;

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::callsite::CallSite;
use crate::clock;
use crate::current;
use crate::dispatch;
use crate::level::LogLevel;
use crate::metadata::{FieldDef, Metadata};
use crate::sync::lock;

pub use buckets::Buckets;
pub(crate) use buckets::Summary;
pub use guard::HistogramTimer;
pub(crate) use reports::{Reports, report_rest};

/// The fields of a report, in their order.
static FIELDS: [FieldDef; 7] = [
    FieldDef::new("count"),
    FieldDef::new("min"),
    FieldDef::new("max"),
    FieldDef::new("mean"),
    FieldDef::new("p50"),
    FieldDef::new("p90"),
    FieldDef::new("p99"),
];

/// Those that have measured.
pub(crate) type Table = Vec<&'static Histogram>;
pub(crate) static TABLE: Mutex<Table> = Mutex::new(Vec::new());

/// The static behind a call of `timer!(histogram, …)`. Made by the macro.
#[derive(Debug)]
pub struct Histogram {
    /// That of the reports.
    site: CallSite,
    /// In a static of their own, which is all zeros.
    buckets: &'static Buckets,
    /// Whether it is in the table.
    is_known: AtomicBool,
}

impl Histogram {
    /// A histogram that has measured nothing yet.
    pub const fn new(
        level: LogLevel,
        target: &'static str,
        module_path: &'static str,
        (file, line): (&'static str, u32),
        name: &'static str,
        buckets: &'static Buckets,
    ) -> Histogram {
        let metadata = Metadata::new(level, target, module_path, file, line, name, &FIELDS);
        Histogram {
            site: CallSite::new(metadata),
            buckets,
            is_known: AtomicBool::new(false),
        }
    }

    /// Whether reports of this call are wanted; `level` is its level.
    #[inline(always)]
    pub fn is_enabled(&'static self, level: LogLevel) -> bool {
        self.site.is_enabled(level)
    }

    /// Adds a measurement that began at the tick `start`.
    #[inline(never)]
    fn record_since(&'static self, start: u64) {
        self.buckets.add(clock::ticks().saturating_sub(start));
        if !self.is_known.load(Ordering::Relaxed) {
            self.become_known();
        }
    }

    /// Enters the table, and sees to it that somebody reports.
    #[cold]
    #[inline(never)]
    fn become_known(&'static self) {
        // An allocator that measures may get here again: a later measurement will do it.
        current::once_at_a_time(|| {
            dispatch::start_reporter();
            let mut table = lock(&TABLE);
            if !self.is_known.swap(true, Ordering::Relaxed) {
                table.push(self);
            }
        });
    }
}

/// In a child of `fork`: what was measured before is the parent's. The table is empty, so that the next measurement starts what reports.
pub(crate) fn begin_anew(table: &mut Table) {
    for histogram in table.drain(..) {
        histogram.buckets.clear();
        histogram.is_known.store(false, Ordering::Relaxed);
    }
}
