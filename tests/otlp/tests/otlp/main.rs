//! What a server of OTLP is sent, and what becomes of events when it is slow, gone, or says no.
//!
//! No test waits for a time to pass: pauses between tries are of a millisecond, and what takes longer is waited for.

mod circles;
mod content;
mod example;
#[cfg(unix)]
mod forks;
mod grpc;
mod limits;
mod spans;
mod support;
mod tls;
mod troubles;
