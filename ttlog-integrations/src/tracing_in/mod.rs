//! `tracing`'s events and spans into ttlog.
//!
//! | module | owns |
//! |---|---|
//! | `layer`, `gate` | [`TtlogTracingLayer`], for those who have a registry; how it keeps from switching anything off for the layers beside it |
//! | `subscriber`, `slab` | [`TtlogSubscriber`], for those who have none; its spans |
//! | `site`, `shapes` | what is known of a call site of `tracing`, found by its metadata; its events that lack some fields |
//! | `event`, `values`, `log_record` | an event into the ring, with its values as they are; the records of `log` that come as events |
//! | `new_span`, `entered` | a span's beginning; which spans this thread has entered |
//! | `install` | [`enable_tracing_compatibility`] |
//! | `interest` | what ttlog wants, in `tracing`'s words, and told to it whenever that changes |

mod entered;
mod event;
mod gate;
mod install;
mod interest;
mod layer;
mod log_record;
mod new_span;
mod shapes;
mod site;
mod slab;
mod subscriber;
mod values;

pub use install::{enable_tracing_compatibility, try_enable_tracing_compatibility};
pub use layer::TtlogTracingLayer;
pub use subscriber::TtlogSubscriber;
