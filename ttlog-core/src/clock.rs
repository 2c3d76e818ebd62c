//! The clock: cheap ticks on the caller's side, turned into wall time by the snapshot thread.
//!
//! A tick is one of the time-stamp counter where that counter runs at one rate on all cores
//! (x86-64 says so by CPUID, aarch64 always), and a nanosecond of the system's monotonic clock
//! elsewhere. Only [`Calibration`] knows how long a tick is.
//!
//! `COARSE` is written by the snapshot threads alone, and `TICK_LENGTH` is a number of its own; neither carries other data: relaxed.

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

/// Where a ring reads its ticks. The numbers are those of [`TickSource::at_once_by`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum TickSource {
    #[cfg(all(any(target_arch = "x86_64", target_arch = "aarch64"), not(miri)))]
    Counter = 0,
    System = 1,
    Coarse = 2,
}

static COARSE: CacheLine<AtomicU64> = CacheLine(AtomicU64::new(0));

impl TickSource {
    pub(crate) fn of(clock: Clock) -> TickSource {
        first_moment();
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
        match self.at_once() {
            Some(ticks) => ticks,
            None => system_ticks(),
        }
    }

    /// The present tick where it takes no call; `None` where [`TickSource::now`] has to ask the system.
    #[inline(always)]
    fn at_once(self) -> Option<u64> {
        TickSource::at_once_by(self as u64)
    }

    /// The same by the source of this number; `None` for a number that no source has, too.
    #[inline(always)]
    pub(crate) fn at_once_by(number: u64) -> Option<u64> {
        #[cfg(all(any(target_arch = "x86_64", target_arch = "aarch64"), not(miri)))]
        if number == TickSource::Counter as u64 {
            return Some(counter());
        }
        seldom();
        (number == TickSource::Coarse as u64).then(|| COARSE.load(Ordering::Relaxed))
    }
}

/// Tells the compiler that what comes to this is not what code is to be laid out for.
#[cold]
#[inline]
fn seldom() {}

/// Nanoseconds a tick in units of 2^-32, as it was measured, by the snapshot threads as a rule; 0 before.
static TICK_LENGTH: AtomicU64 = AtomicU64::new(0);

/// The present tick of the best source that this machine has.
#[inline]
pub(crate) fn ticks() -> u64 {
    TickSource::precise().now()
}

/// A tick's length: nanoseconds in units of 2^-32.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Length(u64);

impl Length {
    /// As it was measured, if it was.
    #[inline(always)]
    pub(crate) fn if_known() -> Option<Length> {
        match TICK_LENGTH.load(Ordering::Relaxed) {
            0 => None,
            length => Some(Length(length)),
        }
    }

    /// How many nanoseconds so many ticks are.
    #[inline(always)]
    pub(crate) fn nanos(self, ticks: u64) -> u64 {
        ((u128::from(ticks) * u128::from(self.0)) >> 32) as u64
    }
}

/// How many nanoseconds so many ticks are.
#[inline]
pub(crate) fn nanos(ticks: u64) -> u64 {
    Length(known_tick_length()).nanos(ticks)
}

/// How many ticks so many nanoseconds are.
pub(crate) fn ticks_of(nanos: u64) -> u64 {
    let ticks = (u128::from(nanos) << 32) / u128::from(known_tick_length().max(1));
    u64::try_from(ticks).unwrap_or(u64::MAX)
}

#[inline]
fn known_tick_length() -> u64 {
    match TICK_LENGTH.load(Ordering::Relaxed) {
        0 => first_tick_length(),
        length => length,
    }
}

/// A tick's length before a snapshot thread has measured one, or where there is none. Whoever needs it doesn't wait for 2 ms: it is measured
/// since ttlog was set up, before which no span began. So a duration is as exact as the reading of the clocks, however short that is.
#[cold]
fn first_tick_length() -> u64 {
    let first = first_moment();
    while first.instant.elapsed() < LEAST_BASELINE {
        std::hint::spin_loop();
    }
    let (length, lasts) = length_between(first, Moment::now());
    if lasts {
        let (set, get) = (Ordering::Relaxed, Ordering::Relaxed);
        // Who has measured meanwhile has done it better.
        let _ = TICK_LENGTH.compare_exchange(0, length, set, get);
    }
    length
}

/// A tick's length, and whether it was measured for long enough that all may use it.
fn length_between(first: Moment, latest: Moment) -> (u64, bool) {
    let lasts = latest.instant.duration_since(first.instant) >= SHORTEST_BASELINE;
    (tick_length(first, latest), lasts)
}

/// When ttlog was set up.
fn first_moment() -> Moment {
    static FIRST: OnceLock<Moment> = OnceLock::new();
    *FIRST.get_or_init(Moment::now)
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
/// gets better with time and no step of the wall clock disturbs it. The wall clock is read anew at each
/// [`Calibration::renew`]. What it differs by is made good until the next one, so that no later tick gets an
/// earlier time; only a difference that is a step of the wall clock shows at once.
#[derive(Debug, Clone)]
pub(crate) struct Calibration {
    first: Moment,
    latest: Moment,
    line: Line,
}

/// A tick, its wall time, and nanoseconds a tick in units of 2^-32.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line {
    pub(crate) ticks: u64,
    pub(crate) wall_ns: u64,
    pub(crate) tick_length: u64,
}

/// Over how long a tick's length has to be measured before it is used by whoever needs one at once: the clocks are read to some tens of nanoseconds.
const LEAST_BASELINE: Duration = Duration::from_micros(50);
/// Over how long before it is used by all.
const SHORTEST_BASELINE: Duration = Duration::from_millis(2);
/// How old a reading of the wall clock may get.
const RENEW_AFTER: Duration = Duration::from_millis(500);
/// The wall clock was set if it differs by more nanoseconds from what was expected.
const STEP_NS: u64 = 1_000_000;

impl Calibration {
    /// Measures for 2 ms.
    pub(crate) fn new() -> Calibration {
        let first = Moment::now();
        std::thread::sleep(SHORTEST_BASELINE);
        let latest = Moment::now();
        let line = Line::through(latest, tick_length(first, latest));
        TICK_LENGTH.store(line.tick_length, Ordering::Relaxed);
        Calibration {
            first,
            latest,
            line,
        }
    }

    /// Reads the clocks again if the last reading is half a second old; whether it did. Ticks up to `settled` keep the time that
    /// they have been given.
    pub(crate) fn renew(&mut self, settled: u64) -> bool {
        let due = self.latest.instant.elapsed() >= RENEW_AFTER;
        if due {
            self.latest = Moment::now();
            let measured = Line::through(self.latest, tick_length(self.first, self.latest));
            TICK_LENGTH.store(measured.tick_length, Ordering::Relaxed);
            self.line = self.line.turned_to(measured, settled);
        }
        due
    }

    /// What makes wall time of ticks at the moment.
    #[cfg(all(feature = "black-box", unix))]
    pub(crate) fn line(&self) -> Line {
        self.line
    }

    /// The wall time of a tick, in nanoseconds since 1970 UTC.
    #[inline]
    pub(crate) fn wall_ns(&self, ticks: u64) -> u64 {
        self.line.wall_ns(ticks)
    }
}

/// Nanoseconds a tick, in units of 2^-32.
fn tick_length(first: Moment, latest: Moment) -> u64 {
    let elapsed_ns = latest.instant.duration_since(first.instant).as_nanos();
    let ticks = u128::from(latest.ticks.saturating_sub(first.ticks)).max(1);
    ((elapsed_ns << 32) / ticks) as u64
}

impl Line {
    fn through(moment: Moment, tick_length: u64) -> Line {
        Line {
            ticks: moment.ticks,
            wall_ns: moment.wall_ns,
            tick_length,
        }
    }

    /// The wall time of a tick.
    #[inline]
    pub(crate) fn wall_ns(self, ticks: u64) -> u64 {
        let since = ticks.wrapping_sub(self.ticks) as i64;
        let since_ns = (i128::from(since) * i128::from(self.tick_length)) >> 32;
        self.wall_ns.wrapping_add(since_ns as u64)
    }

    /// A line that begins where this one is at `settled`, and meets `measured` half a second after its moment; `measured` itself
    /// where that is too far off.
    fn turned_to(self, measured: Line, settled: u64) -> Line {
        let wall_ns = self.wall_ns(settled);
        if measured.wall_ns(settled).abs_diff(wall_ns) > STEP_NS {
            return measured;
        }
        let ahead = (RENEW_AFTER.as_nanos() << 32) / u128::from(measured.tick_length.max(1));
        let meeting = measured.ticks.wrapping_add(ahead as u64);
        let ticks = u128::from(meeting.wrapping_sub(settled)).max(1);
        let span_ns = u128::from(measured.wall_ns(meeting).saturating_sub(wall_ns));
        Line {
            ticks: settled,
            wall_ns,
            tick_length: ((span_ns << 32) / ticks) as u64,
        }
    }
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
    fn a_small_difference_is_made_good_without_going_back_and_a_step_shows_at_once() {
        // Two ticks a nanosecond.
        let line = Line {
            ticks: 1_000,
            wall_ns: 5_000_000_000,
            tick_length: 1 << 31,
        };
        let half_a_second = 1_000_000_000;
        for off_ns in [-700_000, -300, 0, 300, 700_000] {
            let measured = Line {
                ticks: 1_000 + half_a_second,
                wall_ns: 5_500_000_000_u64.wrapping_add_signed(off_ns),
                ..line
            };
            let settled = measured.ticks - 80_000_000;
            let turned = line.turned_to(measured, settled);
            assert_eq!(turned.wall_ns(settled), line.wall_ns(settled));
            let meeting = measured.ticks + half_a_second;
            let difference = turned.wall_ns(meeting).abs_diff(measured.wall_ns(meeting));
            assert!(difference <= 1, "{off_ns}: {difference}");
            let times = (0..100).map(|ticks| turned.wall_ns(settled + ticks));
            assert!(times.is_sorted() && turned.wall_ns(settled + 100) > turned.wall_ns(settled));
        }
        let set_back = Line {
            wall_ns: 4_000_000_000,
            ticks: 1_000 + half_a_second,
            ..line
        };
        let turned = line.turned_to(set_back, set_back.ticks);
        assert_eq!(turned.wall_ns(set_back.ticks), set_back.wall_ns);
    }

    #[test]
    fn a_length_is_there_at_once_and_lasts_when_it_was_measured_long_enough() {
        // Two ticks a nanosecond.
        let first = Moment {
            ticks: 1_000,
            wall_ns: 0,
            instant: Instant::now(),
        };
        let later = |by: Duration| Moment {
            ticks: first.ticks + 2 * by.as_nanos() as u64,
            instant: first.instant + by,
            ..first
        };
        let at_once = length_between(first, later(LEAST_BASELINE));
        assert_eq!(at_once, (1 << 31, false));
        let lasting = length_between(first, later(SHORTEST_BASELINE));
        assert_eq!(lasting, (1 << 31, true));
    }

    #[test]
    fn coarse_time_stands_still_until_it_is_renewed() {
        let source = TickSource::of(Clock::Coarse);
        let first = source.now();
        renew_coarse();
        assert!(source.now() >= first);
    }
}
