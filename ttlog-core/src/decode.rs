//! An event as its record in the recorder or in a snapshot tells it, without a copy.
//!
//! The words may come from a file or from a crashed process, so nothing in them is trusted: whatever
//! they are, reading them ends, and gives values or fewer of them.

mod event_fields;
mod event_ref;
mod event_spans;
mod value_ref;
mod words;

pub use event_fields::EventFields;
pub use event_ref::EventRef;
pub use value_ref::{ErrorChain, ValueRef};
