//! The span that this thread is in, and the numbers of spans.
//!
//! One word a thread, so that an event finds its span by one load. Contexts have numbers of the same kind: the word is that of the innermost
//! of both. Which span a context is in, for calls that go out of the process, stands beside it, and is touched by contexts alone.
//!
//! Guards may be dropped in any order, may be forgotten, and may be kept across an `await` of a future that is polled elsewhere meanwhile. What is
//! promised then is in [`Visit`] and [`Scope`].

use std::cell::{Cell, RefCell};
use std::hash::{BuildHasher, RandomState};
use std::marker::PhantomData;
use std::sync::OnceLock;

use super::gaps::Gaps;
use super::surroundings::{TracePrefix, trace_id_of};
use super::traceparent::TraceParent;
use crate::current;

/// What a thread knows of where it is. What events and spans look at comes first.
#[repr(C)]
pub(crate) struct Here {
    /// The innermost span or context; 0 for none.
    id: Cell<u64>,
    /// How many guards there are: the lower half. The upper one counts what has gone out of order; see [`Visit`].
    depth: Cell<u64>,
    /// The last number that this thread has given, before the process's seed is put to it; 0 before the first.
    last: Cell<u64>,
    /// What `seed` gives, once there is a last number.
    seed: Cell<u64>,
    /// The trace that `id` belongs to; 0 for none yet.
    trace: Cell<u128>,
    /// What is known of the context that the thread has entered last and not left.
    context: Cell<InContext>,
}

thread_local! {
    static GAPS: RefCell<Gaps> = const { RefCell::new(Gaps::new()) };
}

/// How many of a number's bits are the thread's own count.
const COUNT_BITS: u32 = 40;

/// The innermost span or context of this thread; 0 for none.
#[inline(always)]
pub(crate) fn current_id() -> u64 {
    current::here(|here| here.id.get())
}

/// The trace that this thread is in; 0 for none.
#[inline(always)]
pub(super) fn current_trace() -> u128 {
    current::here(|here| here.trace.get())
}

/// The innermost span of this thread, contexts skipped; 0 for none.
#[inline(always)]
pub(crate) fn current_span() -> u64 {
    current::here(|here| {
        let context = here.context.get();
        match here.id.get() {
            id if id == context.id => context.span,
            id => id,
        }
    })
}

/// Whether who has sent this trace, as far as this thread knows, records it; those that begin here are recorded.
pub(super) fn is_sampled(trace: u128) -> bool {
    current::here(|here| here.context.get().not_sampled != trace)
}

/// What a thread knows in a context, beside its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct InContext {
    /// The context.
    id: u64,
    /// The span that it is in, that of another process in a trace which came from there; 0 for none.
    span: u64,
    /// The trace that it is in, if that came from outside and is not sampled there; 0 otherwise.
    not_sampled: u128,
}

impl InContext {
    const NONE: InContext = InContext {
        id: 0,
        span: 0,
        not_sampled: 0,
    };
}

impl Here {
    /// In no span and no context.
    pub(crate) const fn outside() -> Here {
        Here {
            id: Cell::new(0),
            depth: Cell::new(0),
            last: Cell::new(0),
            seed: Cell::new(0),
            trace: Cell::new(0),
            context: Cell::new(InContext::NONE),
        }
    }

    /// A new number, which no other span of this process has, and hardly one of another process.
    #[inline(always)]
    fn new_id(&self) -> u64 {
        let last = match self.last.get() {
            0 => first_number(),
            last => last,
        };
        self.last.set(last + 1);
        (last + 1) ^ self.seed.get()
    }

    #[inline(always)]
    fn place(&self) -> Place {
        Place {
            id: self.id.get(),
            trace: self.trace.get(),
        }
    }

    #[inline(always)]
    fn go_to(&self, place: Place) {
        self.id.set(place.id);
        self.trace.set(place.trace);
    }
}

#[cold]
#[inline(never)]
fn first_number() -> u64 {
    current::here(|here| here.seed.set(seed()));
    u64::from(current::thread_id()) << COUNT_BITS
}

/// The same in all threads of a process, and another one in its children. Its highest bits are such that no number becomes 0: there are not so
/// many threads.
fn seed() -> u64 {
    static RANDOM: OnceLock<RandomState> = OnceLock::new();
    RANDOM
        .get_or_init(RandomState::new)
        .hash_one(std::process::id())
        | 1 << 63
}

/// What the ids of traces that begin in this process have in common; another one in its children.
pub(crate) fn trace_prefix() -> Option<TracePrefix> {
    TracePrefix::new(seed())
}

/// In a child of `fork`: the numbers of this thread are not those of the parent's from now on.
pub(crate) fn begin_anew() {
    current::here(|here| here.last.set(0));
}

/// The trace of a span of which only the number is known: this thread's where that is in it, otherwise as if it began with the span.
pub(super) fn trace_with(id: u64) -> u128 {
    match current_trace() {
        trace if trace != 0 && current_id() == id => trace,
        _ => trace_of(id),
    }
}

/// The trace that begins with a span.
fn trace_of(root: u64) -> u128 {
    let high = match current::here(|here| here.seed.get()) {
        0 => seed(),
        seed => seed,
    };
    trace_id_of(high, root)
}

/// Where a thread is: its innermost span or context, and its trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Place {
    pub(super) id: u64,
    pub(super) trace: u128,
}

impl Place {
    /// Where this thread is.
    #[inline(always)]
    pub(super) fn here() -> Place {
        current::here(Here::place)
    }

    /// A new place in a trace; in one of its own where that is 0.
    #[inline(always)]
    pub(super) fn within(trace: u128) -> Place {
        current::here(|here| {
            let id = here.new_id();
            // Whoever has a number has the seed.
            let own = trace_id_of(here.seed.get(), id);
            let trace = if trace == 0 { own } else { trace };
            Place { id, trace }
        })
    }

    /// Goes there, until [`Visit::leave`].
    #[inline(always)]
    pub(super) fn enter(self) -> Visit {
        self.enter_from(Place::here())
    }

    /// The same where it is known that the thread is in `before`.
    #[inline(always)]
    pub(super) fn enter_from(self, before: Place) -> Visit {
        current::here(|here| {
            let depth = here.depth.get() + 1;
            here.go_to(self);
            here.depth.set(depth);
            Visit {
                before,
                depth,
                of_thread: PhantomData,
            }
        })
    }

    /// Goes there for a stretch of code.
    #[inline(always)]
    pub(super) fn enter_scope(self) -> Scope {
        Scope {
            visit: self.enter(),
            id: self.id,
        }
    }
}

/// What takes a thread back to where it was before it entered a place.
///
/// Visits are left in any order. One that is left after all that came later, as it should be, finds the thread's depth as it made it, and its own
/// place before it is where the thread goes. Any other way leaves a [gap](Gaps) or goes over one, and changes the upper half of the thread's depth. So
/// none of the visits that were there then takes what it knows for true, and those that come later cost what they always do.
#[derive(Debug)]
pub(super) struct Visit {
    before: Place,
    depth: u64,
    /// It is the thread's that made it.
    of_thread: PhantomData<*const ()>,
}

/// One in the upper half of a thread's depth.
const DISORDER: u64 = 1 << 32;

impl Visit {
    /// That of who has entered nothing; it is not left.
    #[inline(always)]
    pub(super) const fn none() -> Visit {
        Visit {
            before: Place { id: 0, trace: 0 },
            depth: 0,
            of_thread: PhantomData,
        }
    }

    /// The visit itself, out of what is dropped.
    #[inline(always)]
    pub(super) fn take(&mut self) -> Visit {
        std::mem::replace(self, Visit::none())
    }

    /// Whether no visits that came later are there, nor have gone otherwise than in order.
    #[inline(always)]
    pub(super) fn is_last(&self) -> bool {
        current::here(|here| here.depth.get() == self.depth)
    }

    /// Leaves the place of the [last](Visit::is_last) visit; gives that where the thread is then.
    #[inline(always)]
    pub(super) fn leave_last(&self) -> u64 {
        current::here(|here| {
            here.go_to(self.before);
            // One less than this visit's, but it need not be known here.
            here.depth.set(here.depth.get() - 1);
        });
        self.before.id
    }

    /// Leaves the place `id`, which it has entered. Where there are later visits, the thread stays where those have brought it.
    #[inline(always)]
    pub(super) fn leave(&self, id: u64) {
        if self.is_last() {
            self.leave_last();
        } else {
            self.leave_out_of_order(id, false);
        }
    }

    #[cold]
    #[inline(never)]
    fn leave_out_of_order(&self, id: u64, with_all_above: bool) {
        let leave = |gaps: &mut Gaps| {
            current::here(|here| {
                let (disorder, now) = (here.depth.get() & !(DISORDER - 1), here.depth.get() as u32);
                let depth = self.depth as u32;
                let is_last = depth == now && here.id.get() == id;
                if is_last || with_all_above {
                    let (depth, place) = gaps.land(depth.saturating_sub(1), self.before);
                    let disorder = disorder.wrapping_add(if is_last { 0 } else { DISORDER });
                    here.go_to(place);
                    here.depth.set(disorder | u64::from(depth));
                } else if depth < now {
                    gaps.leave(depth, id, self.before);
                    here.depth.set(here.depth.get().wrapping_add(DISORDER));
                }
                // Otherwise a scope around it was left before: it has no place any more that could be gone back to.
            });
        };
        let known = GAPS.try_with(|gaps| {
            gaps.try_borrow_mut().is_ok_and(|mut gaps| {
                leave(&mut gaps);
                true
            })
        });
        if !known.unwrap_or(false) {
            // The thread is about to end, or an allocator logs.
            leave(&mut Gaps::new());
        }
    }
}

/// A visit for a stretch of code: at its end the thread is back where it was before, whatever was entered in it and not left.
#[derive(Debug)]
pub(super) struct Scope {
    visit: Visit,
    id: u64,
}

impl Drop for Scope {
    #[inline(always)]
    fn drop(&mut self) {
        if self.visit.is_last() {
            self.visit.leave_last();
        } else {
            self.visit.leave_out_of_order(self.id, true);
        }
    }
}

/// Where a thread is in a context, whose number doesn't tell the span that it is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct ContextPlace {
    pub(super) place: Place,
    /// The span; 0 for none.
    span: u64,
    /// See [`InContext`].
    not_sampled: u128,
}

impl ContextPlace {
    /// Where this thread is.
    #[inline(always)]
    pub(super) fn here() -> ContextPlace {
        ContextPlace {
            place: Place::here(),
            span: current_span(),
            not_sampled: current::here(|here| here.context.get().not_sampled),
        }
    }

    /// A new context in this place, in no other trace.
    #[inline(always)]
    pub(super) fn inner(self) -> ContextPlace {
        let place = Place {
            id: current::here(Here::new_id),
            ..self.place
        };
        ContextPlace { place, ..self }
    }

    /// The same place in a trace from outside.
    pub(super) fn of_trace(self, parent: TraceParent) -> ContextPlace {
        let trace = parent.trace_id.get();
        ContextPlace {
            place: Place {
                trace,
                ..self.place
            },
            span: parent.span_id.get(),
            not_sampled: if parent.sampled { 0 } else { trace },
        }
    }

    /// Goes there for a stretch of code.
    #[inline(always)]
    pub(super) fn enter_scope(self) -> ContextScope {
        let context = InContext {
            id: self.place.id,
            span: self.span,
            not_sampled: self.not_sampled,
        };
        ContextScope {
            before: current::here(|here| here.context.replace(context)),
            _scope: self.place.enter_scope(),
        }
    }
}

/// A scope in a context. Scopes are left in order, so what was before is what comes after.
#[derive(Debug)]
pub(super) struct ContextScope {
    before: InContext,
    _scope: Scope,
}

impl Drop for ContextScope {
    #[inline(always)]
    fn drop(&mut self) {
        current::here(|here| here.context.set(self.before));
    }
}
