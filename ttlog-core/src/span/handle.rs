//! [`Span`], and the guards that enter it.

use std::marker::PhantomData;
use std::num::NonZeroU64;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use super::scope::{self, Place, Restore};
use super::site::SpanSite;
use crate::clock;
use crate::encode::{Encoder, Origin};
use crate::value::{Parent, Value};

/// How a span ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
#[repr(u8)]
pub enum Outcome {
    /// Normally.
    #[default]
    Returned = 0,
    /// With an error.
    Error = 1,
    /// By a panic.
    Panicked = 2,
    /// It was dropped before it had come to its end, as futures are.
    Cancelled = 3,
}

impl Outcome {
    fn text(self) -> Option<&'static str> {
        match self {
            Outcome::Returned => None,
            Outcome::Error => Some("error"),
            Outcome::Panicked => Some("panicked"),
            Outcome::Cancelled => Some("cancelled"),
        }
    }

    fn of_number(number: u8) -> Outcome {
        [
            Outcome::Returned,
            Outcome::Error,
            Outcome::Panicked,
            Outcome::Cancelled,
        ][usize::from(number & 3)]
    }
}

/// A stretch of time that events happen in.
///
/// It begins when it is made and ends when it is dropped. Events are in it while it is entered: by [`enter`](Span::enter), by
/// [`in_scope`](Span::in_scope), or by a future that is [instrumented](crate::Instrument) with it.
#[derive(Debug)]
#[must_use = "a span ends when it is dropped: enter it, or put a future into it"]
pub struct Span {
    /// `None` for a span that is not enabled.
    begun: Option<Begun>,
}

#[derive(Debug)]
struct Begun {
    place: Place,
    site: &'static SpanSite,
    start_ticks: u64,
    /// Ticks for which it was entered by `enter`, or `NOT_MEASURED`; relaxed, as an account is.
    busy_ticks: AtomicU64,
    /// The [`Outcome`], and `PANICKING`.
    marks: AtomicU8,
}

const NOT_MEASURED: u64 = u64::MAX;
/// A panic was under way when the span began.
const PANICKING: u8 = 1 << 7;

/// A span in the making: its fields are recorded into the encoder.
#[derive(Debug)]
pub struct NewSpan {
    place: Place,
    site: &'static SpanSite,
}

impl NewSpan {
    /// Begins a span of `values` fields in the span that this thread is in. `None` where it can't be recorded.
    #[inline(always)]
    pub fn begin(site: &'static SpanSite, values: u64) -> Option<(NewSpan, Encoder)> {
        let place = Place::within(scope::current_trace());
        let mut encoder = Encoder::begin(&site.begin, values + 1)?;
        encoder.slot().u64(place.id);
        Some((NewSpan { place, site }, encoder))
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
        Some((NewSpan { place, site }, encoder))
    }

    /// Publishes the beginning.
    #[inline(always)]
    pub fn finish(self, encoder: Encoder) -> Span {
        let start_ticks = encoder.finish_at();
        Span {
            begun: Some(Begun {
                place: self.place,
                site: self.site,
                start_ticks,
                busy_ticks: AtomicU64::new(NOT_MEASURED),
                marks: AtomicU8::new(if std::thread::panicking() {
                    PANICKING
                } else {
                    0
                }),
            }),
        }
    }
}

impl NewSpan {
    /// The same; enters the span. The guard is made in each branch of a call, because to make one of a span costs a move, also where there is none.
    #[inline(always)]
    pub fn enter(self, encoder: Encoder) -> SpanGuard {
        self.finish(encoder).entered()
    }
}

impl Span {
    /// A span that is not enabled: entering it changes nothing.
    pub const fn none() -> Span {
        Span { begun: None }
    }

    /// Its number; `None` for a span that is not enabled. It can stand behind `parent:`.
    pub fn id(&self) -> Option<NonZeroU64> {
        self.begun
            .as_ref()
            .and_then(|begun| NonZeroU64::new(begun.place.id))
    }

    /// Whether it is not enabled.
    pub fn is_none(&self) -> bool {
        self.begun.is_none()
    }

    /// Enters it until the guard is dropped. The guard stays in its thread: in async code, [instrument](crate::Instrument) the
    /// future instead.
    pub fn enter(&self) -> Entered<'_> {
        Entered {
            restore: self.begun.as_ref().map(|begun| begun.place.enter()),
            since: self.begun.as_ref().map(|begun| {
                // Of two threads one begins the account.
                let (not_yet, account) = (NOT_MEASURED, &begun.busy_ticks);
                let _ = account.compare_exchange(not_yet, 0, Ordering::Relaxed, Ordering::Relaxed);
                (begun, clock::ticks())
            }),
        }
    }

    /// Enters it for as long as it lives.
    #[inline(always)]
    pub fn entered(self) -> SpanGuard {
        SpanGuard {
            restore: self.begun.as_ref().map(|begun| begun.place.enter()),
            span: self,
            of_thread: PhantomData,
        }
    }

    /// Runs `work` in it.
    pub fn in_scope<R>(&self, work: impl FnOnce() -> R) -> R {
        let _entered = self.enter();
        work()
    }

    /// Gives it one field more.
    pub fn record(&self, name: &str, value: impl Value) {
        let Some(begun) = &self.begun else { return };
        let site = &begun.site.fields;
        site.ensure_id();
        if let Some(mut encoder) = Encoder::begin(site, 1) {
            encoder.slot().u64(begun.place.id);
            if encoder.name(name) {
                value.record(encoder.slot());
            }
            encoder.finish();
        }
    }

    /// Says how it ends, if that is not as its drop finds out: by a panic, or normally.
    pub fn set_outcome(&self, outcome: Outcome) {
        if let Some(begun) = &self.begun {
            let panicking = begun.marks.load(Ordering::Relaxed) & PANICKING;
            let marks = outcome as u8 | panicking;
            begun.marks.store(marks, Ordering::Relaxed);
        }
    }
}

impl Parent for Span {
    fn parent_id(&self) -> Option<NonZeroU64> {
        self.id()
    }

    fn trace(&self) -> u128 {
        self.begun.as_ref().map_or(0, |begun| begun.place.trace)
    }
}

impl Drop for Span {
    #[inline(always)]
    fn drop(&mut self) {
        if let Some(begun) = &self.begun {
            begun.end();
        }
    }
}

impl Begun {
    #[inline(never)]
    fn end(&self) {
        let site = &self.site.end;
        site.ensure_id();
        let marks = self.marks.load(Ordering::Relaxed);
        let busy_ticks = self.busy_ticks.load(Ordering::Relaxed);
        if marks == 0 && busy_ticks == NOT_MEASURED && !std::thread::panicking() {
            Encoder::end_span(site, self.place.id, self.start_ticks);
        } else {
            let outcome = if marks & PANICKING == 0 && std::thread::panicking() {
                Outcome::Panicked
            } else {
                Outcome::of_number(marks)
            };
            let busy_ticks = (busy_ticks != NOT_MEASURED).then_some(busy_ticks);
            let more = (busy_ticks, outcome.text());
            Encoder::end_span_with(site, self.place.id, self.start_ticks, more);
        }
    }
}

/// A span is entered as long as it lives; see [`Span::enter`].
#[derive(Debug)]
#[must_use = "a span is left when its guard is dropped: `let _entered = …`"]
pub struct Entered<'a> {
    restore: Option<Restore>,
    since: Option<(&'a Begun, u64)>,
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        if let Some((begun, since)) = self.since {
            let ticks = clock::ticks().saturating_sub(since);
            begun.busy_ticks.fetch_add(ticks, Ordering::Relaxed);
        }
        drop(self.restore.take());
    }
}

/// A span that is entered as long as it lives. It stays in its thread: held across an `.await` it makes the future one that is not `Send`.
///
/// ```compile_fail
/// fn send<T: Send>(_: T) {}
/// send(ttlog_core::Span::none().entered());
/// ```
#[derive(Debug)]
#[must_use = "a span ends when its guard is dropped: `let _span = …`"]
pub struct SpanGuard {
    /// Before the span ends, so that its end is not in itself.
    restore: Option<Restore>,
    span: Span,
    of_thread: PhantomData<*const ()>,
}

impl SpanGuard {
    /// The guard of a span that is not enabled.
    #[doc(hidden)]
    #[inline(always)]
    pub const fn none() -> SpanGuard {
        SpanGuard {
            restore: None,
            span: Span::none(),
            of_thread: PhantomData,
        }
    }

    /// Leaves the span and gives it.
    pub fn exit(mut self) -> Span {
        drop(self.restore.take());
        std::mem::replace(&mut self.span, Span::none())
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
