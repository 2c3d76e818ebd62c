//! [`Parent`]: what can stand behind `parent:`.
//!
//! A span that is known here is a parent as it is. One of another process is told by a context, as [`continue_trace`](crate::continue_trace)
//! does, which has to last until its child has begun: from then on readers keep it for as long as they keep the child.

use std::num::NonZeroU64;

use super::node::Node;
use super::traceparent::TraceParent;

/// What can stand behind `parent:`: a span, the number of one, one of another process, or none.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be a parent",
    label = "neither a `ttlog::Span`, nor the number of one, nor a `ttlog::TraceParent`",
    note = "write `parent: &span`, or `parent: None` for none"
)]
pub trait Parent {
    /// The span's number; 0 and `None` are no span.
    fn parent_id(&self) -> Option<NonZeroU64>;

    /// The trace that the span belongs to; 0 where that is not known.
    fn trace(&self) -> u128 {
        0
    }

    /// The same as a parent that readers know for as long as it is there.
    fn hold(&self) -> HeldParent {
        HeldParent {
            id: self.parent_id(),
            trace: self.trace(),
            _told_by: None,
        }
    }
}

/// A parent whose child is about to begin.
#[derive(Debug)]
pub struct HeldParent {
    id: Option<NonZeroU64>,
    trace: u128,
    /// Ends when this is dropped.
    _told_by: Option<Node>,
}

impl Parent for HeldParent {
    fn parent_id(&self) -> Option<NonZeroU64> {
        self.id
    }

    fn trace(&self) -> u128 {
        self.trace
    }
}

impl Parent for u64 {
    fn parent_id(&self) -> Option<NonZeroU64> {
        NonZeroU64::new(*self)
    }
}

impl Parent for NonZeroU64 {
    fn parent_id(&self) -> Option<NonZeroU64> {
        Some(*self)
    }
}

impl Parent for TraceParent {
    fn parent_id(&self) -> Option<NonZeroU64> {
        Some(self.span_id)
    }

    fn trace(&self) -> u128 {
        self.trace_id.get()
    }

    fn hold(&self) -> HeldParent {
        // What the thread is in has nothing to do with it.
        let node = Node::continuing(*self, Some(None));
        HeldParent {
            id: NonZeroU64::new(node.place().place.id),
            trace: self.trace(),
            _told_by: Some(node),
        }
    }
}

impl<T: Parent> Parent for Option<T> {
    fn parent_id(&self) -> Option<NonZeroU64> {
        self.as_ref().and_then(Parent::parent_id)
    }

    fn trace(&self) -> u128 {
        self.as_ref().map_or(0, Parent::trace)
    }

    fn hold(&self) -> HeldParent {
        let none = HeldParent {
            id: None,
            trace: 0,
            _told_by: None,
        };
        self.as_ref().map_or(none, Parent::hold)
    }
}

impl<T: Parent + ?Sized> Parent for &T {
    fn parent_id(&self) -> Option<NonZeroU64> {
        (**self).parent_id()
    }

    fn trace(&self) -> u128 {
        (**self).trace()
    }

    fn hold(&self) -> HeldParent {
        (**self).hold()
    }
}

/// What a call gives as its parent, known to readers until what is given here is dropped.
pub fn hold_parent<T: Parent + ?Sized>(parent: &T) -> HeldParent {
    parent.hold()
}

/// The number of a parent.
pub fn parent_id(parent: &HeldParent) -> Option<NonZeroU64> {
    parent.parent_id()
}
