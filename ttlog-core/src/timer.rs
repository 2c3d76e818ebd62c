//! [`Timer`]: tells how long something took when it is dropped.
//!
//! It has the event's call as a closure, so that what the event records needs no place of its own until then, and no allocation.

use std::fmt;
use std::time::Duration;

use crate::clock;

/// Logs, when it is dropped, how long it has lived. Made by the macro `timer!`.
#[must_use = "a timer ends when it is dropped: `let _timer = …`"]
pub struct Timer<F: FnOnce(Duration)> {
    /// When it began, and what logs it; `None` where it is not enabled or has ended.
    running: Option<(u64, F)>,
}

impl<F: FnOnce(Duration)> Timer<F> {
    /// Begins, if it is wanted at all.
    #[inline]
    pub fn start(is_enabled: bool, log: F) -> Timer<F> {
        Timer {
            running: is_enabled.then(|| (clock::ticks(), log)),
        }
    }

    /// Ends without an event.
    pub fn discard(mut self) {
        self.running = None;
    }
}

impl<F: FnOnce(Duration)> Drop for Timer<F> {
    #[inline]
    fn drop(&mut self) {
        if let Some((start, log)) = self.running.take() {
            let ticks = clock::ticks().saturating_sub(start);
            log(Duration::from_nanos(clock::nanos(ticks)));
        }
    }
}

impl<F: FnOnce(Duration)> fmt::Debug for Timer<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timer")
            .field("is_running", &self.running.is_some())
            .finish()
    }
}
