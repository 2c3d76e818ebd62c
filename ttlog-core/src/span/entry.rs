//! [`Entry`]: that a thread has entered a span, where no guard can stand for it.

use super::handle::Span;
use super::scope::Visit;
use crate::clock;

/// That this thread has entered a span, kept by who can't keep a guard because it is only told of entering and leaving.
///
/// Entries are given up in any order, as guards are dropped. One that is not given up keeps the thread in its span, as a guard that is forgotten.
#[derive(Debug)]
#[must_use = "the thread stays in the span until the entry is popped"]
pub struct Entry {
    visit: Visit,
    /// In ticks; `None` where it isn't counted.
    since: Option<u64>,
}

impl Entry {
    /// Enters a span; `None` if it is not enabled. Whether the time until it is left counts as time that the span was entered, `is_counted` says:
    /// where a thread enters a span again that it is in, it is counted already.
    #[inline]
    pub fn push(span: &Span, is_counted: bool) -> Option<Entry> {
        let begun = span.begun()?;
        let since = is_counted.then(|| {
            begun.account.measure();
            clock::ticks()
        });
        Some(Entry {
            visit: begun.place.enter(),
            since,
        })
    }

    /// Leaves the span, which is the one that was entered.
    #[inline]
    pub fn pop(self, span: &Span) {
        let Some(begun) = span.begun() else { return };
        self.visit.leave(begun.place.id);
        if let Some(since) = self.since {
            begun.account.add(clock::ticks().saturating_sub(since));
        }
    }
}
