//! [`with_context`] and [`Context`]: fields that all events below them have.

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::ops::{Deref, DerefMut};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll};

use super::future::poll_in_place;
use super::node::Node;
use super::scope::{self, ContextPlace};
use crate::value::Value;

/// Where the thread is: its span and the fields of its context. Carries both to other threads and tasks.
///
/// ```
/// use ttlog_core::{Context, with_context};
///
/// with_context("request_id", 7, || {
///     let context = Context::current();
///     std::thread::spawn(move || context.run(|| { /* events here have the request's id */ }));
/// });
/// ```
#[derive(Debug, Clone)]
pub struct Context {
    node: Arc<Node>,
}

impl Context {
    /// Where this thread is.
    pub fn current() -> Context {
        let none: &[(&str, u64)] = &[];
        let node = if scope::current_id() == 0 {
            Node::none()
        } else {
            // A node of its own keeps those above it known to readers for as long as the context is there.
            Node::begin(none)
        };
        Context {
            node: Arc::new(node),
        }
    }

    /// Runs `work` there.
    pub fn run<R>(&self, work: impl FnOnce() -> R) -> R {
        let _entered = self.node.place().enter_scope();
        work()
    }

    pub(super) fn place(&self) -> ContextPlace {
        self.node.place()
    }
}

/// Runs `work` with a field that all events below it have, in this thread and in futures that `work` gives.
///
/// What it gives stands for what `work` gave: it can be awaited where that is a future, is dereferenced to it, and
/// [`into_inner`](WithContext::into_inner) takes it out.
///
/// ```
/// use ttlog_core::with_context;
///
/// let sum = with_context("request_id", 7, || 1 + 1);
/// assert_eq!(*sum, 2);
///
/// async fn process(id: u64) -> u64 {
///     with_context("request_id", id, || async { 3 }).await
/// }
/// ```
pub fn with_context<R>(
    name: impl AsRef<str>,
    value: impl Value,
    work: impl FnOnce() -> R,
) -> WithContext<R> {
    run(Node::begin(&[(name, value)]), work)
}

pub(super) fn run<R>(node: Node, work: impl FnOnce() -> R) -> WithContext<R> {
    let entered = node.place().enter_scope();
    let result = work();
    drop(entered);
    WithContext {
        result: Some(result),
        node,
    }
}

/// Several fields for one context, of the types that [`with_context`] takes and that are `Send`: `context().field("a", 1).field("b", &name).run(|| …)`.
pub fn context<'a>() -> ContextFields<'a> {
    ContextFields { fields: Vec::new() }
}

/// The fields of a context in the making; see [`context`].
#[derive(Default)]
#[must_use = "a context does nothing until something is run in it"]
pub struct ContextFields<'a> {
    fields: Vec<(Cow<'a, str>, Box<dyn Value + Send + 'a>)>,
}

impl<'a> ContextFields<'a> {
    /// One field more.
    pub fn field(mut self, name: impl Into<Cow<'a, str>>, value: impl Value + Send + 'a) -> Self {
        self.fields.push((name.into(), Box::new(value)));
        self
    }

    /// Runs `work` with these fields; see [`with_context`].
    pub fn run<R>(self, work: impl FnOnce() -> R) -> WithContext<R> {
        run(Node::begin(&self.fields), work)
    }
}

/// The names; a value need not be one that can be shown.
impl fmt::Debug for ContextFields<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.fields.iter().map(|(name, _)| name);
        f.debug_list().entries(names).finish()
    }
}

/// What was given by what ran in a context; a future of it is polled in the context. See [`with_context`].
#[derive(Debug)]
pub struct WithContext<R> {
    /// `None` once it was taken out, or a future was ready.
    result: Option<R>,
    node: Node,
}

const TAKEN: &str = "a result is not looked at after it was taken";

impl<R> WithContext<R> {
    /// What `work` gave.
    pub fn into_inner(mut self) -> R {
        self.result.take().expect(TAKEN)
    }
}

impl<R> Deref for WithContext<R> {
    type Target = R;

    fn deref(&self) -> &R {
        self.result.as_ref().expect(TAKEN)
    }
}

impl<R> DerefMut for WithContext<R> {
    fn deref_mut(&mut self) -> &mut R {
        self.result.as_mut().expect(TAKEN)
    }
}

impl<R: PartialEq> PartialEq<R> for WithContext<R> {
    fn eq(&self, other: &R) -> bool {
        **self == *other
    }
}

impl<R: Future> Future for WithContext<R> {
    type Output = R::Output;

    fn poll(self: Pin<&mut Self>, task: &mut TaskContext<'_>) -> Poll<R::Output> {
        // SAFETY: nothing is moved out of `this`, but by `into_inner`, which can't be called on what is pinned.
        let this = unsafe { self.get_unchecked_mut() };
        let _entered = this.node.place().enter_scope();
        poll_in_place(&mut this.result, task)
    }
}

impl<R> Drop for WithContext<R> {
    fn drop(&mut self) {
        if self.result.is_some() {
            let _entered = self.node.place().enter_scope();
            self.result = None;
        }
    }
}
