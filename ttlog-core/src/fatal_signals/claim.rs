//! [`Claim`]: which of the threads that crash reports.
//!
//! The first one does, and nobody after it. Another thread that crashes meanwhile waits, because what it does next ends the process
//! as a rule; but not for ever: the reporting thread may hang in a write.
//!
//! `holder` goes from 0 to the thread that won, once; relaxed, for it guards what that thread alone uses. `done` is stored with `Release` after
//! the report; the `Acquire` load of who waited pairs with it.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::system;

/// How often a thread that waits looks, and how long it sleeps each time.
const LOOKS: u32 = 1_000;
const PAUSE_MS: u16 = 10;
/// How long it leaves the process to the thread that has reported.
const GRACE_MS: u16 = 200;

/// See the [module](self).
#[derive(Debug, Default)]
pub(crate) struct Claim {
    holder: AtomicUsize,
    done: AtomicBool,
}

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// The caller reports.
    Mine,
    /// The caller is reporting, and has crashed again.
    Nested,
    /// Another thread was first.
    Others,
}

impl Claim {
    /// Asks for the turn. `thread` is not 0, and no other living thread's.
    pub(crate) fn take(&self, thread: usize) -> Turn {
        match self
            .holder
            .compare_exchange(0, thread, Ordering::Relaxed, Ordering::Relaxed)
        {
            Ok(_) => Turn::Mine,
            Err(holder) if holder == thread => Turn::Nested,
            Err(_) => Turn::Others,
        }
    }

    /// The report is made.
    pub(crate) fn finish(&self) {
        self.done.store(true, Ordering::Release);
    }

    /// Waits until the report is made, ten seconds at most, and a moment longer: so the process ends by the signal that was reported.
    pub(crate) fn wait(&self) {
        for _ in 0..LOOKS {
            if self.done.load(Ordering::Acquire) {
                return system::sleep_ms(GRACE_MS);
            }
            system::sleep_ms(PAUSE_MS);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_has_the_turn_and_knows_itself_again() {
        let claim = Claim::default();
        assert_eq!(claim.take(7), Turn::Mine);
        assert_eq!(claim.take(7), Turn::Nested);
        assert_eq!(claim.take(8), Turn::Others);
        claim.finish();
        claim.wait();
        assert_eq!(claim.take(8), Turn::Others);
    }
}
