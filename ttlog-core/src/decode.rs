//! An event as its record in the recorder or in a snapshot tells it, without a copy.
//!
//! The words may come from a file or from a crashed process, so nothing in them is trusted: whatever
//! they are, reading them ends, and gives values or fewer of them.

mod event_ref;

pub use event_ref::{ErrorChain, EventFields, EventRef, ValueRef};
