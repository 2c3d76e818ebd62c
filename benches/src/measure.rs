//! The instruments: clock, percentiles, processor time, allocations.

pub(crate) mod allocations;
pub(crate) mod clock;
pub(crate) mod samples;
pub(crate) mod usage;
