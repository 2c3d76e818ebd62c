//! Spans in bursts: what it takes to begin, enter, leave and end one, and what an event costs that is within one.
//!
//! Both are told as ratios to an event outside of spans, too. Those events are in bursts between the others, in the same process.

use std::hint::black_box;

use super::bursts::{in_turns, log_integers, one_burst, with_percentiles};
use crate::figures::Figures;
use crate::loggers::Logger;
use crate::measure::samples::Samples;
use crate::output::Place;
use crate::scale::Scale;

/// A span with one field; nothing happens in it.
pub(super) fn span<L: Logger>(scale: Scale) -> Figures {
    beside_events(scale, |logger: &L, burst| {
        one_burst(logger, burst, |logger, index| {
            logger.span(black_box(index), || ());
        })
    })
}

/// An event of two integers within a span.
pub(super) fn event_within<L: Logger>(scale: Scale) -> Figures {
    beside_events(scale, |logger: &L, burst| {
        let mut nanoseconds = 0.0;
        logger.span(1, || {
            nanoseconds = one_burst(logger, burst, log_integers::<L>);
        });
        nanoseconds
    })
}

#[inline(always)]
fn beside_events<L: Logger>(scale: Scale, burst_of_other: impl Fn(&L, usize) -> f64) -> Figures {
    let logger = L::start(&Place::Null);
    let (events, others) = in_turns(
        scale.bursts(),
        |burst| one_burst(&logger, burst, log_integers::<L>),
        |burst| burst_of_other(&logger, burst),
    );
    logger.leave();
    logger.finish();
    let ratio = |of: fn(&Samples) -> f64| of(&others) / of(&events);
    with_percentiles(&others)
        .with("event_p50", events.median())
        .with("ratio_min", ratio(Samples::min))
        .with("ratio_p50", ratio(Samples::median))
}
