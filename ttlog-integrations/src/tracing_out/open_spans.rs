//! [`OpenSpans`]: the spans of `tracing` that stand for ttlog's, and a thread that is in them.
//!
//! ttlog tells nobody when a thread enters a span. So those that an event is in are entered when something is given or asked, and left after it: layers
//! that ask for the current span find it, and filters that go by spans know them.

use std::collections::HashMap;
use std::num::NonZeroU64;
use std::ptr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tracing_core::span::Id;
use tracing_core::{Dispatch, dispatcher};
use tracing_subscriber::Registry;

use super::site::Site;

/// See the [module](self). By their numbers in ttlog.
#[derive(Default)]
pub(super) struct OpenSpans(Mutex<HashMap<NonZeroU64, Known>>);

struct Known {
    /// The innermost that was open around it when it began.
    around: Option<NonZeroU64>,
    /// `None` where `tracing` doesn't want it.
    open: Option<OpenSpan>,
}

/// One of the references that `tracing` counts: what has a span in its hands must not find it closed by another thread.
pub(super) struct OpenSpan {
    pub(super) dispatch: Dispatch,
    pub(super) id: Id,
    pub(super) site: &'static Site,
}

impl Clone for OpenSpan {
    fn clone(&self) -> Self {
        OpenSpan {
            dispatch: self.dispatch.clone(),
            id: self.dispatch.clone_span(&self.id),
            site: self.site,
        }
    }
}

impl Drop for OpenSpan {
    fn drop(&mut self) {
        at(&self.dispatch, || {
            self.dispatch.try_close(self.id.clone());
        });
    }
}

impl OpenSpans {
    fn lock(&self) -> MutexGuard<'_, HashMap<NonZeroU64, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A span has begun within others; `open` is what it is in `tracing`, where that wants it.
    pub(super) fn insert(&self, number: NonZeroU64, within: &Chain, open: Option<OpenSpan>) {
        let around = within.innermost;
        self.lock().insert(number, Known { around, open });
    }

    pub(super) fn get(&self, number: NonZeroU64) -> Option<OpenSpan> {
        self.lock().get(&number)?.open.clone()
    }

    pub(super) fn is_open(&self, number: NonZeroU64) -> bool {
        let known = self.lock();
        known.get(&number).is_some_and(|known| known.open.is_some())
    }

    pub(super) fn remove(&self, number: NonZeroU64) -> Option<OpenSpan> {
        self.lock().remove(&number)?.open
    }

    pub(super) fn take_all(&mut self) -> impl Iterator<Item = OpenSpan> {
        let spans = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(spans)
            .into_values()
            .filter_map(|known| known.open)
    }

    /// The first of these that is known, with those around it.
    pub(super) fn chain(&self, mut innermost: impl Iterator<Item = NonZeroU64>) -> Chain {
        let known = self.lock();
        let innermost = innermost.find(|number| known.contains_key(number));
        let mut next = innermost;
        let mut spans = Vec::new();
        while let Some(span) = next.and_then(|number| known.get(&number)) {
            next = span.around;
            spans.extend(span.open.clone());
        }
        Chain { innermost, spans }
    }
}

/// Spans within each other.
pub(super) struct Chain {
    /// The number of the innermost, whether `tracing` wants it or not.
    innermost: Option<NonZeroU64>,
    /// Those that it wants, the innermost first. All are of one dispatcher: a span begins at that of the one around it.
    spans: Vec<OpenSpan>,
}

impl Chain {
    /// Calls with this thread in the spans: with their dispatcher and the innermost, or with the dispatcher of the thread.
    pub(super) fn within<R>(&self, call: impl Fn(&Dispatch, Option<Id>) -> R) -> R {
        let Some(OpenSpan { dispatch, id, .. }) = self.spans.first() else {
            return dispatcher::get_default(|dispatch| call(dispatch, None));
        };
        at(dispatch, || {
            let _entered = Entered::enter(&self.spans);
            call(dispatch, Some(id.clone()))
        })
    }
}

/// Calls with this dispatcher as that of the thread. By that a registry gives back what it has of a span that is left, and of the one around a span that is closed; any other would
/// close a span of its own that has the same id.
fn at<R>(dispatch: &Dispatch, call: impl FnOnce() -> R) -> R {
    let registry = registry_of(dispatch);
    if registry.is_some() && dispatcher::get_default(registry_of) == registry {
        call()
    } else {
        dispatcher::with_default(dispatch, call)
    }
}

fn registry_of(dispatch: &Dispatch) -> Option<*const Registry> {
    dispatch.downcast_ref().map(ptr::from_ref)
}

/// Leaves spans when it is dropped.
struct Entered<'a>(&'a [OpenSpan]);

impl Entered<'_> {
    /// Enters the last of them first.
    fn enter(spans: &[OpenSpan]) -> Entered<'_> {
        let mut entered = Entered(&[]);
        for (at, span) in spans.iter().enumerate().rev() {
            span.dispatch.enter(&span.id);
            entered.0 = &spans[at..];
        }
        entered
    }
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        for span in self.0 {
            span.dispatch.exit(&span.id);
        }
    }
}
