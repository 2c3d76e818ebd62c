//! [`Event`]: one record of another system on its way into ttlog's ring.

use std::fmt;

use ttlog_core::bridge::{Encoder, FieldDef, Kept, Scalar};
use ttlog_core::{Slot, is_enabled};

#[cfg(feature = "log")]
use crate::sites::same;
use crate::sites::{Names, Origin, Site};

/// Writes the event of one record: the message if it is no literal, then the values, each with its name.
#[derive(Debug)]
pub(crate) struct Event {
    encoder: Encoder,
    /// The fields of its call site that are still to come.
    known: &'static [FieldDef],
}

/// Whether an event of this origin is wanted here and now; the level was asked for before. `first` is the first site of its origin.
#[inline]
pub(crate) fn is_wanted(first: Option<&'static Kept<Site>>, origin: &Origin<'_>) -> bool {
    match first {
        Some(site) => site.call_site().is_enabled(origin.level),
        None => is_enabled(origin.level, origin.target),
    }
}

impl Event {
    /// Begins the event of a record that [is wanted](is_wanted); `None` where it can't be recorded, which is then counted.
    #[inline]
    pub(crate) fn begin(
        first: Option<&'static Kept<Site>>,
        origin: &Origin<'_>,
        names: &impl Names,
    ) -> Option<Event> {
        match Site::with_names(first, origin, names) {
            // The first site of the origin was asked; but what begins an event has to have been asked itself.
            Some(site) if site.call_site().is_enabled(origin.level) => Event::begin_of(site),
            Some(_) => None,
            None => Event::begin_apart(origin),
        }
    }

    /// Begins an event of a site that was asked whether it is wanted; its values have to come with the names that it knows.
    #[inline(always)]
    pub(crate) fn begin_of(site: &'static Site) -> Option<Event> {
        let site = site.call_site();
        let known = &site.metadata().fields;
        let encoder = Encoder::begin(site, known.len() as u64 + 1)?;
        Some(Event { encoder, known })
    }

    #[cold]
    fn begin_apart(origin: &Origin<'_>) -> Option<Event> {
        let mut encoder = Encoder::begin_apart(&origin.place())?;
        if !origin.message.is_empty() {
            encoder.message(format_args!("{}", origin.message));
        }
        Some(Event {
            encoder,
            known: &[],
        })
    }

    /// Records the message, which is no literal; comes before all values.
    #[inline]
    pub(crate) fn message(&mut self, message: fmt::Arguments<'_>) {
        self.encoder.message(message);
    }

    /// Where the next value is to be recorded, which has the next of the names that the event was begun with; `None` where it must not be.
    #[cfg(feature = "slog")]
    #[inline]
    pub(crate) fn next_slot(&mut self, name: &str) -> Option<Slot<'_>> {
        match self.known.split_first() {
            Some((_, rest)) => self.known = rest,
            None if !self.name(name) => return None,
            None => {}
        }
        Some(self.encoder.slot())
    }

    /// Where the next value is to be recorded, whose name is the one that the site knows for it, or was given.
    #[inline(always)]
    pub(crate) fn slot(&mut self) -> Slot<'_> {
        self.encoder.slot()
    }

    /// Records the next value there, which is of one word.
    #[inline(always)]
    pub(crate) fn scalar(&mut self, value: Scalar) {
        // As a rule, that is nothing but stores.
        if self.encoder.is_next_at_hand() {
            self.encoder.slot().scalar(value);
        } else {
            self.scalar_further(value);
        }
    }

    #[inline(never)]
    fn scalar_further(&mut self, value: Scalar) {
        self.encoder.slot().scalar(value);
    }

    /// Whether the next value has the name that the site knows for it; that is then taken.
    #[cfg(feature = "log")]
    #[inline(always)]
    pub(crate) fn takes_known(&mut self, name: &str) -> bool {
        match self.known.split_first() {
            Some((field, rest)) if same(&field.name, name) => self.known = rest,
            _ => return false,
        }
        true
    }

    /// Takes the name of the next value, which may be another one than the site knows for it; `false` where the value must not be recorded.
    #[cfg(feature = "log")]
    #[inline]
    pub(crate) fn takes(&mut self, name: &str) -> bool {
        self.takes_known(name) || self.name(name)
    }

    /// Whether all values have come that the site knows.
    #[cfg(feature = "log")]
    pub(crate) fn has_all(&self) -> bool {
        self.known.is_empty()
    }

    /// Takes the event back, to begin it in another way.
    #[cfg(feature = "log")]
    pub(crate) fn discard(self) {
        self.encoder.discard();
    }

    /// Gives the next value a name that is not the call site's; `false` where it must not be recorded.
    #[cold]
    fn name(&mut self, name: &str) -> bool {
        // A source that says other names than it said a moment ago: values keep the names that they come with.
        for _ in std::mem::take(&mut self.known) {
            self.encoder.slot().none();
        }
        self.encoder.name(name)
    }

    /// Marks the event as one of which something is missing because a value panicked, or could not be formatted.
    pub(crate) fn mark_panicked(&mut self) {
        self.encoder.mark_panicked();
    }

    #[inline]
    pub(crate) fn finish(self) {
        self.encoder.finish();
    }
}
