//! The clock that the measurements are taken with: the time-stamp counter where there is one.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// How long the counter is compared with the operating system's clock.
const CALIBRATION: Duration = Duration::from_millis(20);

/// The counter's value now. Not serialising: what is timed has to be long against the dozen instructions in flight.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
pub(crate) fn ticks() -> u64 {
    // SAFETY: every x86-64 processor has the instruction, and Linux, macOS and Windows leave it open to user code.
    unsafe { core::arch::x86_64::_rdtsc() }
}

/// Nanoseconds since the first call: on other processors the operating system's clock stands in for the counter.
#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
pub(crate) fn ticks() -> u64 {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_nanos() as u64
}

/// Nanoseconds in one tick, measured once against the operating system's clock.
pub(crate) fn nanoseconds_per_tick() -> f64 {
    static RATIO: OnceLock<f64> = OnceLock::new();
    *RATIO.get_or_init(|| {
        let (start, first) = (Instant::now(), ticks());
        while start.elapsed() < CALIBRATION {
            std::hint::spin_loop();
        }
        let (elapsed, last) = (start.elapsed(), ticks());
        elapsed.as_nanos() as f64 / (last - first) as f64
    })
}

/// The median cost of two reads with nothing between them, in ticks: what a call that is timed by itself has too much.
pub(crate) fn pair_ticks() -> u64 {
    let mut pairs: Vec<u64> = (0..10_000)
        .map(|_| {
            let start = ticks();
            ticks() - start
        })
        .collect();
    pairs.sort_unstable();
    pairs[pairs.len() / 2]
}
