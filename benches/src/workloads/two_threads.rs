//! Two threads in bursts at once against one: does a call cost more because another thread logs, too?

use std::sync::Barrier;
use std::thread;

use super::bursts::{calls_in, in_bursts, log_integers};
use super::lost;
use crate::figures::Figures;
use crate::loggers::Logger;
use crate::measure::samples::Samples;
use crate::output::Place;
use crate::scale::Scale;

/// Both passes are made by threads of their own, in one process, one after the other. The figure of two threads is the
/// mean of both.
pub(super) fn measure<L: Logger>(scale: Scale) -> Figures {
    let logger = L::start(&Place::Null);
    let one = pass(&logger, scale.bursts(), 1);
    let two = pass(&logger, scale.bursts(), 2);
    let lost = lost(&logger, 3 * calls_in(scale.bursts()));
    logger.finish();

    let mean = |of: fn(&Samples) -> f64, passes: &[Samples]| {
        passes.iter().map(of).sum::<f64>() / passes.len() as f64
    };
    let median: fn(&Samples) -> f64 = Samples::median;
    let (one_p50, two_p50) = (mean(median, &one), mean(median, &two));
    let (one_min, two_min) = (mean(Samples::min, &one), mean(Samples::min, &two));
    Figures::new()
        .with("one_p50", one_p50)
        .with("two_p50", two_p50)
        .with("ratio_p50", two_p50 / one_p50)
        .with("one_min", one_min)
        .with("two_min", two_min)
        .with("ratio_min", two_min / one_min)
        .with("lost", lost)
}

fn pass<L: Logger>(logger: &L, bursts: usize, threads: usize) -> Vec<Samples> {
    let together = Barrier::new(threads);
    let log = || {
        together.wait();
        let samples = in_bursts(logger, bursts, log_integers::<L>);
        logger.leave();
        samples
    };
    thread::scope(|scope| {
        let handles: Vec<_> = (0..threads).map(|_| scope.spawn(log)).collect();
        handles
            .into_iter()
            .map(|handle| handle.join().expect("logging does not panic"))
            .collect()
    })
}
