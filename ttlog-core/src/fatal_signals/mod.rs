//! Fatal signals: what is recorded when a signal ends the process, by a handler that does only what a handler may.
//!
//! | module | owns |
//! |---|---|
//! | `arm` | [`FatalSignals`]: what is made ready before, and the switch |
//! | `handler` | the handler: who reports, on which stack, and what comes after |
//! | `claim` | which of the threads that crash reports |
//! | `crash_report` | what the first one does |
//! | `crash_file` | the snapshot that it writes where there is no black box |
//! | `facts` | what is known of a signal: [`Crash`](crate::black_box::Crash) |
//! | `chain` | what was installed before, and how the signal is handed on to it |
//! | `stack` | memory for stacks, and how to run on it |
//! | `threads` | alternate stacks, and which of ttlog's threads has which number of the system's |
//! | `system` | the system calls |
//! | `absent` | what there is in place of all this where it is not compiled in |
//!
//! # What the handler may do
//!
//! The signal came anywhere: within `malloc`, with any lock held, on a stack that is used up, in a process whose memory is
//! damaged. So from `handler` on
//!
//! - nothing is allocated or freed: all buffers were made by [`FatalSignals::arm`] and never grow, and no value that owns memory is dropped;
//! - no lock is taken, and nothing is waited for without a bound;
//! - no thread-local variable is touched: the first access may allocate in a library that was loaded at run time;
//! - of libc only what POSIX calls async-signal-safe is called, and bare system calls (`system` has all of them);
//! - nothing is read through pointers but what `arm` leaked, and the image, of which nothing is trusted.
//!
//! # Ordering
//!
//! What `arm` leaks is published by a `Release` store of a pointer; the handler's `Acquire` load pairs with it. `Claim` orders the threads that
//! crash. Everything else that the handler reads of other threads is in the image, whose readers say how it is ordered.

#[cfg(not(all(feature = "signals", unix)))]
mod absent;
#[cfg(all(feature = "signals", unix))]
mod arm;
#[cfg(all(feature = "signals", unix))]
mod chain;
#[cfg(all(feature = "signals", unix))]
mod claim;
#[cfg(all(feature = "signals", unix))]
mod crash_file;
#[cfg(all(feature = "signals", unix))]
mod crash_report;
#[cfg(all(feature = "signals", unix))]
mod facts;
#[cfg(all(feature = "signals", unix))]
mod handler;
#[cfg(all(feature = "signals", unix))]
mod stack;
#[cfg(all(feature = "signals", unix))]
mod system;
#[cfg(all(feature = "signals", unix))]
mod threads;

#[cfg(not(all(feature = "signals", unix)))]
pub(crate) use absent::{FatalSignals, enter_thread};
#[cfg(all(feature = "signals", unix))]
pub(crate) use {arm::FatalSignals, threads::enter_thread};
