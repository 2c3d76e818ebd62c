//! [`Timeline`]: how many events of each level happened when.
//!
//! The span of time isn't known before all is read, and all is read once. So events are counted in slots, whose width
//! doubles whenever the span has outgrown them.

use ttlog_core::LogLevel;

/// Many more than there are columns, so that a column's share of them is nearly exact.
const SLOTS: usize = 2048;
const LEVELS: usize = LogLevel::ALL.len();

/// How many events of each level happened when.
#[derive(Debug, Default)]
pub(super) struct Timeline {
    /// Slots are `1 << width_bits` nanoseconds wide.
    width_bits: u32,
    /// The number of the first slot, counted from 1970.
    first: u64,
    slots: Vec<[u64; LEVELS]>,
}

impl Timeline {
    pub(super) fn add(&mut self, time_ns: u64, level: LogLevel) {
        if self.slots.is_empty() {
            self.first = time_ns;
        }
        let place = loop {
            let slot = time_ns >> self.width_bits;
            let last = self.first + self.slots.len().saturating_sub(1) as u64;
            if slot.max(last) - slot.min(self.first) < SLOTS as u64 {
                break slot;
            }
            self.double();
        };
        if place < self.first {
            let missing = (self.first - place) as usize;
            self.slots
                .splice(0..0, std::iter::repeat_n([0; LEVELS], missing));
            self.first = place;
        }
        let index = (place - self.first) as usize;
        if index >= self.slots.len() {
            self.slots.resize(index + 1, [0; LEVELS]);
        }
        self.slots[index][level as usize] += 1;
    }

    /// Makes the slots twice as wide.
    fn double(&mut self) {
        let mut slots: Vec<[u64; LEVELS]> = Vec::with_capacity(SLOTS);
        let first = self.first >> 1;
        for (index, slot) in (self.first..).zip(&self.slots) {
            let place = ((index >> 1) - first) as usize;
            if place >= slots.len() {
                slots.resize(place + 1, [0; LEVELS]);
            }
            for (sum, count) in slots[place].iter_mut().zip(slot) {
                *sum += count;
            }
        }
        (self.first, self.slots) = (first, slots);
        self.width_bits += 1;
    }

    /// The events of a level in so many columns of the same width; fewer where time has not so many slots.
    pub(super) fn columns(&self, level: LogLevel, columns: usize) -> Vec<u64> {
        let columns = columns.min(self.slots.len()).max(1);
        let mut counts = vec![0; columns];
        for (index, slot) in self.slots.iter().enumerate() {
            counts[index * columns / self.slots.len()] += slot[level as usize];
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_is_counted_in_its_part_of_time() {
        for scale in [1, 1_000, 1_000_000_000] {
            let mut timeline = Timeline::default();
            let base = 1_769_817_600_000_000_000;
            for number in 0..10_000u64 {
                timeline.add(base + number * scale, LogLevel::Info);
            }
            timeline.add(base + 9_999 * scale, LogLevel::Error);
            let infos = timeline.columns(LogLevel::Info, 10);
            assert_eq!(infos.iter().sum::<u64>(), 10_000);
            assert!(
                infos.iter().all(|count| count.abs_diff(1000) < 20),
                "{infos:?}"
            );
            let errors = timeline.columns(LogLevel::Error, 10);
            assert_eq!(errors, [0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
        }
    }

    #[test]
    fn times_in_any_order_and_of_any_size_are_taken() {
        let mut timeline = Timeline::default();
        for time in [1 << 60, u64::MAX, 0, 5, u64::MAX - 1] {
            timeline.add(time, LogLevel::Warn);
        }
        assert!(timeline.slots.len() <= SLOTS);
        let columns = timeline.columns(LogLevel::Warn, 8);
        assert_eq!(columns.iter().sum::<u64>(), 5);
        assert_eq!((columns[0], columns.last()), (3, Some(&2)));
    }

    #[test]
    fn one_moment_is_one_column() {
        let mut timeline = Timeline::default();
        timeline.add(7, LogLevel::Info);
        assert_eq!(timeline.columns(LogLevel::Info, 40), [1]);
    }
}
