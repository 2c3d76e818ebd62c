//! How many calls each workload makes: in earnest, or only enough to see that it works.

/// The size of a run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scale {
    /// What the figures in the report are measured with.
    Full,
    /// Enough for the assertions; the figures mean nothing.
    Quick,
}

/// Calls in one burst.
pub(crate) const BURST: usize = 64;

/// Calls in one tight pass: few enough to fit into every logger's queue.
pub(crate) const TIGHT_CALLS: usize = 1_000;

impl Scale {
    /// Bursts in one pass.
    pub(crate) fn bursts(self) -> usize {
        self.choose(2_000, 20)
    }

    /// Tight passes, each with an empty queue before it.
    pub(crate) fn tight_passes(self) -> usize {
        self.choose(100, 2)
    }

    /// Calls that are turned off.
    pub(crate) fn disabled_calls(self) -> usize {
        self.choose(20_000_000, 10_000)
    }

    /// Events of the workloads that write a file, fill the recorder or take a snapshot.
    pub(crate) fn bulk_events(self) -> usize {
        self.choose(1_000_000, 10_000)
    }

    /// Calls during which allocations are counted.
    pub(crate) fn counted_calls(self) -> usize {
        self.choose(100 * BURST, 4 * BURST)
    }

    fn choose(self, full: usize, quick: usize) -> usize {
        match self {
            Scale::Full => full,
            Scale::Quick => quick,
        }
    }
}
