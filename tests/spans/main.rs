//! Functions and futures in spans.

mod functions;
mod futures;
mod reports;
mod support;
mod traces;
