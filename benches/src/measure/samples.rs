//! Percentiles of samples, and the median over rounds.

/// Samples in ascending order.
pub(crate) struct Samples(Vec<f64>);

impl Samples {
    /// Sorts the samples.
    ///
    /// # Panics
    /// If there are none: a measurement without samples is a mistake in the bench.
    pub(crate) fn new(mut samples: Vec<f64>) -> Self {
        assert!(!samples.is_empty(), "nothing was measured");
        samples.sort_by(f64::total_cmp);
        Self(samples)
    }

    /// The least sample.
    pub(crate) fn min(&self) -> f64 {
        self.0[0]
    }

    /// The greatest sample.
    pub(crate) fn max(&self) -> f64 {
        self.0[self.0.len() - 1]
    }

    /// The sample that `share` of all samples do not exceed (nearest rank).
    pub(crate) fn percentile(&self, share: f64) -> f64 {
        let rank = (share * self.0.len() as f64).ceil() as usize;
        self.0[rank.clamp(1, self.0.len()) - 1]
    }

    /// The middle sample, or the mean of the two in the middle.
    pub(crate) fn median(&self) -> f64 {
        let half = self.0.len() / 2;
        if self.0.len() % 2 == 1 {
            self.0[half]
        } else {
            (self.0[half - 1] + self.0[half]) / 2.0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Samples;

    #[test]
    fn percentiles_are_samples_by_nearest_rank() {
        let samples = Samples::new((1..=1_000).rev().map(f64::from).collect());
        assert_eq!((samples.min(), samples.max()), (1.0, 1_000.0));
        assert_eq!(samples.percentile(0.5), 500.0);
        assert_eq!(samples.percentile(0.999), 999.0);
        assert_eq!(samples.median(), 500.5);
        assert_eq!(Samples::new(vec![7.0]).percentile(0.99), 7.0);
    }
}
