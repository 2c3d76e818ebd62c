//! [`Watched`]: the future of an instrumented function, in its span, whose result is looked at before the span ends.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};

use super::future::{InSpan, Instrument};
use super::handle::Span;

/// A future in a span, and what looks at its result.
#[derive(Debug)]
#[must_use = "futures do nothing unless they are polled"]
pub struct Watched<F, W> {
    inner: InSpan<F>,
    /// `None` once it has looked.
    watch: Option<W>,
}

impl<F: Future, W: FnOnce(&Span, &F::Output)> Watched<F, W> {
    /// Polls `future` in `span`; `watch` is called in the span.
    pub fn new(future: F, span: Span, watch: W) -> Self {
        Watched {
            inner: future.in_span(span),
            watch: Some(watch),
        }
    }
}

impl<F: Future, W: FnOnce(&Span, &F::Output)> Future for Watched<F, W> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, task: &mut TaskContext<'_>) -> Poll<F::Output> {
        // SAFETY: `inner` is not moved out of `this`, which has no `Drop`, and `watch` is never pinned.
        let this = unsafe { self.get_unchecked_mut() };
        // SAFETY: it is pinned because its owner is.
        let inner = unsafe { Pin::new_unchecked(&mut this.inner) };
        let polled = inner.poll(task);
        if let Poll::Ready(output) = &polled
            && let Some(watch) = this.watch.take()
        {
            let span = this.inner.span();
            span.in_scope(|| watch(span, output));
        }
        polled
    }
}

/// Runs the body of an instrumented function whose result is looked at.
///
/// A closure that is given here is an `FnOnce` to the compiler, whatever it does: it may return what it has borrowed from what it took.
#[inline(always)]
pub fn run_body<R>(body: impl FnOnce() -> R) -> R {
    body()
}

/// Tells the compiler what type an `async` block returns, in a `return` that is never reached.
#[cold]
pub fn never_returned<R>() -> R {
    unreachable!("only its type is needed")
}
