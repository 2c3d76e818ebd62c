//! What is left of a process that dies of a fatal signal, and that it dies as it would have died without ttlog.
//!
//! A child process is this very program with the name of one ignored test. How it dies is a *way*, by its name.
#![cfg(all(unix, feature = "signals"))]

mod allocator;
mod chain;
mod child;
mod deaths;
mod forks;
mod remains;
mod same_death;
mod threads;
mod troubled;
mod ways;
