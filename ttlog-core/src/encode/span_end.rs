//! The ends of spans, whose values the runtime makes itself.

use super::{Encoder, publish};
use crate::callsite::CallSite;
use crate::clock;
use crate::current;
use crate::record::{Header, RING_PREFIX_WORDS, TAG_BITS, TAGS_SHIFT, Tag, flag};
use crate::ring::Stretch;
use crate::thread_ring::ThreadRing;

/// The end of a span that nothing is in the way of: all that could be has been looked at, and nothing was written yet.
///
/// So who has none can still do everything in another way, and what is left to do with one is a straight line. The ring is the thread's own, taken
/// for the time of the record.
#[derive(Debug)]
pub(crate) struct SpanEnd<'a> {
    ring: &'a ThreadRing,
    start: u64,
    words: Stretch,
    site: u32,
    tick_length: clock::Length,
    ticks: u64,
}

/// Number and duration.
const VALUES: u64 = 2;
const WORDS: u64 = RING_PREFIX_WORDS + VALUES;
const TAGS: u64 = (Tag::U64 as u64 | (Tag::U64 as u64) << TAG_BITS) << TAGS_SHIFT;

impl SpanEnd<'_> {
    /// `None` where something is in the way.
    #[inline(always)]
    pub(crate) fn at_once<'a>(site: &'static CallSite) -> Option<SpanEnd<'a>> {
        let site = site.state().id_unless_redacted()?;
        // Taken before anything is read of it: the handler of a signal that comes in between has another one.
        let taken = current::take();
        // SAFETY: a ring that `current` gives is kept alive by this thread.
        let ring = unsafe { taken.as_ref() }?;
        let found = SpanEnd::in_ring(ring, site);
        if found.is_none() {
            current::put_back(ring);
        }
        found
    }

    #[inline(always)]
    pub(super) fn in_ring(ring: &ThreadRing, site: u32) -> Option<SpanEnd<'_>> {
        // The last one is for the span around it.
        let start = ring.room_at_once(WORDS + 1)?;
        let words = ring.ring.slots().stretch(start, WORDS + 1)?;
        Some(SpanEnd {
            ring,
            start,
            words,
            site,
            tick_length: clock::Length::if_known()?,
            ticks: ring.ticks_at_home()?,
        })
    }

    /// Writes the end of the span `id`, in `around`.
    #[inline(always)]
    pub(crate) fn write(self, id: u64, start_ticks: u64, around: u64) {
        let lasted = self.ticks.saturating_sub(start_ticks);
        self.put(1, self.ticks);
        self.put(2, id);
        self.put(3, self.tick_length.nanos(lasted));
        let (words, header) = if around == 0 {
            (WORDS, Header::new(self.site, WORDS, 0, TAGS))
        } else {
            self.put(WORDS, around);
            let words = WORDS + 1;
            (words, Header::new(self.site, words, flag::IN_SPAN, TAGS))
        };
        self.put(0, header.0);
        publish(self.ring, self.start + words);
        current::put_back(self.ring);
    }

    #[inline(always)]
    fn put(&self, index: u64, word: u64) {
        debug_assert!(index <= WORDS);
        // SAFETY: the ring is borrowed, and `in_ring` has asked for one word more than `WORDS`.
        unsafe { self.words.put(index as usize, word) };
    }
}

impl Encoder {
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
