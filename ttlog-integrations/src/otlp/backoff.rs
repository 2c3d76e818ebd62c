//! [`Backoff`]: how long to wait before the next try.

use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

/// Pauses that double from the first to the longest, each shortened at random by up to a half, so that the processes of a fleet don't come back at the
/// same moment; and an end, when it has been tried for long enough.
#[derive(Debug)]
pub(super) struct Backoff {
    first: Duration,
    longest: Duration,
    give_up_after: Duration,
    next: Duration,
    failing_since: Option<Instant>,
    random: RandomState,
    drawn: u64,
}

/// What a server may ask to wait for, at most: a mistake there must not silence a program for days.
const LONGEST_WISH: Duration = Duration::from_secs(300);

impl Backoff {
    pub(super) fn new(first: Duration, longest: Duration, give_up_after: Duration) -> Backoff {
        Backoff {
            first,
            longest,
            give_up_after,
            next: first,
            failing_since: None,
            random: RandomState::new(),
            drawn: 0,
        }
    }

    /// It has worked, or is given up.
    pub(super) fn reset(&mut self) {
        self.next = self.first;
        self.failing_since = None;
    }

    /// It has failed: the pause before the next try, which is at least what the server wishes. `None` when it is time to give up.
    pub(super) fn failed(&mut self, wish: Option<Duration>) -> Option<Duration> {
        let since = *self.failing_since.get_or_insert_with(Instant::now);
        if since.elapsed() >= self.give_up_after {
            return None;
        }
        self.drawn += 1;
        let share = (self.random.hash_one(self.drawn) >> 11) as f64 / (1_u64 << 53) as f64;
        let pause = self.next.mul_f64(1.0 - share / 2.0);
        self.next = (self.next * 2).min(self.longest);
        Some(pause.max(wish.unwrap_or_default().min(LONGEST_WISH)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest_and_are_shortened_by_half_at_most() {
        let unit = Duration::from_millis(100);
        let mut backoff = Backoff::new(unit, 4 * unit, Duration::from_secs(1 << 30));
        for full in [1, 2, 4, 4, 4] {
            let pause = backoff.failed(None).unwrap();
            assert!(
                unit * full / 2 <= pause && pause <= unit * full,
                "{pause:?}"
            );
        }
        assert_eq!(backoff.failed(Some(9 * unit)), Some(9 * unit));
        assert_eq!(backoff.failed(Some(LONGEST_WISH * 2)), Some(LONGEST_WISH));
        backoff.reset();
        assert!(backoff.failed(None).unwrap() <= unit);
    }

    #[test]
    fn it_is_given_up() {
        let mut backoff = Backoff::new(Duration::ZERO, Duration::ZERO, Duration::ZERO);
        assert_eq!(backoff.failed(None), None);
    }
}
