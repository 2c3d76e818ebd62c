//! [`NewSpan`]: a span between the begin of its record and its finish. Made by the macros.

use super::account::Account;
use super::guard::SpanGuard;
use super::handle::{Begun, Span};
use super::parent::Parent;
use super::scope::{self, Place};
use super::sharing::Start;
use super::site::SpanSite;
use crate::encode::{Encoder, Origin};

/// A span in the making: its fields are recorded into the encoder.
#[derive(Debug)]
pub struct NewSpan {
    place: Place,
    /// Where the thread is.
    around: Place,
    site: &'static SpanSite,
}

impl NewSpan {
    /// Begins a span of `values` fields in the span that this thread is in. `None` where it can't be recorded.
    #[inline(always)]
    pub fn begin(site: &'static SpanSite, values: u64) -> Option<(NewSpan, Encoder)> {
        let around = Place::here();
        let place = Place::within(around.trace);
        let mut encoder = Encoder::begin(&site.begin, values + 1)?;
        encoder.slot().u64(place.id);
        let new = NewSpan {
            place,
            around,
            site,
        };
        Some((new, encoder))
    }

    /// The same with a target that is known at run time only.
    pub fn begin_for(
        site: &'static SpanSite,
        values: u64,
        target: &str,
    ) -> Option<(NewSpan, Encoder)> {
        let origin = Origin {
            target: Some(target),
            parent: None,
        };
        NewSpan::begin_with(site, values, origin, scope::current_trace())
    }

    /// The same in a given span, or in none.
    pub fn begin_in<P: Parent + ?Sized>(
        site: &'static SpanSite,
        values: u64,
        target: Option<&str>,
        parent: &P,
    ) -> Option<(NewSpan, Encoder)> {
        let id = parent.parent_id();
        let origin = Origin {
            target,
            parent: Some(id),
        };
        let trace = match (parent.trace(), id) {
            (0, Some(id)) => scope::trace_with(id.get()),
            (trace, _) => trace,
        };
        NewSpan::begin_with(site, values, origin, trace)
    }

    fn begin_with(
        site: &'static SpanSite,
        values: u64,
        origin: Origin<'_>,
        trace: u128,
    ) -> Option<(NewSpan, Encoder)> {
        let place = Place::within(trace);
        let mut encoder = Encoder::begin_with(&site.begin, values + 1, origin)?;
        encoder.slot().u64(place.id);
        let new = NewSpan {
            place,
            around: Place::here(),
            site,
        };
        Some((new, encoder))
    }

    /// Publishes the beginning.
    #[inline(always)]
    pub fn finish(self, encoder: Encoder) -> Span {
        Span::of(Begun {
            place: self.place,
            site: self.site,
            start: Start::at(encoder.finish_in(self.around.id)),
            account: Account::new(),
        })
    }

    /// The same; enters the span. The guard is made in each branch of a call, because to make one of a span costs a move, also where there is none.
    #[inline(always)]
    pub fn enter(self, encoder: Encoder) -> SpanGuard {
        let (place, around) = (self.place, self.around);
        let visit = place.enter_from(around);
        SpanGuard::new(self.finish(encoder), visit)
    }
}
