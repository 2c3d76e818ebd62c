//! [`Buckets`]: how often which time was measured; [`Summary`]: what is told of that.
//!
//! The buckets are log-linear: eight of equal width from each power of two to the next, and one for each number below eight. So a bucket
//! is no wider than an eighth of what is in it, and its middle is off by a sixteenth at most, whatever the unit and the range; there is no
//! number that is out of range. Everything is zero at first, so that the static lies where programs have no bytes for zeros, and a call that is
//! never reached takes no memory.
//!
//! All is relaxed: no word orders another one. One thread at a time [takes](Buckets::take) what is there, while any number of threads
//! go on adding. Each bucket is swapped with 0, so each measurement is counted in exactly one summary, and the count is the sum of the buckets that
//! were taken. A measurement made meanwhile may have its place in the count in one summary and its share of least, greatest and sum in the
//! other. So a summary is kept free of contradictions by its buckets; in that one case its least and greatest may be the ends of a bucket.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

/// Buckets from a power of two to the next, as a power of two.
const SUB_BITS: u32 = 3;
const SUB_BUCKETS: usize = 1 << SUB_BITS;
const BUCKETS: usize = (u64::BITS - SUB_BITS + 1) as usize * SUB_BUCKETS;

/// How often which time was measured at a call. A line of its own keeps its writes off whatever is beside it.
#[repr(align(128))]
pub struct Buckets {
    sum: AtomicU64,
    greatest: AtomicU64,
    /// The complement of the least: so it is the greatest, too, of numbers of which 0 is none.
    least_complement: AtomicU64,
    counts: [AtomicU64; BUCKETS],
}

impl Buckets {
    /// Nothing was measured yet.
    pub const fn new() -> Buckets {
        Buckets {
            sum: AtomicU64::new(0),
            greatest: AtomicU64::new(0),
            least_complement: AtomicU64::new(0),
            counts: [const { AtomicU64::new(0) }; BUCKETS],
        }
    }

    /// Adds one measurement.
    #[inline]
    pub(crate) fn add(&self, value: u64) {
        self.sum.fetch_add(value, Ordering::Relaxed);
        raise(&self.greatest, value);
        raise(&self.least_complement, !value);
        self.counts[index_of(value)].fetch_add(1, Ordering::Relaxed);
    }

    /// Takes out what was added; `None` where that is nothing. To be called by one thread at a time.
    pub(crate) fn take(&self) -> Option<Summary> {
        // On the stack: whoever calls this may hold a lock that an allocator must not need.
        let counts: [u64; BUCKETS] = std::array::from_fn(|index| take(&self.counts[index]));
        let first = counts.iter().position(|count| *count > 0)?;
        let last = counts.iter().rposition(|count| *count > 0)?;
        let greatest = take_within(&self.greatest, lower_bound(last), upper_bound(last));
        let least = !take_within(
            &self.least_complement,
            !upper_bound(first).min(greatest),
            !lower_bound(first),
        );
        let count = counts.iter().sum();
        let percentile = |percent| {
            let bucket = bucket_of_rank(&counts, rank(count, percent));
            middle(bucket).clamp(least, greatest)
        };
        Some(Summary {
            count,
            least,
            greatest,
            mean: (take(&self.sum) / count).clamp(least, greatest),
            p50: percentile(50),
            p90: percentile(90),
            p99: percentile(99),
        })
    }

    /// Forgets what was added.
    pub(crate) fn clear(&self) {
        let others = [&self.sum, &self.greatest, &self.least_complement];
        for word in self.counts.iter().chain(others) {
            take(word);
        }
    }
}

impl Default for Buckets {
    fn default() -> Self {
        Buckets::new()
    }
}

impl fmt::Debug for Buckets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = self
            .counts
            .iter()
            .map(|count| count.load(Ordering::Relaxed));
        f.debug_struct("Buckets")
            .field("count", &counts.sum::<u64>())
            .finish_non_exhaustive()
    }
}

/// What was measured, in the unit in which it was added. The percentiles are within a sixteenth of what they are of, everything else is exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Summary {
    pub(crate) count: u64,
    pub(crate) least: u64,
    pub(crate) greatest: u64,
    pub(crate) mean: u64,
    pub(crate) p50: u64,
    pub(crate) p90: u64,
    pub(crate) p99: u64,
}

/// Writes only where there is something to change: as a rule that is a load of a word on a line that is here already.
#[inline]
fn raise(word: &AtomicU64, value: u64) {
    if word.load(Ordering::Relaxed) < value {
        word.fetch_max(value, Ordering::Relaxed);
    }
}

/// Leaves pages alone that nothing was written to.
fn take(word: &AtomicU64) -> u64 {
    match word.load(Ordering::Relaxed) {
        0 => 0,
        _ => word.swap(0, Ordering::Relaxed),
    }
}

/// Takes the greatest of the numbers that were counted, which is from `from` to `to`. One above that belongs to a measurement that is yet to be
/// counted, and stays for the next summary.
fn take_within(word: &AtomicU64, from: u64, to: u64) -> u64 {
    let taken = take(word);
    if taken > to {
        raise(word, taken);
    }
    taken.clamp(from, to)
}

/// The bucket of a number. The power of two below it says which eight, the three bits behind its first one which of those.
#[inline]
fn index_of(value: u64) -> usize {
    if value < SUB_BUCKETS as u64 {
        return value as usize;
    }
    let shift = u64::BITS - 1 - value.leading_zeros() - SUB_BITS;
    // The first bit counts for one block of eight more.
    (shift as usize) * SUB_BUCKETS + (value >> shift) as usize
}

/// The least number in a bucket, and by how many bits its width is above 1.
fn bounds(index: usize) -> (u64, u32) {
    match (index / SUB_BUCKETS).checked_sub(1) {
        None => (index as u64, 0),
        Some(shift) => (
            ((index - shift * SUB_BUCKETS) as u64) << shift,
            shift as u32,
        ),
    }
}

fn lower_bound(index: usize) -> u64 {
    bounds(index).0
}

fn upper_bound(index: usize) -> u64 {
    let (lower, shift) = bounds(index);
    lower + ((1 << shift) - 1)
}

fn middle(index: usize) -> u64 {
    let (lower, shift) = bounds(index);
    lower + (1 << shift) / 2
}

/// Which of `count` numbers in their order is the percentile, from 1: the least that `percent` of a hundred are not above.
fn rank(count: u64, percent: u64) -> u64 {
    (u128::from(count) * u128::from(percent)).div_ceil(100) as u64
}

/// The bucket with the number of this rank, which is not above all counts together.
fn bucket_of_rank(counts: &[u64; BUCKETS], rank: u64) -> usize {
    let mut seen = 0;
    let has_it = |count: &u64| {
        seen += count;
        seen >= rank
    };
    counts.iter().position(has_it).unwrap_or(BUCKETS - 1)
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::sync::atomic::AtomicBool;
    use std::thread;

    use super::*;

    fn summary_of(values: impl IntoIterator<Item = u64>) -> Summary {
        let buckets = Buckets::new();
        values.into_iter().for_each(|value| buckets.add(value));
        let summary = buckets.take().unwrap();
        assert_eq!(buckets.take(), None, "nothing is told twice");
        summary
    }

    /// What a summary is to be, from the sorted values.
    #[track_caller]
    fn assert_tells_of(mut values: Vec<u64>) {
        let summary = summary_of(values.iter().copied());
        values.sort_unstable();
        let count = values.len();
        let sum: u128 = values.iter().map(|value| u128::from(*value)).sum();
        assert_eq!(summary.count, count as u64);
        assert_eq!(summary.least, values[0]);
        assert_eq!(summary.greatest, values[count - 1]);
        assert_eq!(u128::from(summary.mean), sum / count as u128);
        for (told, percent) in [(summary.p50, 50), (summary.p90, 90), (summary.p99, 99)] {
            let exact = values[(count * percent).div_ceil(100) - 1];
            assert!(
                told.abs_diff(exact) <= exact / 16,
                "p{percent} is {exact}, and told as {told}"
            );
        }
    }

    #[test]
    fn buckets_are_a_seamless_row_over_all_numbers() {
        let mut next = Some(0);
        for index in 0..BUCKETS {
            let lower = lower_bound(index);
            assert_eq!(Some(lower), next);
            assert_eq!(
                (index_of(lower), index_of(upper_bound(index))),
                (index, index)
            );
            let off = (middle(index) - lower).max(upper_bound(index) - middle(index));
            assert!(off <= lower / 16, "bucket {index}");
            next = upper_bound(index).checked_add(1);
        }
        assert_eq!(next, None);
    }

    #[test]
    fn memory_is_what_the_documentation_says() {
        assert_eq!(size_of::<Buckets>(), 4096);
    }

    #[test]
    fn percentiles_of_known_distributions_are_within_a_sixteenth() {
        assert_tells_of((1..=1_000_000).step_by(7).collect());
        assert_tells_of((0..64).map(|bit| 1 << (bit % 57)).collect());
        assert_tells_of(vec![0]);
        assert_tells_of(vec![123_456_789]);
        assert_tells_of(vec![0, u64::MAX]);
        // Many that are fast, a few that are slow.
        let tail = (0..10_000).map(|n| {
            if n % 50 == 0 {
                900_000 + n
            } else {
                200 + n % 17
            }
        });
        assert_tells_of(tail.collect());
        // Each as probable as any other, on a scale of powers.
        let mut state = 1_u64;
        let random = std::iter::repeat_with(|| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 20) >> (state % 40)
        });
        assert_tells_of(random.take(20_000).collect());
    }

    #[test]
    fn threads_that_go_on_lose_nothing_over_all_summaries() {
        const THREADS: u64 = 3;
        const EACH: u64 = if cfg!(miri) { 200 } else { 50_000 };
        let buckets = Buckets::new();
        let have_ended = AtomicBool::new(false);
        let count = thread::scope(|scope| {
            let reader = scope.spawn(|| {
                let mut count = 0;
                loop {
                    let is_last = have_ended.load(Ordering::Acquire);
                    while let Some(summary) = buckets.take() {
                        count += summary.count;
                        let order = [summary.least, summary.p50, summary.p90, summary.p99];
                        assert!(order.is_sorted() && summary.p99 <= summary.greatest);
                        assert!((summary.least..=summary.greatest).contains(&summary.mean));
                    }
                    if is_last {
                        return count;
                    }
                }
            });
            let writers: Vec<_> = (0..THREADS)
                .map(|thread| {
                    let buckets = &buckets;
                    scope.spawn(move || (0..EACH).for_each(|n| buckets.add(n << (thread * 8))))
                })
                .collect();
            writers
                .into_iter()
                .for_each(|writer| writer.join().unwrap());
            // Pairs with the reader's load: it sees everything in its last round.
            have_ended.store(true, Ordering::Release);
            reader.join().unwrap()
        });
        assert_eq!(count, THREADS * EACH);
    }

    #[test]
    fn a_measurement_that_is_not_counted_yet_keeps_its_extremes_for_the_next_summary() {
        let buckets = Buckets::new();
        buckets.add(100);
        // As far as two threads have come that are interrupted.
        for value in [5, 7_000] {
            raise(&buckets.greatest, value);
            raise(&buckets.least_complement, !value);
        }
        let summary = buckets.take().unwrap();
        assert_eq!(summary.count, 1);
        assert_eq!(index_of(summary.least), index_of(100));
        assert_eq!(index_of(summary.greatest), index_of(100));
        for value in [5, 7_000] {
            buckets.counts[index_of(value)].fetch_add(1, Ordering::Relaxed);
        }
        let next = buckets.take().unwrap();
        assert_eq!((next.count, next.least, next.greatest), (2, 5, 7_000));
        assert_eq!(buckets.take(), None);
    }

    #[test]
    fn what_is_forgotten_is_not_told() {
        let buckets = Buckets::new();
        buckets.add(1_000);
        buckets.clear();
        assert_eq!(buckets.take(), None);
        buckets.add(3);
        assert_eq!(buckets.take().map(|summary| summary.greatest), Some(3));
    }
}
