//! Calls in bursts, as applications make them: 64 calls, then a pause in which the logger's own thread can work.
//!
//! The percentiles are over bursts: a burst is timed as a whole and divided by its calls, so that reading the clock, which
//! costs as much as a good logger, does not show. A tail over bursts hides single slow calls, so a second pass times each
//! call by itself, takes off the median cost of the two clock reads, and gives the p99.9 of single calls.

use std::hint::black_box;
use std::thread;
use std::time::Duration;

use super::lost;
use crate::figures::Figures;
use crate::loggers::Logger;
use crate::measure::clock;
use crate::measure::samples::Samples;
use crate::output::Place;
use crate::scale::{BURST, Scale, TIGHT_CALLS};

/// The pause after each burst.
const PAUSE: Duration = Duration::from_micros(300);

/// The bursts that are not counted: they register call sites, make rings and fill caches.
const WARM_UP: usize = 10;

/// Logs the `index`-th event of two integers. The values are opaque, so that they cannot become part of the call site.
#[inline(always)]
pub(super) fn log_integers<L: Logger>(logger: &L, index: u64) {
    logger.integers(black_box(index), black_box(index & 1023));
}

#[inline(always)]
fn log_text<L: Logger>(logger: &L, index: u64) {
    logger.text(
        black_box("failed_login"),
        black_box(index as f64),
        black_box(index),
    );
}

#[inline(always)]
fn log_message<L: Logger>(logger: &L, _index: u64) {
    logger.message(black_box("alice-0042"), black_box("a checkout"));
}

/// Two integers: bursts, single calls and a tight loop.
pub(super) fn enabled<L: Logger>(scale: Scale) -> Figures {
    let logger = L::start(&Place::Null);
    let bursts = in_bursts(&logger, scale.bursts(), log_integers::<L>);
    let singles = Samples::new(single_calls(&logger, scale.bursts()));
    let mut calls = 2 * calls_in(scale.bursts());
    let tight = (0..scale.tight_passes()).map(|_| {
        logger.flush(calls);
        calls += TIGHT_CALLS as u64;
        tight_pass(&logger)
    });
    let tight = Samples::new(tight.collect()).median();
    logger.leave();
    let lost = lost(&logger, calls);
    logger.finish();
    with_percentiles(&bursts)
        .with("single_p99.9", singles.percentile(0.999))
        .with("tight", tight)
        .with("lost", lost)
}

/// A text, a float and an integer.
pub(super) fn text<L: Logger>(scale: Scale) -> Figures {
    only_bursts::<L>(scale, log_text::<L>)
}

/// A formatted message.
pub(super) fn message<L: Logger>(scale: Scale) -> Figures {
    only_bursts::<L>(scale, log_message::<L>)
}

#[inline(always)]
fn only_bursts<L: Logger>(scale: Scale, log: impl Fn(&L, u64)) -> Figures {
    let logger = L::start(&Place::Null);
    let bursts = in_bursts(&logger, scale.bursts(), log);
    logger.leave();
    let lost = lost(&logger, calls_in(scale.bursts()));
    logger.finish();
    with_percentiles(&bursts).with("lost", lost)
}

pub(super) fn with_percentiles(bursts: &Samples) -> Figures {
    Figures::new()
        .with("min", bursts.min())
        .with("p50", bursts.percentile(0.5))
        .with("p99", bursts.percentile(0.99))
}

/// How many calls [`in_bursts`] makes for this many measured bursts.
pub(super) fn calls_in(bursts: usize) -> u64 {
    ((bursts + WARM_UP) * BURST) as u64
}

/// Logs in bursts; the samples are the nanoseconds a call, one sample a burst.
#[inline(always)]
pub(super) fn in_bursts<L: Logger>(logger: &L, bursts: usize, log: impl Fn(&L, u64)) -> Samples {
    let mut samples = Vec::with_capacity(bursts);
    for burst in 0..bursts + WARM_UP {
        let nanoseconds = one_burst(logger, burst, &log);
        if burst >= WARM_UP {
            samples.push(nanoseconds);
        }
        thread::sleep(PAUSE);
    }
    Samples::new(samples)
}

/// The same of two things in turns, a burst of each: so whatever else the machine does, it does to both.
#[inline(always)]
pub(super) fn in_turns(
    bursts: usize,
    one: impl Fn(usize) -> f64,
    other: impl Fn(usize) -> f64,
) -> (Samples, Samples) {
    let mut samples = (Vec::with_capacity(bursts), Vec::with_capacity(bursts));
    for burst in 0..bursts + WARM_UP {
        let of_one = one(burst);
        thread::sleep(PAUSE);
        let of_other = other(burst);
        thread::sleep(PAUSE);
        if burst >= WARM_UP {
            samples.0.push(of_one);
            samples.1.push(of_other);
        }
    }
    (Samples::new(samples.0), Samples::new(samples.1))
}

/// Makes the calls of one burst; gives the nanoseconds a call.
#[inline(always)]
pub(super) fn one_burst<L: Logger>(logger: &L, burst: usize, log: impl Fn(&L, u64)) -> f64 {
    let first = (burst * BURST) as u64;
    let ticks = logger.around(|| {
        let start = clock::ticks();
        for index in first..first + BURST as u64 {
            log(logger, index);
        }
        clock::ticks() - start
    });
    ticks as f64 * clock::nanoseconds_per_tick() / BURST as f64
}

/// Logs two integers in bursts; the samples are the nanoseconds of single calls.
pub(super) fn single_calls<L: Logger>(logger: &L, bursts: usize) -> Vec<f64> {
    let (scale, pair) = (clock::nanoseconds_per_tick(), clock::pair_ticks());
    let mut samples = Vec::with_capacity(bursts * BURST);
    for burst in 0..bursts + WARM_UP {
        let first = (burst * BURST) as u64;
        let mut ticks = [0; BURST];
        logger.around(|| {
            for (offset, ticks) in ticks.iter_mut().enumerate() {
                let start = clock::ticks();
                log_integers(logger, first + offset as u64);
                *ticks = clock::ticks() - start;
            }
        });
        if burst >= WARM_UP {
            samples.extend(
                ticks
                    .iter()
                    .map(|ticks| ticks.saturating_sub(pair) as f64 * scale),
            );
        }
        thread::sleep(PAUSE);
    }
    samples
}

/// Logs two integers without a pause, into an empty queue; returns the nanoseconds a call.
fn tight_pass<L: Logger>(logger: &L) -> f64 {
    let ticks = logger.around(|| {
        let start = clock::ticks();
        for index in 0..TIGHT_CALLS as u64 {
            log_integers(logger, index);
        }
        clock::ticks() - start
    });
    ticks as f64 * clock::nanoseconds_per_tick() / TIGHT_CALLS as f64
}
