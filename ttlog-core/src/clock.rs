//! The clock: cheap ticks on the caller's side, turned into wall time by the snapshot thread.
//!
//! A tick is one of the time-stamp counter where that counter runs at one rate on all cores
//! (x86-64 says so by CPUID, aarch64 always), and a nanosecond of the system's monotonic clock
//! elsewhere. Only [`Calibration`] knows how long a tick is.
//!
//! `COARSE` is written by the snapshot threads alone and carries no other data: relaxed.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::sync::CacheLine;

/// How events get their time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Clock {
    /// Each event reads the processor's counter: exact, some nanoseconds to 20 ns a call.
    #[default]
    Precise,
    /// Events share a time that the snapshot thread renews at least every 10 ms while it runs
    /// undisturbed: their order within a thread is exact, their time is not.
    Coarse,
}

/// Where a ring reads its ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TickSource {
    #[cfg(all(any(target_arch = "x86_64", target_arch = "aarch64"), not(miri)))]
    Counter,
    System,
    Coarse,
}

static COARSE: CacheLine<AtomicU64> = CacheLine(AtomicU64::new(0));

impl TickSource {
    pub(crate) fn of(clock: Clock) -> TickSource {
        match clock {
            Clock::Precise => TickSource::precise(),
            Clock::Coarse => {
                renew_coarse();
                TickSource::Coarse
            }
        }
    }

    /// The best source that this machine has.
    pub(crate) fn precise() -> TickSource {
        #[cfg(all(any(target_arch = "x86_64", target_arch = "aarch64"), not(miri)))]
        if counter_is_invariant() {
            return TickSource::Counter;
        }
        TickSource::System
    }

    /// The present tick.
    #[inline(always)]
    pub(crate) fn now(self) -> u64 {
        match self {
            #[cfg(all(any(target_arch = "x86_64", target_arch = "aarch64"), not(miri)))]
            TickSource::Counter => counter(),
            TickSource::Coarse => COARSE.load(Ordering::Relaxed),
            TickSource::System => system_ticks(),
        }
    }
}

/// Renews the time that [`Clock::Coarse`] gives.
pub(crate) fn renew_coarse() {
    COARSE.store(TickSource::precise().now(), Ordering::Relaxed);
}

#[cfg(all(target_arch = "x86_64", not(miri)))]
#[inline(always)]
fn counter() -> u64 {
    // SAFETY: every x86-64 processor has RDTSC, and no operating system that Rust runs on forbids it.
    unsafe { std::arch::x86_64::_rdtsc() }
}

#[cfg(all(target_arch = "aarch64", not(miri)))]
#[inline(always)]
fn counter() -> u64 {
    let ticks: u64;
    // SAFETY: CNTVCT_EL0 is readable by every user process of the systems that Rust runs on; the
    // instruction has no effect but the register it writes.
    unsafe { std::arch::asm!("mrs {}, cntvct_el0", out(reg) ticks, options(nomem, nostack)) };
    ticks
}

#[cfg(all(target_arch = "x86_64", not(miri)))]
fn counter_is_invariant() -> bool {
    static ANSWER: OnceLock<bool> = OnceLock::new();
    *ANSWER.get_or_init(|| {
        use std::arch::x86_64::__cpuid;
        let greatest_leaf = __cpuid(0x8000_0000).eax;
        greatest_leaf >= 0x8000_0007 && __cpuid(0x8000_0007).edx & 1 << 8 != 0
    })
}

#[cfg(all(target_arch = "aarch64", not(miri)))]
fn counter_is_invariant() -> bool {
    true
}

#[cold]
fn system_ticks() -> u64 {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_nanos() as u64
}

/// The wall time in nanoseconds since 1970 UTC.
///
/// ```
/// assert!(ttlog_core::now_nanos() > 1_600_000_000_000_000_000);
/// ```
pub fn now_nanos() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_nanos() as u64)
}

/// One moment on all three clocks.
#[derive(Debug, Clone, Copy)]
struct Moment {
    ticks: u64,
    wall_ns: u64,
    instant: Instant,
}

impl Moment {
    /// Reads the clocks a few times and keeps the reading that took the fewest ticks.
    fn now() -> Moment {
        let source = TickSource::precise();
        (0..4)
            .map(|_| {
                let before = source.now();
                let wall_ns = now_nanos();
                let instant = Instant::now();
                let taken = source.now().saturating_sub(before);
                let moment = Moment {
                    ticks: before + taken / 2,
                    wall_ns,
                    instant,
                };
                (taken, moment)
            })
            .min_by_key(|(taken, _)| *taken)
            .map(|(_, moment)| moment)
            .expect("four readings were taken")
    }
}

/// Turns ticks into wall time.
///
/// The length of a tick is measured from the first moment to the latest against the monotonic clock, so it
/// gets better with time and no step of the wall clock disturbs it; the wall clock is read anew at each
/// [`Calibration::renew`], so a step shows in the events after it.
#[derive(Debug, Clone)]
pub(crate) struct Calibration {
    first: Moment,
    latest: Moment,
    /// Nanoseconds a tick, in units of 2^-32.
    tick_length: u64,
}

/// Over how long a tick's length has to be measured before it is used.
const SHORTEST_BASELINE: Duration = Duration::from_millis(2);
/// How old a reading of the wall clock may get.
const RENEW_AFTER: Duration = Duration::from_millis(500);

impl Calibration {
    /// Measures for 2 ms.
    pub(crate) fn new() -> Calibration {
        let first = Moment::now();
        std::thread::sleep(SHORTEST_BASELINE);
        let mut calibration = Calibration {
            first,
            latest: first,
            tick_length: 1 << 32,
        };
        calibration.measure();
        calibration
    }

    fn measure(&mut self) {
        self.latest = Moment::now();
        let elapsed_ns = self
            .latest
            .instant
            .duration_since(self.first.instant)
            .as_nanos();
        let ticks = u128::from(self.latest.ticks.saturating_sub(self.first.ticks)).max(1);
        self.tick_length = ((elapsed_ns << 32) / ticks) as u64;
    }

    /// Reads the clocks again if the last reading is half a second old; whether it did.
    pub(crate) fn renew(&mut self) -> bool {
        let due = self.latest.instant.elapsed() >= RENEW_AFTER;
        if due {
            self.measure();
        }
        due
    }

    /// What makes wall time of ticks: a tick, its wall time, and nanoseconds a tick in units of 2^-32.
    #[cfg(all(feature = "black-box", unix))]
    pub(crate) fn to_words(&self) -> [u64; 3] {
        [self.latest.ticks, self.latest.wall_ns, self.tick_length]
    }

    /// The wall time of a tick, in nanoseconds since 1970 UTC.
    #[inline]
    pub(crate) fn wall_ns(&self, ticks: u64) -> u64 {
        wall_time(
            self.latest.ticks,
            self.latest.wall_ns,
            self.tick_length,
            ticks,
        )
    }
}

/// The wall time of `ticks`, by a tick whose wall time is known and the length of one in units of 2^-32 ns.
#[inline]
pub(crate) fn wall_time(known_ticks: u64, known_wall_ns: u64, tick_length: u64, ticks: u64) -> u64 {
    let since = ticks.wrapping_sub(known_ticks) as i64;
    let since_ns = (i128::from(since) * i128::from(tick_length)) >> 32;
    known_wall_ns.wrapping_add(since_ns as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_become_the_wall_time_at_which_they_were_read() {
        let calibration = Calibration::new();
        let before = now_nanos();
        let ticks = TickSource::precise().now();
        let after = now_nanos();
        let wall = calibration.wall_ns(ticks);
        let tolerance = 1_000_000;
        assert!(before - tolerance <= wall && wall <= after + tolerance);
    }

    #[test]
    fn coarse_time_stands_still_until_it_is_renewed() {
        let source = TickSource::of(Clock::Coarse);
        let first = source.now();
        renew_coarse();
        assert!(source.now() >= first);
    }
}
