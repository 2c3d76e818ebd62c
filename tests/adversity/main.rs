//! What must hold under bad conditions: panics, re-entry, overload, failure, sinks that hang, sizes without sense.
//!
//! Pipelines are values here; what only the global one does is tested in a child process, which is this very program
//! with the name of one ignored test (see `support::run_child`).

mod accounts;
mod custom_loggers;
mod environment;
mod filters;
#[cfg(unix)]
mod forks;
mod global;
mod hanging_sinks;
mod histograms;
mod keeping_sinks;
mod limits;
mod order;
mod panic_snapshots;
mod panics;
mod reentry;
mod snapshots;
mod support;
mod triggers;
mod troubled_sinks;
