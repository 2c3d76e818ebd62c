//! Spans in bursts: what it takes to begin, enter, leave and end one, and what an event costs that is within one.

use std::hint::black_box;

use super::bursts::{in_bursts, log_integers, with_percentiles};
use crate::figures::Figures;
use crate::loggers::Logger;
use crate::output::Place;
use crate::scale::Scale;

/// A span with one field; nothing happens in it.
pub(super) fn span<L: Logger>(scale: Scale) -> Figures {
    let logger = L::start(&Place::Null);
    let bursts = in_bursts(&logger, scale.bursts(), |logger, index| {
        logger.span(black_box(index), || ());
    });
    logger.leave();
    logger.finish();
    with_percentiles(&bursts)
}

/// An event of two integers within a span.
pub(super) fn event_within<L: Logger>(scale: Scale) -> Figures {
    let logger = L::start(&Place::Null);
    let mut bursts = None;
    logger.span(1, || {
        bursts = Some(in_bursts(&logger, scale.bursts(), log_integers::<L>));
    });
    logger.leave();
    logger.finish();
    with_percentiles(&bursts.expect("the span has run"))
}
