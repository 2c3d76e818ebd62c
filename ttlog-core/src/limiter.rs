//! [`Once`], [`Rate`], [`Sample`]: how many events of one log call pass.
//!
//! A limiter is a static beside the call site, in calls that ask for one only. It is asked after the filters, and before the
//! values are evaluated; what it holds back is counted here and nowhere else: the next event that passes says how many.
//!
//! No order is needed between its words and any others: all is relaxed. What has to hold for several threads at once is in one
//! word that is changed by one compare-and-swap or one addition, so no more events pass than may; the count of those that were
//! held back is a word of its own, and may be told by the event after the next.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::clock;

/// The field of an event that says how many of its call were held back since the one before.
pub(crate) const HELD_BACK: &str = "held_back";

/// Lets one event pass, the first.
#[derive(Debug, Default)]
pub struct Once {
    has_passed: AtomicBool,
}

impl Once {
    /// A limiter that nothing has passed.
    pub const fn new() -> Once {
        Once {
            has_passed: AtomicBool::new(false),
        }
    }

    /// How many events were held back before this one; `None` if this one is, too.
    #[inline(always)]
    pub fn pass(&self) -> Option<u64> {
        // Once it is set, no thread writes the word any more.
        let held_back = self.has_passed.load(Ordering::Relaxed)
            || self.has_passed.swap(true, Ordering::Relaxed);
        (!held_back).then_some(0)
    }
}

/// Lets a number of events pass in a period of time: as many at once, if none came for so long, then one whenever its share of
/// the period is over.
#[derive(Debug)]
pub struct Rate {
    events: u64,
    period_ns: u64,
    /// The share of one event in the period in ticks; 0 until it is first needed.
    share: AtomicU64,
    /// At which tick all events that have passed had their share.
    paid: AtomicU64,
    held_back: AtomicU64,
}

impl Rate {
    /// A limiter that lets `events` events pass in `period_ns` nanoseconds; neither is 0.
    pub const fn new(events: u32, period_ns: u64) -> Rate {
        Rate {
            events: events as u64,
            period_ns,
            share: AtomicU64::new(0),
            paid: AtomicU64::new(0),
            held_back: AtomicU64::new(0),
        }
    }

    /// How many events were held back before this one; `None` if this one is, too.
    #[inline]
    pub fn pass(&self) -> Option<u64> {
        let share = match self.share.load(Ordering::Relaxed) {
            0 => self.measure_share(),
            share => share,
        };
        self.pass_at(clock::ticks(), share)
    }

    #[cold]
    fn measure_share(&self) -> u64 {
        let share = (clock::ticks_of(self.period_ns) / self.events).max(1);
        self.share.store(share, Ordering::Relaxed);
        share
    }

    #[inline]
    fn pass_at(&self, now: u64, share: u64) -> Option<u64> {
        let ahead = share.saturating_mul(self.events - 1);
        let pay = |paid: u64| {
            let may_pass = paid <= now.saturating_add(ahead);
            may_pass.then(|| paid.max(now).saturating_add(share))
        };
        let (set, get) = (Ordering::Relaxed, Ordering::Relaxed);
        if self.paid.fetch_update(set, get, pay).is_err() {
            self.held_back.fetch_add(1, Ordering::Relaxed);
            return None;
        }
        Some(self.held_back.swap(0, Ordering::Relaxed))
    }
}

/// Lets a share of the events pass, evenly spaced, beginning with the first.
#[derive(Debug)]
pub struct Sample {
    /// The share in units of 2^-64; odd, so that the sum is what it was at first only after 2^64 events.
    share: u64,
    /// The sum of the shares of all events, of which the whole part is lost: an event passes where it grows by one.
    sum: AtomicU64,
}

/// Before the first event: its share, however small, makes the sum whole.
const AT_FIRST: u64 = u64::MAX;

impl Sample {
    /// A limiter for a share in units of 2^-64; not 0.
    pub const fn new(share: u64) -> Sample {
        Sample {
            share: (share - 1) | 1,
            sum: AtomicU64::new(AT_FIRST),
        }
    }

    /// How many events were held back before this one; `None` if this one is, too.
    #[inline]
    pub fn pass(&self) -> Option<u64> {
        let sum = self.sum.fetch_add(self.share, Ordering::Relaxed);
        match sum.checked_add(self.share) {
            Some(_) => None,
            None if sum == AT_FIRST => Some(0),
            // Since the last one passed, each has added its share to less than one share.
            None => Some(sum / self.share),
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::thread;

    use super::*;

    /// How many of many events in four threads pass, and how many of them are told to have been held back.
    fn in_threads(pass: impl Fn() -> Option<u64> + Sync) -> (u64, u64) {
        let run = || {
            (0..10_000)
                .filter_map(|_| pass())
                .fold((0, 0), |(passed, held), more| (passed + 1, held + more))
        };
        thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(run)).collect();
            let results = threads.into_iter().map(|thread| thread.join().unwrap());
            results.fold((0, 0), |(passed, held), (more, others)| {
                (passed + more, held + others)
            })
        })
    }

    #[test]
    fn one_event_passes_once() {
        let once = Once::new();
        assert_eq!(in_threads(|| once.pass()), (1, 0));
    }

    #[test]
    fn a_rate_lets_as_many_pass_at_once_and_then_one_a_share() {
        let rate = Rate::new(3, 30);
        let passed = |now| rate.pass_at(now, 10);
        assert_eq!(
            [0; 5].map(|_| passed(100)),
            [Some(0), Some(0), Some(0), None, None]
        );
        assert_eq!(
            [passed(109), passed(110), passed(111)],
            [None, Some(3), None]
        );
        // What is saved up is no more than the burst.
        assert_eq!(
            [0; 4].map(|_| passed(1_000)),
            [Some(1), Some(0), Some(0), None]
        );
        // A clock that goes backwards holds back.
        assert_eq!(passed(500), None);
    }

    #[test]
    fn a_rate_holds_for_threads_together() {
        let rate = Rate::new(10, 1_000);
        let (passed, told) = in_threads(|| rate.pass_at(5, 100));
        assert_eq!(passed, 10);
        // Those that were held back behind the last that passed are told by the next.
        assert_eq!(told + rate.pass_at(105, 100).unwrap(), 40_000 - 10);
    }

    #[test]
    fn extreme_rates_neither_overflow_nor_stop() {
        let rare = Rate::new(u32::MAX, u64::MAX);
        assert_eq!(rare.pass_at(u64::MAX, u64::MAX), Some(0));
        assert_eq!(rare.pass(), Some(0));
        let frequent = Rate::new(u32::MAX, 1);
        assert_eq!((0..1_000).filter_map(|_| frequent.pass()).count(), 1_000);
    }

    #[test]
    fn a_sample_is_evenly_spaced_and_begins_with_the_first() {
        let sample = Sample::new(1 << 62);
        let passed: Vec<_> = (0..12).map(|_| sample.pass()).collect();
        let round = |held| [Some(held), None, None, None];
        assert_eq!(passed, [round(0), round(3), round(3)].concat());

        let third = Sample::new(u64::MAX / 3);
        let (passed, told) = in_threads(|| third.pass());
        assert!((13_332..=13_334).contains(&passed), "{passed}");
        assert!((26_660..=26_668).contains(&told), "{told}");

        let all = Sample::new(u64::MAX);
        assert_eq!(in_threads(|| all.pass()), (40_000, 0));
    }
}
