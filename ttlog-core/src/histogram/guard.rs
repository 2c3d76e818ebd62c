//! [`HistogramTimer`]: measures how long it has lived, for the histogram of its call.

use crate::clock;

use super::Histogram;

/// Adds to the histogram of its call, when it is dropped, how long it has lived. Made by `timer!(histogram, …)`.
#[must_use = "a timer ends when it is dropped: `let _timer = …`"]
#[derive(Debug)]
pub struct HistogramTimer {
    /// When it began, in ticks, and what it adds to; `None` where it is not enabled or has ended.
    running: Option<(u64, &'static Histogram)>,
}

impl HistogramTimer {
    /// Begins, if it is wanted at all.
    #[inline(always)]
    pub fn start(is_enabled: bool, histogram: &'static Histogram) -> HistogramTimer {
        HistogramTimer {
            running: is_enabled.then(|| (clock::ticks(), histogram)),
        }
    }

    /// Ends without a measurement.
    pub fn discard(mut self) {
        self.running = None;
    }
}

impl Drop for HistogramTimer {
    // Always, and what it calls never: so a timer that is not enabled stays in registers.
    #[inline(always)]
    fn drop(&mut self) {
        if let Some((start, histogram)) = self.running {
            histogram.record_since(start);
        }
    }
}
