//! [`Span`].

use std::fmt;
use std::num::NonZeroU64;

use super::account::{Account, Outcome};
use super::ending::Ending;
use super::guard::{Entered, EnteredScope, SpanGuard};
use super::node;
use super::parent::Parent;
use super::scope::{self, Place, Visit};
use super::sharing::Start;
use super::site::SpanSite;
use super::traceparent::TraceParent;
use crate::encode::Encoder;
use crate::field;
use crate::level::LogLevel;
use crate::value::Value;

/// A stretch of time that events happen in.
///
/// It begins when it is made and ends when it is dropped. Events are in it while it is entered: by [`enter`](Span::enter), by
/// [`in_scope`](Span::in_scope), or by a future that is [instrumented](crate::Instrument) with it.
///
/// # Handles
///
/// A clone is another handle of the same span, for another task, thread or struct. The span ends when the last one is dropped, in whatever thread; one that
/// is [forgotten](std::mem::forget) keeps it open. Fields can be given by each. At its end,
///
/// - the time for which it was entered is the sum over all handles: two threads that are in it at once count twice;
/// - it has panicked if one was dropped by a panic, and otherwise ended with an error if that was said by one. A future that is dropped
///   before its end makes it cancelled only where it had the last handle; otherwise others go on with the span.
///
/// In a child of `fork` the handles of its only thread are copies, and those of other threads are never dropped: a span that they had
/// doesn't end there.
///
/// ```
/// use ttlog_core::{Instrument, Span};
/// # fn span() -> Span { Span::none() }
/// # async fn read() {}
/// # async fn write() {}
/// let span = span();
/// let reading = read().instrument(span.clone());
/// let writing = write().instrument(span.clone());
/// span.record("tasks", 2);
/// # drop((reading, writing));
/// ```
#[must_use = "a span ends when it is dropped: enter it, or put a future into it"]
pub struct Span {
    /// `None` for a span that is not enabled.
    begun: Option<Begun>,
}

/// Name and number: it may be the argument of an instrumented function.
impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(begun) = &self.begun else {
            return f.write_str("Span(none)");
        };
        let name = &begun.site.begin.metadata().message;
        write!(f, "Span({name} {:016x})", begun.place.id)
    }
}

/// That of spans of which only the number is known: for their later fields.
static ANY_SITE: SpanSite = SpanSite::new(LogLevel::Critical, "ttlog", "", "", 0, "", &[]);

/// A span that is enabled.
#[derive(Debug)]
pub(super) struct Begun {
    pub(super) place: Place,
    pub(super) site: &'static SpanSite,
    pub(super) start: Start,
    pub(super) account: Account,
}

impl Span {
    /// A span that is not enabled: entering it changes nothing.
    pub const fn none() -> Span {
        Span { begun: None }
    }

    /// The innermost span that this thread is in, to be given fields, to be a parent, or to be entered elsewhere; one that is not enabled where the thread is in none.
    ///
    /// The span ends with the handles of who began it, and this one's drop and outcome mean nothing to it. But what happens in it is known to be
    /// in it for as long as this one is there, also after its end.
    ///
    /// ```
    /// use ttlog_core::Span;
    ///
    /// Span::current().record("rows", 3);
    /// let span = Span::current();
    /// std::thread::spawn(move || span.in_scope(|| { /* events here are in the span */ }));
    /// ```
    pub fn current() -> Span {
        match scope::current_span() {
            0 => Span::none(),
            id => Span::of(Begun {
                place: Place {
                    id,
                    trace: scope::current_trace(),
                },
                site: &ANY_SITE,
                start: Start::held_by(node::hold(None)),
                account: Account::borrowed(),
            }),
        }
    }

    #[inline(always)]
    pub(super) fn of(begun: Begun) -> Span {
        Span { begun: Some(begun) }
    }

    #[inline(always)]
    pub(super) fn begun(&self) -> Option<&Begun> {
        self.begun.as_ref()
    }

    /// Its number; `None` for a span that is not enabled. It can stand behind `parent:`, but doesn't tell the trace as the span itself does: calls
    /// that go out of a span which was begun in a number say that their trace begins with that number's span.
    pub fn id(&self) -> Option<NonZeroU64> {
        self.begun
            .as_ref()
            .and_then(|begun| NonZeroU64::new(begun.place.id))
    }

    /// The span as a place in its trace, for a call that goes out; `None` for a span that is not enabled.
    /// [`TraceParent::current`] gives that of the span that the thread is in.
    pub fn trace_parent(&self) -> Option<TraceParent> {
        let place = self.begun.as_ref()?.place;
        TraceParent::of(place.trace, place.id)
    }

    /// Whether it is not enabled.
    #[inline(always)]
    pub fn is_none(&self) -> bool {
        self.begun.is_none()
    }

    /// [`Span::is_none`] under the name that `tracing` has for spans which nobody wants.
    pub fn is_disabled(&self) -> bool {
        self.is_none()
    }

    /// The span itself, or the one that this thread is in where it is not enabled: so that a future which is put into it is at least in that.
    ///
    /// ```
    /// use ttlog_core::{Instrument, Span};
    /// # fn span() -> Span { Span::none() }
    /// # async fn work() {}
    /// let working = work().instrument(span().or_current());
    /// # drop(working);
    /// ```
    pub fn or_current(self) -> Span {
        if self.is_none() {
            Span::current()
        } else {
            self
        }
    }

    /// Enters it until the guard is dropped. The guard stays in its thread: in async code, [instrument](crate::Instrument) the
    /// future instead. See [`SpanGuard`] for guards that are dropped out of order, or not at all.
    pub fn enter(&self) -> Entered<'_> {
        Entered::new(self)
    }

    /// Enters it for as long as it lives.
    #[inline(always)]
    pub fn entered(self) -> SpanGuard {
        let visit = match self.begun() {
            Some(begun) => begun.place.enter(),
            None => Visit::none(),
        };
        SpanGuard::new(self, visit)
    }

    /// Runs `work` in it.
    pub fn in_scope<R>(&self, work: impl FnOnce() -> R) -> R {
        let _entered = self.enter_scope();
        work()
    }

    #[inline]
    pub(super) fn enter_scope(&self) -> EnteredScope<'_> {
        EnteredScope::new(self)
    }

    /// Says that it came of another span, which it is not in: gives it the field `follows_from` with that one's number, 16 hexadecimal digits. The last cause that is given
    /// counts; none is no field.
    pub fn follows_from(&self, cause: impl Parent) -> &Span {
        if let Some(id) = cause.parent_id() {
            self.record("follows_from", field::display(format_args!("{id:016x}")));
        }
        self
    }

    /// Gives it one field more.
    pub fn record(&self, name: &str, value: impl Value) -> &Span {
        if let Some(mut encoder) = self.begin_fields() {
            if encoder.name(name) {
                value.record(encoder.slot());
            }
            encoder.finish();
        }
        self
    }

    /// Begins a record of further fields, each of which needs a [name](Encoder::name). `None` for a span that is not enabled, and where the
    /// record can't be written, which is then counted.
    #[doc(hidden)]
    pub fn begin_fields(&self) -> Option<Encoder> {
        let begun = self.begun.as_ref()?;
        let site = &begun.site.fields;
        site.ensure_id();
        let mut encoder = Encoder::begin(site, 1)?;
        encoder.slot().u64(begun.place.id);
        Some(encoder)
    }

    /// Says how it ends, if that is not as its drop finds out: by a panic, or normally. See [above](Span#handles) for
    /// what several handles say.
    pub fn set_outcome(&self, outcome: Outcome) {
        if let Some(begun) = &self.begun {
            begun.account.set_outcome(outcome);
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

/// Another handle; see [above](Span#handles).
impl Clone for Span {
    fn clone(&self) -> Span {
        match &self.begun {
            Some(begun) => Span::of(begun.another()),
            None => Span::none(),
        }
    }
}

impl Drop for Span {
    #[inline(always)]
    fn drop(&mut self) {
        if let Some(begun) = &self.begun {
            begun.ending().end();
        }
    }
}

impl Begun {
    fn another(&self) -> Begun {
        let (start, account) = if self.account.is_borrowed() {
            let held = node::hold(NonZeroU64::new(self.start.word()));
            (Start::held_by(held), Account::borrowed())
        } else {
            (self.start.share(&self.account), Account::of_clone())
        };
        Begun {
            place: self.place,
            site: self.site,
            start,
            account,
        }
    }

    #[inline(always)]
    pub(super) fn ending(&self) -> Ending {
        Ending {
            site: self.site,
            id: self.place.id,
            start: self.start.word(),
            balance: self.account.balance(),
        }
    }
}
