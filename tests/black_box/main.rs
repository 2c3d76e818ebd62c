//! What is left of a process that was killed, that crashed, or that ended well, and who may have a black box.
//!
//! A child process is this very program with the name of one ignored test.
#![cfg(all(unix, feature = "black-box"))]

mod child;
mod endings;
mod kills;
mod place;
mod redaction;
mod remains;
mod traces;
