//! The ends of spans.
//!
//! What is called is given values in memory of its own, and no reference to a span or to a guard: so where these are made and dropped in one function,
//! as they are with `span!`, the compiler keeps them in registers, and one that is not enabled is never stored. What is given in memory takes no
//! registers of who is called: the usual end has nearly none to save.
//!
//! The usual end is one without a balance, in order, and with [nothing in its way](SpanEnd). All that is found out before anything is done, so that what
//! is cold begins with everything as it was.
//!
//! An [`Ending`] is made by the drop of a handle, and used once. That of a handle beside others ends nothing but that handle.

use super::account::Balance;
use super::node;
use super::scope::{self, Visit};
use super::sharing;
use super::site::SpanSite;
use crate::encode::{Encoder, SpanEnd};

/// What has to be known of a span to end it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ending {
    pub(super) site: &'static SpanSite,
    pub(super) id: u64,
    /// The word of its [`Start`](sharing::Start).
    pub(super) start: u64,
    pub(super) balance: Balance,
}

/// The same of a span that is to be left first.
#[derive(Debug)]
struct Leaving {
    visit: Visit,
    ending: Ending,
}

impl Ending {
    /// Ends the span where the thread is.
    #[inline(always)]
    pub(super) fn end(self) {
        end_here(self);
    }

    /// Leaves the span, so that its end is not in itself, and ends it.
    #[inline(always)]
    pub(super) fn leave_and_end(self, visit: Visit) {
        leave_and_end(Leaving {
            visit,
            ending: self,
        });
    }
}

#[inline(never)]
fn end_here(ending: Ending) {
    if ending.balance.is_empty()
        && let Some(end) = SpanEnd::at_once(&ending.site.end)
    {
        return end.write(ending.id, ending.start, scope::current_id());
    }
    end_otherwise(&ending);
}

#[inline(never)]
fn leave_and_end(leaving: Leaving) {
    let Leaving { visit, ending } = &leaving;
    if ending.balance.is_empty()
        && visit.is_last()
        && let Some(end) = SpanEnd::at_once(&ending.site.end)
    {
        let around = visit.leave_last();
        return end.write(ending.id, ending.start, around);
    }
    leave_and_end_otherwise(&leaving);
}

#[cold]
#[inline(never)]
fn leave_and_end_otherwise(Leaving { visit, ending }: &Leaving) {
    visit.leave(ending.id);
    end_otherwise(ending);
}

/// Ends a handle, and the span if it is the only one or the last.
#[cold]
#[inline(never)]
fn end_otherwise(ending: &Ending) {
    let (balance, start) = (ending.balance, ending.start);
    if balance.is_borrowed() {
        if start != 0 {
            node::end(start);
        }
        return;
    }
    let last = if balance.is_of_only_handle() {
        Some((start, balance))
    } else {
        // SAFETY: both are of a handle that is being dropped, whose account has the mark.
        unsafe { sharing::give_up(start, balance) }
    };
    if let Some((start_ticks, total)) = last {
        let (site, around) = (&ending.site.end, scope::current_id());
        Encoder::end_span_with(site, ending.id, start_ticks, around, total.told());
    }
}
