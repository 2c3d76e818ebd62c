//! [`Encoder`]: writes one event, in place, into the ring of this thread.
//!
//! The path that every enabled call takes is inlined into the caller and is a chain of
//! constants and stores: the number of values is known there, so the first word of each value is
//! reserved once, in [`Encoder::begin`], and the tags are folded into the header at compile time. What is
//! rare (a full chunk, a cut, a sixth value, a formatter) is out of line.
//!
//! Nothing is published before [`Encoder::finish`]: an encoder that is dropped leaves no event behind,
//! and is counted as dropped.

use std::error::Error;
use std::fmt;
use std::num::NonZeroU64;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;

use crate::callsite::CallSite;
use crate::current;
use crate::event::LogEvent;
use crate::record::{Header, RING_PREFIX_WORDS, TAG_BITS, TAGS_SHIFT, TEXT_CUT, Tag, Wide, flag};
use crate::thread_ring::ThreadRing;

/// Calls with more values than this don't reserve their words in one go.
const MOST_RESERVED: u64 = 128;
/// How many sources of an error are recorded.
const LONGEST_CHAIN: u64 = 16;
/// How many bytes of a name or a target that is known at run time only are recorded.
const LONGEST_NAME: usize = 512;

/// How many words hold the tags of `values` values, beside those in the header.
const fn tag_words(values: u64) -> u64 {
    let in_header = ((64 - TAGS_SHIFT) / TAG_BITS) as u64;
    let in_word = (64 / TAG_BITS) as u64;
    values.saturating_sub(in_header).div_ceil(in_word)
}

/// Writes one event into the ring of this thread. Made by the macros.
#[derive(Debug)]
pub struct Encoder {
    /// Alive while this encoder is: the thread holds on to its rings, and an encoder stays in its thread.
    ring: NonNull<ThreadRing>,
    site: u32,
    start: u64,
    position: u64,
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
#[derive(Debug, Clone, Copy, Default)]
pub struct Origin<'a> {
    /// A target known at run time only.
    pub target: Option<&'a str>,
    /// The span that the event is in.
    pub parent: Option<NonZeroU64>,
}

impl Encoder {
    /// Begins an event of `values` values, a formatted message being one of them.
    ///
    /// `None` where it can't be recorded; then it has been counted as dropped.
    #[inline(always)]
    pub fn begin(site: &'static CallSite, values: u64) -> Option<Encoder> {
        let id = site.id();
        let set_aside = if values <= MOST_RESERVED {
            values + tag_words(values)
        } else {
            0
        };
        let words = RING_PREFIX_WORDS + set_aside;
        let mut ring = current::take();
        // SAFETY: a ring that `current` gives is kept alive by this thread.
        let fits = !ring.is_null() && unsafe { &*ring }.has_room(words);
        if !fits {
            ring = current::prepare(ring, words);
        }
        let ring = NonNull::new(ring.cast_mut())?;
        Some(Encoder::on(ring, id, set_aside))
    }

    /// The same for an event that says more than its call site.
    pub fn begin_with(site: &'static CallSite, values: u64, origin: Origin<'_>) -> Option<Encoder> {
        let mut encoder = Encoder::begin(site, values)?;
        if let Some(span) = origin.parent {
            encoder.flags |= flag::SPAN;
            encoder.word(span.get());
        }
        if let Some(target) = origin.target {
            encoder.flags |= flag::TARGET;
            encoder.short_text(target);
        }
        Some(encoder)
    }

    /// Writes, before everything else, what a call site would know of an event that has none.
    pub(crate) fn dynamic_prefix(&mut self, event: &LogEvent) {
        if let Some(span) = event.span_id {
            self.flags |= flag::SPAN;
            self.word(span.get());
        }
        self.flags |= flag::DYNAMIC;
        self.word(event.level as u64 | u64::from(event.line.unwrap_or(0)) << 8);
        self.word(event.timestamp_nanos);
        self.short_text(&event.target);
        self.short_text(event.module_path.as_deref().unwrap_or(""));
        self.short_text(event.file.as_deref().unwrap_or(""));
    }

    #[inline(always)]
    pub(crate) fn on(ring: NonNull<ThreadRing>, site: u32, set_aside: u64) -> Encoder {
        // SAFETY: the caller gives a ring that is kept alive by this thread.
        let thread_ring = unsafe { ring.as_ref() };
        let start = thread_ring.ring.start();
        Encoder {
            ring,
            site,
            start,
            position: start + RING_PREFIX_WORDS,
            limit: thread_ring.limit(start),
            set_aside,
            header_tags: 0,
            tag_slot: start,
            tags: 0,
            tag_shift: TAGS_SHIFT,
            flags: 0,
            abandoned: false,
        }
    }

    #[inline(always)]
    fn ring(&self) -> &ThreadRing {
        // SAFETY: see the field.
        unsafe { self.ring.as_ref() }
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

    /// Gives the next value a name that the call site doesn't know.
    pub fn name(&mut self, name: &str) {
        if self.open(
            Tag::Name,
            1 + LONGEST_NAME.min(name.len()).div_ceil(8) as u64,
        ) {
            self.short_text(name);
        }
    }

    /// Where the next value is to be written.
    #[inline(always)]
    pub fn slot(&mut self) -> Slot<'_> {
        Slot { encoder: self }
    }

    pub(crate) fn flag(&mut self, flag: u8) {
        self.flags |= flag;
    }

    /// Publishes the event.
    #[inline(always)]
    pub fn finish(self) {
        let encoder = std::mem::ManuallyDrop::new(self);
        if encoder.abandoned {
            encoder.abandon();
            return;
        }
        let (header_tags, ring) = (encoder.closed_tags(), encoder.ring());
        let length = encoder.position - encoder.start;
        let header = Header::new(encoder.site, length, encoder.flags, header_tags);
        ring.ring.put(encoder.start, header.0);
        // The clock is read last, so that the order of time is the order of publication.
        ring.ring.put(encoder.start + 1, ring.ticks.now());
        ring.ring.publish(encoder.position, 1);
        current::give_back(ring);
    }

    /// The header's tags; writes the last tag word where there is one.
    #[inline(always)]
    fn closed_tags(&self) -> u64 {
        if self.tag_slot == self.start {
            return self.tags;
        }
        self.ring().ring.put(self.tag_slot, self.tags);
        self.header_tags
    }

    #[cold]
    #[inline(never)]
    fn abandon(&self) {
        self.ring().count_dropped();
        current::give_back(self.ring());
    }

    // ---- Words ----

    /// Appends a word for which there is room.
    #[inline(always)]
    fn put(&mut self, word: u64) {
        self.ring().ring.put(self.position, word);
        self.position += 1;
    }

    /// Appends a word if there is room.
    fn word(&mut self, word: u64) {
        if self.has_room(1) {
            self.put(word);
        }
    }

    /// Makes room for `words` words beside those that are set aside.
    #[inline(always)]
    fn has_room(&mut self, words: u64) -> bool {
        self.position + words + self.set_aside <= self.limit || self.make_room(words)
    }

    #[cold]
    #[inline(never)]
    fn make_room(&mut self, words: u64) -> bool {
        let needed = self.position + words + self.set_aside;
        let ring = self.ring();
        if self.abandoned {
            return false;
        }
        if needed - self.start > ring.longest_record {
            self.flags |= flag::CUT;
            return false;
        }
        if ring.make_room(needed) {
            self.limit = ring.limit(self.start);
            return true;
        }
        self.abandoned = true;
        false
    }

    /// How many words more this event may have, with the values to come.
    fn words_left(&self) -> u64 {
        (self.start + self.ring().longest_record).saturating_sub(self.position + self.set_aside)
    }

    /// Writes a value's tag and makes sure of `words` words for it; `false` if there is no room.
    #[inline(always)]
    fn open(&mut self, tag: Tag, words: u64) -> bool {
        // One word a value was set aside in `begin`, unless the values are too many.
        let tag_needs_word = self.tag_shift == u64::BITS;
        let set_aside = words.min(1) + u64::from(tag_needs_word);
        let free = self.set_aside.min(set_aside);
        self.set_aside -= free;
        let missing = words + u64::from(tag_needs_word) - free;
        if missing > 0 && !self.has_room(words + u64::from(tag_needs_word)) {
            self.set_aside += free;
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
            self.ring().ring.put(self.tag_slot, self.tags);
        }
        self.tag_slot = self.position;
        self.position += 1;
        self.tags = 0;
        self.tag_shift = 0;
    }

    #[inline(always)]
    fn scalar(&mut self, tag: Tag, word: u64) {
        if self.open(tag, 1) {
            self.put(word);
        }
    }

    fn two_words(&mut self, tag: Tag, words: [u64; 2]) {
        if self.open(tag, 2) {
            words.into_iter().for_each(|word| self.put(word));
        }
    }

    fn wide(&mut self, kind: Wide, value: u128) {
        if self.open(Tag::Wide, 3) {
            self.put(kind as u64);
            self.put(value as u64);
            self.put((value >> 64) as u64);
        }
    }

    // ---- Texts ----

    /// Appends a text that stands for something, not for a value: cut where that can't be meant.
    fn short_text(&mut self, text: &str) {
        let length = LONGEST_NAME.min(text.len());
        if length < text.len() {
            self.flags |= flag::CUT;
        }
        self.text(&text.as_bytes()[..length]);
    }

    /// Appends a text that has a tag, or needs none.
    fn text(&mut self, bytes: &[u8]) {
        let words = 1 + bytes.len().div_ceil(8) as u64;
        if self.has_room(words) {
            self.put(bytes.len() as u64);
            self.bytes(bytes);
        } else if self.words_left() > 0 && !self.abandoned {
            self.cut_text(bytes);
        }
    }

    /// Appends as much of a text as the event's limit allows.
    #[cold]
    #[inline(never)]
    fn cut_text(&mut self, bytes: &[u8]) {
        let room = (self.words_left() - 1) * 8;
        let length = bytes.len().min(room as usize);
        if self.has_room(1 + length.div_ceil(8) as u64) {
            self.put(length as u64 | TEXT_CUT);
            self.bytes(&bytes[..length]);
        }
    }

    /// Appends bytes for which there is room, padded to a whole word.
    #[inline]
    fn bytes(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.put(u64::from_le_bytes(*word));
        }
        if !rest.is_empty() {
            let mut last = [0; 8];
            last[..rest.len()].copy_from_slice(rest);
            self.put(u64::from_le_bytes(last));
        }
    }

    #[inline(always)]
    fn tagged_text(&mut self, tag: Tag, bytes: &[u8]) {
        let words = 1 + bytes.len().div_ceil(8) as u64;
        if self.open(tag, words) {
            self.put(bytes.len() as u64);
            self.bytes(bytes);
        } else {
            self.tagged_cut_text(tag, bytes);
        }
    }

    #[cold]
    #[inline(never)]
    fn tagged_cut_text(&mut self, tag: Tag, bytes: &[u8]) {
        if !self.abandoned && self.words_left() > 1 && self.open(tag, 1) {
            self.cut_text(bytes);
        }
    }

    /// Appends what a formatter writes; a panic in it leaves a mark and what it had written.
    #[inline(never)]
    fn formatted(&mut self, tag: Tag, arguments: fmt::Arguments<'_>) {
        if let Some(text) = arguments.as_str() {
            return self.tagged_text(tag, text.as_bytes());
        }
        if self.open(tag, 1) {
            self.formatted_text(arguments);
        }
    }

    /// Appends a text whose length word is set aside by `open`, or else has room.
    fn formatted_text(&mut self, arguments: fmt::Arguments<'_>) {
        let length_slot = self.position;
        self.position += 1;
        let mut text = TextWriter {
            encoder: self,
            length: 0,
            partial: 0,
            cut: false,
        };
        let outcome = catch_unwind(AssertUnwindSafe(|| fmt::write(&mut text, arguments)));
        let panicked = match outcome {
            Ok(Ok(())) => false,
            Ok(Err(fmt::Error)) => !text.cut,
            Err(payload) => {
                // Dropping the payload could panic again.
                std::mem::forget(payload);
                true
            }
        };
        let length = text.end();
        if panicked {
            self.flags |= flag::PANICKED;
        }
        if !self.abandoned {
            self.ring().ring.put(length_slot, length);
        }
    }

    /// Appends an error's message and those of its sources.
    #[inline(never)]
    fn error_chain(&mut self, error: &(dyn Error + 'static)) {
        if !self.open(Tag::Error, 2) {
            return;
        }
        let count_slot = self.position;
        self.position += 1;
        let mut count = 0;
        let mut next = Some(error);
        while let Some(error) = next {
            // The first text's length word is there already.
            if count == LONGEST_CHAIN || count > 0 && !self.has_room(1) {
                break;
            }
            self.formatted_text(format_args!("{error}"));
            count += 1;
            next = catch_unwind(AssertUnwindSafe(|| error.source())).unwrap_or(None);
        }
        if !self.abandoned {
            self.ring().ring.put(count_slot, count);
        }
    }
}

impl Drop for Encoder {
    fn drop(&mut self) {
        self.abandon();
    }
}

/// Takes a formatter's output, eight bytes at a time.
struct TextWriter<'a> {
    encoder: &'a mut Encoder,
    /// Bytes so far.
    length: u64,
    /// The bytes of the last word that isn't full.
    partial: u64,
    cut: bool,
}

impl TextWriter<'_> {
    /// Writes the last word; gives the text's length word.
    fn end(self) -> u64 {
        if self.length % 8 != 0 {
            // `write_str` made room for it with the first of its bytes.
            self.encoder.put(self.partial);
        }
        self.length | if self.cut { TEXT_CUT } else { 0 }
    }
}

impl fmt::Write for TextWriter<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut bytes = text.as_bytes();
        if self.cut {
            return Err(fmt::Error);
        }
        while !bytes.is_empty() {
            let used = (self.length % 8) as usize;
            if used == 0 && !self.encoder.has_room(1) {
                self.cut = true;
                return Err(fmt::Error);
            }
            let taken = bytes.len().min(8 - used);
            let mut word = [0; 8];
            word[used..used + taken].copy_from_slice(&bytes[..taken]);
            self.partial |= u64::from_le_bytes(word);
            self.length += taken as u64;
            if used + taken == 8 {
                self.encoder.put(self.partial);
                self.partial = 0;
            }
            bytes = &bytes[taken..];
        }
        Ok(())
    }
}

/// The place of one value in an event. [`Value::record`](crate::Value::record) fills it by one of these methods.
#[derive(Debug)]
pub struct Slot<'a> {
    encoder: &'a mut Encoder,
}

/// The proof that a [`Slot`] was filled.
#[derive(Debug)]
pub struct Recorded(());

macro_rules! scalar_slots {
    ($($(#[$doc:meta])* $name:ident($type:ty) as $tag:ident = $to_word:expr;)*) => {$(
        $(#[$doc])*
        #[inline(always)]
        pub fn $name(self, value: $type) -> Recorded {
            let to_word: fn($type) -> u64 = $to_word;
            self.encoder.scalar(Tag::$tag, to_word(value));
            Recorded(())
        }
    )*};
}

impl Slot<'_> {
    scalar_slots! {
        /// Records a truth value.
        bool(bool) as Bool = |value| u64::from(value);
        /// Records a signed integer.
        i64(i64) as I64 = |value| value as u64;
        /// Records an unsigned integer.
        u64(u64) as U64 = |value| value;
        /// Records a float of 64 bits.
        f64(f64) as F64 = |value| value.to_bits();
        /// Records a float of 32 bits.
        f32(f32) as F32 = |value| u64::from(value.to_bits());
        /// Records a character.
        char(char) as Char = |value| u64::from(value);
    }

    /// Records that there is no value.
    #[inline(always)]
    pub fn none(self) -> Recorded {
        self.encoder.open(Tag::None, 0);
        Recorded(())
    }

    /// Records a text.
    #[inline(always)]
    pub fn str(self, value: &str) -> Recorded {
        self.encoder.tagged_text(Tag::Str, value.as_bytes());
        Recorded(())
    }

    /// Records bytes that need not be text.
    pub fn bytes(self, value: &[u8]) -> Recorded {
        self.encoder.tagged_text(Tag::Bytes, value);
        Recorded(())
    }

    /// Records what a formatter makes of a value, as `%value` does.
    pub fn display(self, value: fmt::Arguments<'_>) -> Recorded {
        self.encoder.formatted(Tag::Display, value);
        Recorded(())
    }

    /// Records what a formatter makes of a value, as `?value` does.
    pub fn debug(self, value: fmt::Arguments<'_>) -> Recorded {
        self.encoder.formatted(Tag::Debug, value);
        Recorded(())
    }

    /// Records an error's message and those of its sources, 16 at most.
    pub fn error(self, value: &(dyn Error + 'static)) -> Recorded {
        self.encoder.error_chain(value);
        Recorded(())
    }

    /// Records a signed integer of 128 bits.
    pub fn i128(self, value: i128) -> Recorded {
        self.encoder.wide(Wide::I128, value as u128);
        Recorded(())
    }

    /// Records an unsigned integer of 128 bits.
    pub fn u128(self, value: u128) -> Recorded {
        self.encoder.wide(Wide::U128, value);
        Recorded(())
    }

    /// Records a length of time.
    pub fn duration(self, value: std::time::Duration) -> Recorded {
        let words = [value.as_secs(), u64::from(value.subsec_nanos())];
        self.encoder.two_words(Tag::Duration, words);
        Recorded(())
    }

    /// Records an address.
    pub fn ip(self, value: std::net::IpAddr) -> Recorded {
        match value {
            std::net::IpAddr::V4(address) => {
                self.encoder.wide(Wide::Ipv4, u128::from(address.to_bits()))
            }
            std::net::IpAddr::V6(address) => self.encoder.wide(Wide::Ipv6, address.to_bits()),
        }
        Recorded(())
    }

    /// Records the messages of an error that is no longer there, the outermost first.
    pub(crate) fn messages(self, messages: &[String]) -> Recorded {
        let encoder = self.encoder;
        let words: u64 = messages
            .iter()
            .map(|message| 1 + message.len().div_ceil(8) as u64)
            .sum();
        if encoder.open(Tag::Error, 1 + words) {
            encoder.put(messages.len() as u64);
            messages
                .iter()
                .for_each(|message| encoder.text(message.as_bytes()));
        }
        Recorded(())
    }
}
