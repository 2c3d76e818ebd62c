//! A call whose level is turned off at run time, in a loop without a pause.

use std::hint::black_box;

use crate::figures::Figures;
use crate::loggers::Logger;
use crate::measure::clock;
use crate::output::Place;
use crate::scale::Scale;

/// The nanoseconds of a call; includes what the loop itself costs, which is the same for every logger.
pub(super) fn measure<L: Logger>(scale: Scale) -> Figures {
    let logger = L::start(&Place::Null);
    let calls = scale.disabled_calls();
    let ticks = logger.around(|| {
        let start = clock::ticks();
        for index in 0..calls as u64 {
            logger.disabled(black_box(index), black_box(index));
        }
        clock::ticks() - start
    });
    logger.leave();
    logger.flush(0);
    assert_eq!(
        logger.arrived(),
        0,
        "{}: an event arrived whose level is off",
        L::NAME
    );
    logger.finish();
    Figures::new().with(
        "call",
        ticks as f64 * clock::nanoseconds_per_tick() / calls as f64,
    )
}
