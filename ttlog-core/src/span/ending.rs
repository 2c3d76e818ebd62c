//! The ends of spans.
//!
//! What is called takes values and no reference to a span or to a guard: so where these are made and dropped in one function, as they are with
//! `span!`, the compiler keeps them in registers, and one that is not enabled is never stored.
//!
//! An [`Ending`] is made by the drop of a handle, and used once. That of a handle beside others ends nothing but that handle.

use super::account::Balance;
use super::scope::{self, Visit};
use super::sharing;
use super::site::SpanSite;
use crate::encode::Encoder;

/// What has to be known of a span to end it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ending {
    pub(super) site: &'static SpanSite,
    pub(super) id: u64,
    /// The word of its [`Start`](sharing::Start).
    pub(super) start: u64,
    pub(super) balance: Balance,
}

impl Ending {
    /// Ends the span where the thread is.
    #[inline(always)]
    pub(super) fn end(self) {
        end_here(self.site, self.id, self.start, self.balance);
    }

    /// Leaves the span, so that its end is not in itself, and ends it.
    #[inline(always)]
    pub(super) fn leave_and_end(self, visit: Visit) {
        leave_and_end(visit, self.site, self.id, self.start, self.balance);
    }

    /// Records the end, in the place `around`.
    #[inline(always)]
    fn record(self, around: u64) {
        if !self.balance.is_empty() {
            return self.record_balance(around);
        }
        let (site, id) = (&self.site.end, self.id);
        Encoder::end_span(site, id, self.start, around, || {
            self.record_balance(around);
        });
    }

    #[inline(always)]
    fn record_balance(self, around: u64) {
        record_balance(self.site, self.id, self.start, around, self.balance);
    }
}

// Each of these takes what fits into registers, which an `Ending` does not.

#[inline(never)]
fn end_here(site: &'static SpanSite, id: u64, start: u64, balance: Balance) {
    let ending = Ending {
        site,
        id,
        start,
        balance,
    };
    ending.record(scope::current_id());
}

#[inline(never)]
fn leave_and_end(visit: Visit, site: &'static SpanSite, id: u64, start: u64, balance: Balance) {
    if !visit.is_last() {
        return leave_out_of_order(&visit, site, id, start, balance);
    }
    let ending = Ending {
        site,
        id,
        start,
        balance,
    };
    let around = visit.leave_last();
    ending.record(around);
}

#[cold]
#[inline(never)]
fn leave_out_of_order(
    visit: &Visit,
    site: &'static SpanSite,
    id: u64,
    start: u64,
    balance: Balance,
) {
    visit.leave(id);
    end_here(site, id, start, balance);
}

#[cold]
#[inline(never)]
fn record_balance(site: &'static SpanSite, id: u64, start: u64, around: u64, balance: Balance) {
    if balance.is_of_only_handle() {
        Encoder::end_span_with(&site.end, id, start, around, balance.told());
    } else {
        end_handle(site, id, start, around, balance);
    }
}

/// Ends a handle that is not the span's only one, and the span if it is the last.
#[cold]
#[inline(never)]
fn end_handle(site: &'static SpanSite, id: u64, start: u64, around: u64, balance: Balance) {
    if balance.is_borrowed() {
        return;
    }
    // SAFETY: both are of a handle that is being dropped, whose account has the mark.
    if let Some((start_ticks, total)) = unsafe { sharing::give_up(start, balance) } {
        record_balance(site, id, start_ticks, around, total);
    }
}
