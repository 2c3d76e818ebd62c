//! [`Encoder`]: writes one event, in place, into the ring of this thread.
//!
//! The path that every enabled call takes is inlined into the caller and is a chain of constants and stores:
//! the number of values is known there, so the first word of each value is set aside at once, in
//! [`Encoder::begin`], and the tags are folded into the header at compile time. For that the compiler has to keep the
//! encoder in registers, so what is inlined never hands out its address: the cold functions take and give numbers.
//!
//! Nothing is published before [`Encoder::finish`]: an encoder that is dropped leaves no event behind, and is
//! counted as dropped.

mod redacted;
mod scalars;
mod span_end;
#[cfg(all(test, not(loom)))]
mod tests;
mod text;

use std::fmt;
use std::num::NonZeroU64;
use std::ptr::NonNull;

use crate::callsite::CallSite;
use crate::current;
use crate::event::LogEvent;
use crate::field_writer::FieldWriter;
use crate::fields::Fields;
use crate::level::LogLevel;
use crate::limiter::HELD_BACK;
use crate::record::{Header, RING_PREFIX_WORDS, TAG_BITS, TAGS_SHIFT, Tag, Wide, flag};
use crate::redacted::REDACTED;
use crate::redaction::Redaction;
use crate::ring::Slots;
use crate::scratch::ScratchRing;
use crate::slot::Slot;
use crate::span;
use crate::thread_ring::{Room, ThreadRing};

pub(crate) use redacted::record_redacted;
use redacted::{beside_ring, redaction_in};
pub use scalars::Scalars;
pub(crate) use span_end::SpanEnd;
pub(crate) use text::last_word;

/// Calls with more values than this don't have a word of each set aside.
const MOST_SET_ASIDE: u64 = 64;
/// How many bytes of a name or a target that is known at run time only are recorded.
pub(crate) const LONGEST_NAME: usize = 512;

/// How many values have their tags in the header.
const TAGS_IN_HEADER: u64 = ((64 - TAGS_SHIFT) / TAG_BITS) as u64;

/// How many words are set aside for `values` values: one for each, and those that hold the tags for which the header has no place.
#[inline(always)]
const fn words_set_aside(values: u64) -> u64 {
    if values <= TAGS_IN_HEADER {
        values
    } else if values <= MOST_SET_ASIDE {
        values + (values - TAGS_IN_HEADER).div_ceil((64 / TAG_BITS) as u64)
    } else {
        0
    }
}

/// Writes one event into the ring of this thread. Made by the macros.
#[derive(Debug)]
pub struct Encoder {
    /// Alive while this encoder is: the thread holds on to its rings, and an encoder stays in its thread.
    ring: NonNull<ThreadRing>,
    slots: Slots,
    site: u32,
    start: u64,
    pub(crate) position: u64,
    /// Up to where words may be written now.
    limit: u64,
    /// Words, within the limit, that are set aside for values to come.
    set_aside: u64,
    header_tags: u64,
    /// Where the tag word stands that is being filled; the header at the start.
    tag_slot: u64,
    tags: u64,
    tag_shift: u32,
    flags: u8,
    /// Set where the event can't be written: finishing then counts it as dropped.
    abandoned: bool,
}

/// What a call says of its event beyond its call site.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// A target known at run time only.
    pub target: Option<&'a str>,
    /// The span that the event is in, or that it is in none; not given, it is in that of the thread.
    pub parent: Option<Option<NonZeroU64>>,
}

/// Where an event comes from that no call site stands for, and how severe it is.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The severity.
    pub level: LogLevel,
    /// What filters match.
    pub target: &'a str,
    /// The path of the module; empty where not known.
    pub module_path: &'a str,
    /// The source file; empty where not known.
    pub file: &'a str,
    /// The line in the source file, from 1; 0 where not known.
    pub line: u32,
}

impl Encoder {
    /// Begins an event of `values` values, a formatted message being one of them.
    ///
    /// `None` where it can't be recorded; then it has been counted as dropped.
    #[inline(always)]
    pub fn begin(site: &'static CallSite, values: u64) -> Option<Encoder> {
        let set_aside = words_set_aside(values);
        // The last one is for the span.
        let words = RING_PREFIX_WORDS + set_aside + 1;
        let state = site.state();
        let ring = if state.is_redacted() {
            beside_ring(site, words)
        } else {
            let ring = current::take();
            // SAFETY: a ring that `current` gives is kept alive by this thread.
            let taken = unsafe { ring.as_ref() };
            // Loaded once: what is behind this goes on with what it has found.
            if let Some((start, limit)) = taken.and_then(|ring| ring.room(words)) {
                let ring = NonNull::new(ring.cast_mut())?;
                return Some(Encoder::at(ring, start, limit, state.id(), set_aside));
            }
            current::prepare(ring, words)
        };
        let ring = NonNull::new(ring.cast_mut())?;
        Some(Encoder::on(ring, state.id(), set_aside))
    }

    /// The same for an event that says more than its call site.
    pub fn begin_with(site: &'static CallSite, values: u64, origin: Origin<'_>) -> Option<Encoder> {
        let mut encoder = Encoder::begin(site, values)?;
        if let Some(parent) = origin.parent {
            encoder.flags |= flag::SPAN;
            encoder.word(parent.map_or(0, NonZeroU64::get));
        }
        if let Some(target) = origin.target {
            encoder.flags |= flag::TARGET;
            encoder.short_text(target);
        }
        Some(encoder)
    }

    /// Begins an event on a ring that this thread has taken and that has room for the header and `set_aside` words.
    #[inline(always)]
    pub(crate) fn on(ring: NonNull<ThreadRing>, site: u32, set_aside: u64) -> Encoder {
        // SAFETY: the caller gives a ring that is kept alive by this thread.
        let thread_ring = unsafe { ring.as_ref() };
        let start = thread_ring.ring.start();
        Encoder::at(ring, start, thread_ring.limit(start), site, set_aside)
    }

    #[inline(always)]
    fn at(ring: NonNull<ThreadRing>, start: u64, limit: u64, site: u32, set_aside: u64) -> Encoder {
        Encoder {
            ring,
            // SAFETY: the caller gives a ring that is kept alive by this thread.
            slots: unsafe { ring.as_ref() }.ring.slots(),
            site,
            start,
            position: start + RING_PREFIX_WORDS,
            limit,
            set_aside,
            header_tags: 0,
            tag_slot: start,
            tags: 0,
            tag_shift: TAGS_SHIFT,
            flags: 0,
            abandoned: false,
        }
    }

    /// Begins an event that no call site stands for; see [`Encoder::begin`]. Whether it is wanted, [`is_enabled`](crate::is_enabled) says.
    ///
    /// Its values each need a [name](Encoder::name). It takes up more of the ring than one of a call site.
    pub fn begin_apart(place: &Place<'_>) -> Option<Encoder> {
        // The prefix, and the word that says of which level and line it is.
        let ring = current::prepare(current::take(), RING_PREFIX_WORDS + 1);
        let mut encoder = Encoder::on(NonNull::new(ring.cast_mut())?, 0, 0);
        // Its time is that of its publication.
        encoder.dynamic_prefix(place, 0);
        Some(encoder)
    }

    /// Writes, before everything else, what a call site would know of an event that has none.
    fn dynamic_prefix(&mut self, place: &Place<'_>, timestamp_nanos: u64) {
        self.flags |= flag::DYNAMIC;
        self.word(place.level as u64 | u64::from(place.line) << 8);
        self.word(timestamp_nanos);
        self.short_text(place.target);
        self.short_text(place.module_path);
        self.short_text(place.file);
    }

    /// The same for an event that was made by hand.
    pub(crate) fn event_prefix(&mut self, event: &LogEvent) {
        if let Some(span) = event.span_id {
            self.flags |= flag::SPAN;
            self.word(span.get());
        }
        let place = Place {
            level: event.level,
            target: &event.target,
            module_path: event.module_path.as_deref().unwrap_or(""),
            file: event.file.as_deref().unwrap_or(""),
            line: event.line.unwrap_or(0),
        };
        self.dynamic_prefix(&place, event.timestamp_nanos);
    }

    /// Makes the event one of another call site: that of the same call whose known fields are those that have got values. So an adapter need not know
    /// before the last value which fields there are.
    pub fn belongs_to(&mut self, site: &'static CallSite) {
        self.site = site.ensure_id();
    }

    /// Marks the event as one of which something is missing because a value panicked, or could not be formatted.
    pub fn mark_panicked(&mut self) {
        self.flags |= flag::PANICKED;
    }

    /// Records the formatted message; comes before all values.
    #[inline]
    pub fn message(&mut self, message: fmt::Arguments<'_>) {
        self.flags |= flag::MESSAGE;
        self.formatted(Tag::Display, message);
    }

    /// Records a value by its `Display`.
    #[inline]
    pub fn display(&mut self, value: fmt::Arguments<'_>) {
        self.formatted(Tag::Display, value);
    }

    /// Records a value by its `Debug`.
    #[inline]
    pub fn debug(&mut self, value: fmt::Arguments<'_>) {
        self.formatted(Tag::Debug, value);
    }

    /// Gives the next value a name that the call site doesn't know. `false` where that value must not be recorded: then it has
    /// been, as redacted.
    #[must_use]
    pub fn name(&mut self, name: &str) -> bool {
        self.name_of_bytes(name.as_bytes())
    }

    /// The same for UTF-8 that may be cut within a character.
    #[must_use]
    pub(crate) fn name_of_bytes(&mut self, name: &[u8]) -> bool {
        let length = LONGEST_NAME.min(name.len());
        if length < name.len() {
            self.flags |= flag::CUT;
        }
        self.text(Tag::Name, &name[..length]);
        let redaction = self.redaction();
        let is_hidden =
            redaction.is_some_and(|redaction| redaction.hides(&String::from_utf8_lossy(name)));
        if is_hidden {
            self.text(Tag::Str, REDACTED.as_bytes());
        }
        !is_hidden
    }

    /// What must not be recorded of this event.
    fn redaction(&self) -> Option<&'static Redaction> {
        redaction_in(self.ring())
    }

    /// Says how many events of the call were held back since its last one; nothing where there were none.
    #[inline]
    pub fn held_back(&mut self, events: u64) {
        if events > 0 && self.name(HELD_BACK) {
            self.scalar(Tag::U64, events);
        }
    }

    /// Records the fields of a value, each with its name; comes behind the fields that the call site knows.
    #[inline]
    pub fn spread<T: Fields + ?Sized>(&mut self, value: &T) {
        value.record_fields(&mut FieldWriter::new(self));
    }

    /// How many words a value that is given `name` takes at least.
    pub(crate) fn least_words(name: &str) -> u64 {
        // The name and its length, the value's first word, and one of the tag words that 16 tags share.
        1 + LONGEST_NAME.min(name.len()).div_ceil(8) as u64 + 2
    }

    /// Sets words aside for what comes behind the next value, but no more than half of what is left.
    pub(crate) fn set_aside(&mut self, words: u64) {
        // The next value takes of them: a word for its name, one for itself, two for tags.
        let own = if words > 0 { 4 } else { 0 };
        let end = self.start + self.ring().longest_record;
        self.set_aside = (words + own).min(end.saturating_sub(self.position) / 2);
    }

    /// Where the next value is to be written.
    #[inline(always)]
    pub fn slot(&mut self) -> Slot<'_> {
        Slot::new(self)
    }

    /// Takes the event back, uncounted: for one that is begun anew in another way.
    #[cold]
    pub fn discard(self) {
        let encoder = std::mem::ManuallyDrop::new(self);
        let ring = encoder.ring();
        if ring.is_scratch() {
            ScratchRing::take_back(ring);
        } else {
            current::give_back(ring);
        }
    }

    /// Publishes the event.
    #[inline(always)]
    pub fn finish(self) {
        self.finish_in(span::current_id());
    }

    /// The same for an event that is in the span `around`, unless it was given one; gives its ticks.
    #[inline(always)]
    pub(crate) fn finish_in(self, around: u64) -> u64 {
        let Some(end) = self.close(around) else {
            return 0;
        };
        let encoder = std::mem::ManuallyDrop::new(self);
        // The clock is read last, so that the order of time is the order of publication.
        match encoder.ring().ticks_at_home() {
            Some(ticks) => {
                encoder.store(encoder.start + 1, ticks);
                encoder.ring().ring.publish(end, 1);
                encoder.slots.fetch_ahead(end);
                current::put_back(encoder.ring());
                ticks
            }
            // With nothing to come back for: what is inlined then needs to keep no register.
            None => publish_otherwise(encoder.ring, encoder.start, end),
        }
    }

    /// The same with the time that it has.
    fn finish_at(self, ticks: u64, around: u64) {
        if let Some(end) = self.close(around) {
            let encoder = std::mem::ManuallyDrop::new(self);
            encoder.store(encoder.start + 1, ticks);
            publish(encoder.ring(), end);
            current::give_back(encoder.ring());
        }
    }

    /// Writes what is known of the whole record but its time; gives its end, and `None` where it is abandoned.
    #[inline(always)]
    fn close(&self, around: u64) -> Option<u64> {
        if self.abandoned {
            return None;
        }
        let header_tags = if self.tag_slot == self.start {
            self.tags
        } else {
            self.store(self.tag_slot, self.tags);
            self.header_tags
        };
        // A span that the event was given stands in its prefix.
        let span = match self.flags & flag::SPAN {
            0 => around,
            _ => 0,
        };
        let header = |end, flags| Header::new(self.site, end - self.start, flags, header_tags);
        let (end, header) = if span == 0 {
            (self.position, header(self.position, self.flags))
        } else {
            self.store(self.position, span);
            let end = self.position + 1;
            (end, header(end, self.flags | flag::IN_SPAN))
        };
        self.store(self.start, header.0);
        Some(end)
    }

    pub(crate) fn flag(&mut self, flag: u8) {
        self.flags |= flag;
    }

    #[inline(always)]
    fn ring(&self) -> &ThreadRing {
        // SAFETY: see the field.
        unsafe { self.ring.as_ref() }
    }

    // ---- Words ----

    /// Stores a word within the limit.
    #[inline(always)]
    pub(crate) fn store(&self, position: u64, word: u64) {
        debug_assert!(position < self.ring().ring.reserved());
        // SAFETY: the ring is alive, see the field.
        unsafe { self.slots.put(position, word) };
    }

    /// Appends a word for which there is room.
    #[inline(always)]
    pub(crate) fn put(&mut self, word: u64) {
        self.store(self.position, word);
        self.position += 1;
    }

    /// Appends words of eight bytes for which there is room.
    #[inline(always)]
    pub(crate) fn put_all<'a>(&mut self, words: impl Iterator<Item = &'a [u8; 8]>) {
        let (slots, mut position) = (self.slots, self.position);
        for word in words {
            debug_assert!(position < self.ring().ring.reserved());
            // SAFETY: the ring is alive, see the field.
            unsafe { slots.put(position, u64::from_le_bytes(*word)) };
            position += 1;
        }
        self.position = position;
    }

    /// Appends a word if there is room.
    fn word(&mut self, word: u64) {
        if self.has_room(1) {
            self.put(word);
        }
    }

    /// Whether `words` words, beside those that are set aside, may be written now.
    #[inline(always)]
    pub(crate) fn is_within_limit(&self, words: u64) -> bool {
        self.position + words + self.set_aside <= self.limit
    }

    /// Makes room for `words` words beside those that are set aside.
    #[inline(always)]
    pub(crate) fn has_room(&mut self, words: u64) -> bool {
        if self.is_within_limit(words) {
            return true;
        }
        let needed = self.position + words + self.set_aside;
        if self.abandoned {
            return false;
        }
        match self.ring().more_room(self.start, needed) {
            Room::UpTo(limit) => {
                self.limit = limit;
                true
            }
            Room::TooLong => {
                self.flags |= flag::CUT;
                false
            }
            Room::Full => {
                self.abandoned = true;
                false
            }
        }
    }

    /// Whether the next value has its first word set aside, and its tag a place: one of a single word then takes nothing but stores.
    ///
    /// Who has the encoder behind a reference asks this first, and does all else out of line.
    #[inline(always)]
    pub fn is_next_at_hand(&self) -> bool {
        self.set_aside > 0 && self.tag_shift != u64::BITS
    }

    /// Writes a value's tag and makes sure of `words` words for it; `false` if there is no room.
    #[inline(always)]
    pub(crate) fn open(&mut self, tag: Tag, words: u64) -> bool {
        let tag_needs_word = self.tag_shift == u64::BITS;
        let needed = words + u64::from(tag_needs_word);
        // One word a value was set aside in `begin`, and one for each tag word, unless the values are too many.
        let own = self.set_aside.min(words.min(1) + u64::from(tag_needs_word));
        self.set_aside -= own;
        if needed > own && !self.has_room(needed) {
            self.set_aside += own;
            return false;
        }
        if tag_needs_word {
            self.next_tag_word();
        }
        self.tags |= (tag as u64) << self.tag_shift;
        self.tag_shift += TAG_BITS;
        true
    }

    #[inline(always)]
    fn next_tag_word(&mut self) {
        if self.tag_slot == self.start {
            self.header_tags = self.tags;
        } else {
            self.store(self.tag_slot, self.tags);
        }
        self.tag_slot = self.position;
        self.position += 1;
        self.tags = 0;
        self.tag_shift = 0;
    }

    #[inline(always)]
    pub(crate) fn scalar(&mut self, tag: Tag, word: u64) {
        if self.open(tag, 1) {
            self.put(word);
        } else {
            self.leave_out();
        }
    }

    pub(crate) fn words(&mut self, tag: Tag, words: &[u64]) {
        if self.open(tag, words.len() as u64) {
            words.iter().for_each(|word| self.put(*word));
        } else {
            self.leave_out();
        }
    }

    /// Records that a value is missing, so that those behind it keep their names.
    #[inline(always)]
    pub(crate) fn leave_out(&mut self) {
        self.open(Tag::None, 0);
    }

    pub(crate) fn wide(&mut self, kind: Wide, value: u128) {
        self.words(
            Tag::Wide,
            &[kind as u64, value as u64, (value >> 64) as u64],
        );
    }
}

/// Publishes the record that ends before `end`.
#[inline(always)]
fn publish(ring: &ThreadRing, end: u64) {
    ring.ring.publish(end, 1);
    ring.ring.slots().fetch_ahead(end);
}

/// Gives a record its time, publishes it and ends its event where the system has to be asked for the time, or the ring is not the thread's own.
#[cold]
#[inline(never)]
fn publish_otherwise(ring: NonNull<ThreadRing>, start: u64, end: u64) -> u64 {
    // SAFETY: it is the ring of an encoder, which is alive.
    let ring = unsafe { ring.as_ref() };
    let ticks = ring.ticks.now();
    ring.ring.put(start + 1, ticks);
    publish(ring, end);
    current::give_back(ring);
    ticks
}

#[cold]
#[inline(never)]
fn abandon(ring: NonNull<ThreadRing>) {
    // SAFETY: it is the ring of an encoder, which is alive.
    let ring = unsafe { ring.as_ref() };
    ring.count_dropped();
    current::give_back(ring);
}

impl Drop for Encoder {
    #[inline(always)]
    fn drop(&mut self) {
        abandon(self.ring);
    }
}
