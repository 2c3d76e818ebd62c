//! [`Gaps`]: guards of one thread that were dropped before those that came after them.
//!
//! The guards of a thread are numbered by their depth, from 1. Each knows the place that it goes back to, which is the one that the guard below
//! it has entered. Where that one has gone first, its place must not be gone back to: it is in a *gap*, which knows what is below it.
//!
//! Gaps that touch are one, so there are no more of them than guards that are still there; where guards were forgotten, that is no bound, and the
//! lowest gaps go beyond [`MOST_GAPS`].

use super::scope::Place;

/// How many gaps a thread knows.
const MOST_GAPS: usize = 256;

/// See the [module](self).
#[derive(Debug, Default)]
pub(super) struct Gaps(
    /// The lowest first.
    Vec<Gap>,
);

/// Guards of neighbouring depths that are gone.
#[derive(Debug)]
struct Gap {
    lowest: u32,
    highest: u32,
    /// What the highest had entered: this tells it from another guard of the same depth, where one was kept across an `await`.
    id: u64,
    /// Where the lowest would have gone back to.
    before: Place,
}

impl Gaps {
    pub(super) const fn new() -> Gaps {
        Gaps(Vec::new())
    }

    /// A guard goes that had entered `id` from `before`, while there are later ones.
    pub(super) fn leave(&mut self, depth: u32, id: u64, before: Place) {
        let at = self.0.partition_point(|gap| gap.highest < depth);
        if self.0.get(at).is_some_and(|gap| gap.lowest <= depth) {
            // Of a guard that was there before, and that nobody goes back to any more.
            self.0.remove(at);
        }
        let mut gap = Gap {
            lowest: depth,
            highest: depth,
            id,
            before,
        };
        if let Some(above) = self.0.get(at)
            && above.lowest == depth + 1
            && above.before.id == id
        {
            (gap.highest, gap.id) = (above.highest, above.id);
            self.0.remove(at);
        }
        if let Some(below) = at.checked_sub(1).and_then(|below| self.0.get(below))
            && below.highest + 1 == depth
            && below.id == before.id
        {
            (gap.lowest, gap.before) = (below.lowest, below.before);
            self.0[at - 1] = gap;
        } else {
            self.0.insert(at, gap);
        }
        if self.0.len() > MOST_GAPS {
            self.0.remove(0);
        }
    }

    /// Where a thread comes to that goes back to `place`, at `depth`: there, or below the gap that it is in. There is nothing above any more.
    pub(super) fn land(&mut self, depth: u32, place: Place) -> (u32, Place) {
        while let Some(gap) = self.0.pop_if(|gap| gap.highest >= depth) {
            if gap.highest == depth && gap.id == place.id {
                return (gap.lowest - 1, gap.before);
            }
        }
        (depth, place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(id: u64) -> Place {
        Place {
            id,
            ..Place::default()
        }
    }

    #[test]
    fn gaps_that_touch_are_one_and_are_bounded_otherwise() {
        let mut gaps = Gaps::new();
        // Dropped from the first to the last, but for the last.
        for depth in 1..1000 {
            gaps.leave(depth, u64::from(depth), place(u64::from(depth) - 1));
            assert_eq!(gaps.0.len(), 1);
        }
        assert_eq!(gaps.land(999, place(999)), (0, place(0)));
        assert!(gaps.0.is_empty());
        for depth in (1..2000).step_by(2) {
            gaps.leave(depth, u64::from(depth), place(u64::from(depth) - 1));
        }
        assert_eq!(gaps.0.len(), MOST_GAPS);
        assert_eq!(gaps.land(1999, place(1999)), (1998, place(1998)));
        assert_eq!(gaps.land(0, place(0)), (0, place(0)));
        assert!(gaps.0.is_empty());
    }

    #[test]
    fn another_place_at_the_same_depth_is_in_no_gap() {
        let mut gaps = Gaps::new();
        gaps.leave(3, 30, place(20));
        assert_eq!(gaps.land(3, place(31)), (3, place(31)));
        assert!(gaps.0.is_empty());
        gaps.leave(3, 30, place(20));
        gaps.leave(3, 31, place(21));
        assert_eq!(gaps.land(3, place(31)), (2, place(21)));
    }
}
