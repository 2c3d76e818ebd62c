//! Allocations for an enabled event, once everything that is made once has been made.

use std::thread;
use std::time::Duration;

use super::bursts::{self, log_integers};
use super::lost;
use crate::figures::Figures;
use crate::loggers::Logger;
use crate::measure::allocations;
use crate::output::Place;
use crate::scale::{BURST, Scale};

/// Bursts before the counting starts.
const WARM_UP: usize = 20;

/// Counts per event, in bursts: those of the calling thread, and those of all threads until everything is written.
pub(super) fn measure<L: Logger>(scale: Scale) -> Figures {
    let logger = L::start(&Place::Null);
    bursts::in_bursts(&logger, WARM_UP, log_integers::<L>);
    let warm_up = bursts::calls_in(WARM_UP);
    logger.flush(warm_up);

    let calls = scale.counted_calls();
    let counted = allocations::count(|| {
        for first in (0..calls).step_by(BURST) {
            logger.around(|| {
                for index in first..first + BURST {
                    log_integers(&logger, index as u64);
                }
            });
            thread::sleep(Duration::from_micros(300));
        }
    });
    logger.leave();
    let lost = lost(&logger, warm_up + calls as u64);
    logger.finish();
    assert!(
        L::MAY_ALLOCATE || counted.by_caller == 0,
        "{}: {} allocations in {calls} calls, where there may be none",
        L::NAME,
        counted.by_caller
    );
    Figures::new()
        .with("caller", counted.by_caller as f64 / calls as f64)
        .with("all", counted.by_all as f64 / calls as f64)
        .with("lost", lost)
}
