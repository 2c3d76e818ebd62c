//! The guards that enter spans: [`SpanGuard`], which has its span, and [`Entered`], which borrows it.

use std::marker::PhantomData;
use std::mem::{self, ManuallyDrop};
use std::num::NonZeroU64;

use super::handle::{Begun, Span};
use super::parent::Parent;
use super::scope::{Scope, Visit};
use crate::clock;

/// A span is entered as long as it lives; see [`Span::enter`].
#[derive(Debug)]
#[must_use = "a span is left when its guard is dropped: `let _entered = …`"]
pub struct Entered<'a> {
    measured: Measured<'a>,
    /// `None` in a span that is not enabled.
    visit: Option<Visit>,
}

impl<'a> Entered<'a> {
    #[inline]
    pub(super) fn new(span: &'a Span) -> Self {
        Entered {
            visit: span.begun().map(|begun| begun.place.enter()),
            measured: Measured::new(span),
        }
    }
}

impl Drop for Entered<'_> {
    #[inline]
    fn drop(&mut self) {
        if let (Some(visit), Some((begun, _))) = (&self.visit, self.measured.0) {
            visit.leave(begun.place.id);
        }
    }
}

/// The same for a stretch of code.
#[derive(Debug)]
pub(super) struct EnteredScope<'a> {
    _scope: Option<Scope>,
    _measured: Measured<'a>,
}

impl<'a> EnteredScope<'a> {
    #[inline]
    pub(super) fn new(span: &'a Span) -> Self {
        EnteredScope {
            _scope: span.begun().map(|begun| begun.place.enter_scope()),
            _measured: Measured::new(span),
        }
    }
}

/// Tells a span for how long it was entered.
#[derive(Debug)]
struct Measured<'a>(Option<(&'a Begun, u64)>);

impl<'a> Measured<'a> {
    #[inline]
    fn new(span: &'a Span) -> Self {
        Measured(span.begun().map(|begun| {
            begun.account.measure();
            (begun, clock::ticks())
        }))
    }
}

impl Drop for Measured<'_> {
    #[inline]
    fn drop(&mut self) {
        if let Some((begun, since)) = self.0 {
            begun.account.add(clock::ticks().saturating_sub(since));
        }
    }
}

/// A span that is entered as long as it lives. It stays in its thread: held across an `.await` it makes the future one that is not `Send`.
///
/// Guards may be dropped in any order: a thread is in the span of the latest of those that are there. One that is forgotten
/// ([`mem::forget`]) keeps its span open, and the thread in it, until the function or the future ends that was called in a span or a context
/// ([`Span::in_scope`], [`with_context`](crate::with_context), a future that is [in a span](crate::Instrument)), if there is one around it.
///
/// ```compile_fail
/// fn send<T: Send>(_: T) {}
/// send(ttlog_core::Span::none().entered());
/// ```
#[derive(Debug)]
#[must_use = "a span ends when its guard is dropped: `let _span = …`"]
pub struct SpanGuard {
    /// Nothing where `span` is not enabled.
    visit: Visit,
    span: ManuallyDrop<Span>,
    of_thread: PhantomData<*const ()>,
}

impl SpanGuard {
    /// The guard of a span that is not enabled.
    #[doc(hidden)]
    #[inline(always)]
    pub const fn none() -> SpanGuard {
        SpanGuard {
            visit: Visit::none(),
            span: ManuallyDrop::new(Span::none()),
            of_thread: PhantomData,
        }
    }

    /// The guard of a span that is entered by a visit.
    #[inline(always)]
    pub(super) fn new(span: Span, visit: Visit) -> SpanGuard {
        SpanGuard {
            visit,
            span: ManuallyDrop::new(span),
            of_thread: PhantomData,
        }
    }

    /// Leaves the span and gives it.
    pub fn exit(mut self) -> Span {
        if let Some(begun) = self.span.begun() {
            self.visit.leave(begun.place.id);
        }
        let span = mem::replace(&mut *self.span, Span::none());
        mem::forget(self);
        span
    }
}

impl Drop for SpanGuard {
    #[inline(always)]
    fn drop(&mut self) {
        if let Some(begun) = self.span.begun() {
            begun.ending().leave_and_end(self.visit.take());
        }
    }
}

impl std::ops::Deref for SpanGuard {
    type Target = Span;

    fn deref(&self) -> &Span {
        &self.span
    }
}

impl Parent for SpanGuard {
    fn parent_id(&self) -> Option<NonZeroU64> {
        self.span.id()
    }

    fn trace(&self) -> u128 {
        self.span.trace()
    }
}
