//! Functions and futures in spans.

mod functions;
mod futures;
mod handles;
mod reports;
mod support;
mod traces;
