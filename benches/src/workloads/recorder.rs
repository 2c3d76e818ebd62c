//! Events into the recorder, without a pause and without a sink: what it costs to have them there.

use std::time::Instant;

use super::bursts::log_integers;
use super::lost;
use crate::figures::Figures;
use crate::loggers::Logger;
use crate::measure::usage;
use crate::output::Place;
use crate::scale::Scale;

/// The processor time of all threads until everything is in the recorder, or is counted as lost.
pub(crate) fn measure<L: Logger>(scale: Scale) -> Figures {
    let events = scale.bulk_events();
    let logger = L::start(&Place::Null);
    let (start, cpu_before) = (Instant::now(), usage::process());
    for index in 0..events as u64 {
        log_integers(&logger, index);
    }
    let producer = start.elapsed();
    logger.flush(events as u64);
    let (flushed, cpu) = (start.elapsed(), usage::process() - cpu_before);
    let lost = lost(&logger, events as u64);
    logger.finish();

    let per_event = |nanoseconds: u128| nanoseconds as f64 / events as f64;
    Figures::new()
        .with("cpu", per_event(cpu.as_nanos()))
        .with("producer", per_event(producer.as_nanos()))
        .with("flushed", per_event(flushed.as_nanos()))
        .with("lost", lost)
}
