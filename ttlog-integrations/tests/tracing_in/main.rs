//! `tracing`'s events and spans in ttlog, by the layer and by the subscriber.

mod allocations;
mod beside;
mod events;
mod global;
mod spans;
mod support;
mod tasks;
