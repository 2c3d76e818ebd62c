//! [`Account`]: what a span has to tell at its end beyond how long it lasted; and [`Outcome`].

use std::sync::atomic::{AtomicU64, Ordering};

/// How a span ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
#[repr(u8)]
pub enum Outcome {
    /// Normally.
    #[default]
    Returned = 0,
    /// With an error.
    Error = 1,
    /// By a panic.
    Panicked = 2,
    /// It was dropped before it had come to its end, as futures are.
    Cancelled = 3,
}

impl Outcome {
    pub(super) fn text(self) -> Option<&'static str> {
        match self {
            Outcome::Returned => None,
            Outcome::Error => Some("error"),
            Outcome::Panicked => Some("panicked"),
            Outcome::Cancelled => Some("cancelled"),
        }
    }

    pub(super) fn of_number(number: u64) -> Outcome {
        [
            Outcome::Returned,
            Outcome::Error,
            Outcome::Panicked,
            Outcome::Cancelled,
        ][(number & OUTCOME) as usize]
    }
}

/// One word of each handle, 0 for that of the usual span. Relaxed: an account, and whoever drops the handle has it alone; but for
/// the mark of handles that are several, whose orderings are told in [`sharing`](super::sharing).
///
/// The lowest bits are the flags below, the others the ticks for which the span was entered: room for two years at 4 GHz.
#[derive(Debug)]
pub(super) struct Account(AtomicU64);

/// The [`Outcome`].
const OUTCOME: u64 = 3;
/// A panic was under way when the span began.
const PANICKING: u64 = 1 << 2;
/// Somebody counts the ticks.
const IS_MEASURED: u64 = 1 << 3;
/// The span is somebody else's to end.
const IS_BORROWED: u64 = 1 << 4;
/// The span has several handles.
const IS_SHARED: u64 = 1 << 5;
const TICKS_SHIFT: u32 = 6;

impl Account {
    /// That of a span that begins now.
    #[inline(always)]
    pub(super) fn new() -> Account {
        let flags = if std::thread::panicking() {
            PANICKING
        } else {
            0
        };
        Account(AtomicU64::new(flags))
    }

    /// That of a span which somebody else ends.
    pub(super) fn borrowed() -> Account {
        Account(AtomicU64::new(IS_BORROWED))
    }

    /// That of one handle more of a span.
    pub(super) fn of_clone() -> Account {
        let account = Account::new();
        account.mark_shared();
        account
    }

    /// Whether the span is somebody else's to end.
    pub(super) fn is_borrowed(&self) -> bool {
        self.balance().is_borrowed()
    }

    /// Whether the span has several handles. `Acquire`: for [`Account::mark_shared`].
    pub(super) fn is_shared(&self) -> bool {
        self.0.load(Ordering::Acquire) & IS_SHARED != 0
    }

    /// Says that the span has several handles. `Release`: for [`Account::is_shared`].
    pub(super) fn mark_shared(&self) {
        self.0.fetch_or(IS_SHARED, Ordering::Release);
    }

    /// What it says.
    #[inline(always)]
    pub(super) fn balance(&self) -> Balance {
        Balance(self.0.load(Ordering::Relaxed))
    }

    /// From now on, ticks are counted.
    #[inline]
    pub(super) fn measure(&self) {
        if self.0.load(Ordering::Relaxed) & IS_MEASURED == 0 {
            self.0.fetch_or(IS_MEASURED, Ordering::Relaxed);
        }
    }

    /// The span was entered for so many ticks.
    #[inline]
    pub(super) fn add(&self, ticks: u64) {
        self.0.fetch_add(ticks << TICKS_SHIFT, Ordering::Relaxed);
    }

    /// Says how the span ends.
    pub(super) fn set_outcome(&self, outcome: Outcome) {
        self.0.fetch_and(!OUTCOME, Ordering::Relaxed);
        self.0.fetch_or(outcome as u64, Ordering::Relaxed);
    }
}

/// What an [`Account`] says at the end of its span.
#[derive(Debug, Clone, Copy)]
pub(super) struct Balance(u64);

impl Balance {
    /// Whether there is nothing to tell at an end that comes now.
    #[inline(always)]
    pub(super) fn is_empty(self) -> bool {
        self.0 == 0 && !std::thread::panicking()
    }

    /// Whether the end is somebody else's to tell.
    pub(super) fn is_borrowed(self) -> bool {
        self.0 & IS_BORROWED != 0
    }

    /// Whether the end of the handle is that of the span.
    pub(super) fn is_of_only_handle(self) -> bool {
        self.0 & (IS_BORROWED | IS_SHARED) == 0
    }

    /// For how many ticks the span was entered, if that was measured, and what is to be said of an end that comes now.
    pub(super) fn told(self) -> (Option<u64>, Option<&'static str>) {
        (self.entered_ticks(), self.outcome().text())
    }

    /// For how many ticks the span was entered, if that was measured.
    pub(super) fn entered_ticks(self) -> Option<u64> {
        let is_measured = self.0 & IS_MEASURED != 0;
        is_measured.then_some(self.0 >> TICKS_SHIFT)
    }

    /// How the span ended, where that is now.
    pub(super) fn outcome(self) -> Outcome {
        if self.0 & PANICKING == 0 && std::thread::panicking() {
            Outcome::Panicked
        } else {
            Outcome::of_number(self.0)
        }
    }

    /// The same with an outcome that is known, whatever is under way now.
    pub(super) fn with_outcome(self, outcome: Outcome) -> Balance {
        Balance(self.0 & !OUTCOME | outcome as u64 | PANICKING)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_and_outcome_are_kept_apart() {
        let account = Account::new();
        assert!(account.balance().is_empty());
        account.set_outcome(Outcome::Cancelled);
        assert_eq!(account.balance().told(), (None, Some("cancelled")));
        account.measure();
        assert_eq!(account.balance().told(), (Some(0), Some("cancelled")));
        account.add(40);
        account.add(2);
        account.set_outcome(Outcome::Error);
        assert_eq!(account.balance().told(), (Some(42), Some("error")));
        account.set_outcome(Outcome::Returned);
        assert_eq!(account.balance().told(), (Some(42), None));
        assert!(!account.balance().is_empty());
    }
}
