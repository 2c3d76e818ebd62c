//! Which spans this thread has entered, and not left.
//!
//! `tracing` only tells of entering and leaving, so what a guard would keep is kept here. Spans are left in any order; one that was entered twice
//! is left twice, the last time first.

use std::cell::RefCell;
use std::num::NonZeroU64;

use ttlog_core::Span;
use ttlog_core::bridge::Entry;

struct Entered {
    /// The number of ttlog's span.
    number: NonZeroU64,
    /// What `tracing` calls it, where that is asked for; otherwise 0.
    id: u64,
    entry: Entry,
}

thread_local! {
    static ENTERED: RefCell<Vec<Entered>> = const { RefCell::new(Vec::new()) };
}

/// Enters a span, which `tracing` calls `id`. `is_counted` says whether its time of being entered is to be measured.
pub(super) fn enter(span: &Span, id: u64, is_counted: bool) {
    let Some(number) = span.id() else { return };
    // Gone where the thread is ending: then its last events are in no span.
    let _ = ENTERED.try_with(|entered| {
        if let Ok(mut entered) = entered.try_borrow_mut() {
            let is_in_it = entered.iter().any(|other| other.number == number);
            if let Some(entry) = Entry::push(span, is_counted && !is_in_it) {
                entered.push(Entered { number, id, entry });
            }
        }
    });
}

/// Leaves a span; nothing where this thread is not in it.
pub(super) fn leave(span: &Span) {
    let Some(number) = span.id() else { return };
    let _ = ENTERED.try_with(|entered| {
        if let Ok(mut entered) = entered.try_borrow_mut()
            && let Some(index) = entered.iter().rposition(|other| other.number == number)
        {
            entered.remove(index).entry.pop(span);
        }
    });
}

/// Of the spans that this thread is in, and `tracing`'s ids of them, the innermost that `find` makes something of.
pub(super) fn innermost<R>(mut find: impl FnMut(NonZeroU64, u64) -> Option<R>) -> Option<R> {
    let found = ENTERED.try_with(|entered| {
        let entered = entered.try_borrow().ok()?;
        let mut with_ids = entered.iter().rev().filter(|entered| entered.id != 0);
        with_ids.find_map(|entered| find(entered.number, entered.id))
    });
    found.ok().flatten()
}
