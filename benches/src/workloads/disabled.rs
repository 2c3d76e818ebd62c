//! A call whose level is turned off at run time, in a loop without a pause.

use std::hint::black_box;

use crate::figures::Figures;
use crate::loggers::Logger;
use crate::measure::clock;
use crate::measure::samples::Samples;
use crate::output::Place;
use crate::scale::Scale;

/// The loop is run so many times. There is nothing in it that could take longer at one time than at another, so the least
/// is what it costs, and the rest is what else the machine did.
const PASSES: usize = 20;

/// The nanoseconds of a call; includes what the loop itself costs, which is the same for every logger.
pub(super) fn measure<L: Logger>(scale: Scale) -> Figures {
    let logger = L::start(&Place::Null);
    let calls = scale.disabled_calls() / PASSES;
    let passes = (0..PASSES).map(|_| ticks_of(&logger, calls as u64) as f64 / calls as f64);
    let passes = Samples::new(passes.collect());
    logger.leave();
    logger.flush(0);
    assert_eq!(
        logger.arrived(),
        0,
        "{}: an event arrived whose level is off",
        L::NAME
    );
    logger.finish();
    let scale = clock::nanoseconds_per_tick();
    Figures::new()
        .with("min", passes.min() * scale)
        .with("p50", passes.median() * scale)
}

#[inline(never)]
fn ticks_of<L: Logger>(logger: &L, calls: u64) -> u64 {
    let start = clock::ticks();
    for index in 0..calls {
        logger.disabled(black_box(index), black_box(index));
    }
    clock::ticks() - start
}
