//! The ends of spans, whose values the runtime makes itself.

use std::ptr::NonNull;

use super::Encoder;
use crate::callsite::CallSite;
use crate::clock;
use crate::current;
use crate::record::{RING_PREFIX_WORDS, Tag};

impl Encoder {
    /// Writes the end of a span in `around`, or does `otherwise` where something is in the way of it.
    ///
    /// All that could be in the way is looked at before anything is written. So the compiler has nothing to keep for later, and this is
    /// a straight line. `otherwise` is to be a call of a cold function, so that the compiler knows which line.
    #[inline(always)]
    pub(crate) fn end_span(
        site: &'static CallSite,
        id: u64,
        start_ticks: u64,
        around: u64,
        otherwise: impl Fn(),
    ) {
        const WORDS: u64 = RING_PREFIX_WORDS + 3;
        // Taken before anything is read of it: the handler of a signal that comes in between has another one.
        let taken = current::take();
        // SAFETY: a ring that `current` gives is kept alive by this thread.
        let Some(ring) = (unsafe { taken.as_ref() }) else {
            return otherwise();
        };
        let otherwise = || {
            current::put_back(ring);
            otherwise();
        };
        let Some((start, limit)) = ring.room(WORDS) else {
            return otherwise();
        };
        let state = site.state();
        if state.id() == 0 {
            return otherwise();
        }
        if state.is_redacted() {
            return otherwise();
        }
        let Some(tick_length) = clock::Length::if_known() else {
            return otherwise();
        };
        let Some(ticks) = ring.ticks.at_once() else {
            return otherwise();
        };
        let mut encoder = Encoder::at(NonNull::from(ring), start, limit, state.id(), 2);
        encoder.scalar(Tag::U64, id);
        let lasted = ticks.saturating_sub(start_ticks);
        encoder.scalar(Tag::U64, tick_length.nanos(lasted));
        encoder.finish_at(ticks, around);
    }

    /// Writes the end of a span with for how long it was entered, and how it ended, unless there is no room for it.
    pub(crate) fn end_span_with(
        site: &'static CallSite,
        id: u64,
        start_ticks: u64,
        around: u64,
        (busy_ticks, outcome): (Option<u64>, Option<&str>),
    ) {
        site.ensure_id();
        let Some(mut encoder) = Encoder::begin(site, 5) else {
            return;
        };
        encoder.scalar(Tag::U64, id);
        let ticks = encoder.ring().ticks.now();
        let lasted = ticks.saturating_sub(start_ticks);
        encoder.scalar(Tag::U64, clock::nanos(lasted));
        match busy_ticks {
            Some(busy) => {
                encoder.scalar(Tag::U64, clock::nanos(busy));
                encoder.scalar(Tag::U64, clock::nanos(lasted.saturating_sub(busy)));
            }
            None if outcome.is_some() => {
                encoder.leave_out();
                encoder.leave_out();
            }
            None => {}
        }
        if let Some(outcome) = outcome {
            encoder.text(Tag::Str, outcome.as_bytes());
        }
        encoder.finish_at(ticks, around);
    }
}
