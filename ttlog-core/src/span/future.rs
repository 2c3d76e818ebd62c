//! Futures that are in a span or a context whenever they are polled.
//!
//! The span that a thread is in is one word; it is set before each poll and set back after, also when the poll panics. So no runtime has to
//! know of it: tasks may move between threads, be cancelled, be polled by hand.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};

use super::account::Outcome;
use super::context::Context;
use super::handle::Span;

/// Puts futures into spans and contexts.
pub trait Instrument: Sized {
    /// The future in a span: it is entered at each poll, and ends with the future. The span's end tells for how long it was
    /// polled and for how long it was not.
    ///
    /// ```
    /// use ttlog_core::{Instrument, Span};
    /// # async fn work() {}
    /// # fn span() -> Span { Span::none() }
    /// async fn handle() {
    ///     work().in_span(span()).await;
    /// }
    /// ```
    fn in_span(self, span: Span) -> InSpan<Self> {
        InSpan {
            future: Some(self),
            span,
        }
    }

    /// The same under the name that `tracing` has for it.
    fn instrument(self, span: Span) -> InSpan<Self> {
        self.in_span(span)
    }

    /// The future in the span and the context that this thread is in now, wherever it is polled.
    fn in_current_context(self) -> InContext<Self> {
        self.in_context(Context::current())
    }

    /// The same under the name that `tracing` has for it.
    fn in_current_span(self) -> InContext<Self> {
        self.in_current_context()
    }

    /// The future in a context.
    fn in_context(self, context: Context) -> InContext<Self> {
        InContext {
            future: Some(self),
            context,
        }
    }
}

impl<F: Future> Instrument for F {}

/// See [`Instrument::in_span`].
#[derive(Debug)]
#[must_use = "futures do nothing unless they are polled"]
pub struct InSpan<F> {
    /// `None` once it is ready.
    future: Option<F>,
    span: Span,
}

impl<F> InSpan<F> {
    /// The span.
    pub fn span(&self) -> &Span {
        &self.span
    }
}

impl<F: Future> Future for InSpan<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, task: &mut TaskContext<'_>) -> Poll<F::Output> {
        // SAFETY: nothing is moved out of `this`; the future stays where it is until it is dropped in place.
        let this = unsafe { self.get_unchecked_mut() };
        let _entered = this.span.enter_scope();
        poll_in_place(&mut this.future, task)
    }
}

impl<F> Drop for InSpan<F> {
    fn drop(&mut self) {
        if self.future.is_some() {
            self.span.set_outcome(Outcome::Cancelled);
            let _entered = self.span.enter_scope();
            self.future = None;
        }
    }
}

/// Polls a future that is pinned, and drops it where it is once it is ready.
pub(super) fn poll_in_place<F: Future>(
    future: &mut Option<F>,
    task: &mut TaskContext<'_>,
) -> Poll<F::Output> {
    let running = future
        .as_mut()
        .expect("a future is not polled after it was ready");
    // SAFETY: the caller has it pinned, and never moves it: it is dropped by the assignment below or with its owner.
    let polled = unsafe { Pin::new_unchecked(running) }.poll(task);
    if polled.is_ready() {
        *future = None;
    }
    polled
}

/// See [`Instrument::in_context`].
#[derive(Debug)]
#[must_use = "futures do nothing unless they are polled"]
pub struct InContext<F> {
    /// `None` once it is ready.
    future: Option<F>,
    context: Context,
}

impl<F: Future> Future for InContext<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, task: &mut TaskContext<'_>) -> Poll<F::Output> {
        // SAFETY: as in `InSpan`.
        let this = unsafe { self.get_unchecked_mut() };
        let _entered = this.context.place().enter_scope();
        poll_in_place(&mut this.future, task)
    }
}

impl<F> Drop for InContext<F> {
    fn drop(&mut self) {
        if self.future.is_some() {
            let _entered = self.context.place().enter_scope();
            self.future = None;
        }
    }
}
