//! [`Gate`]: what `tracing-subscriber` asks before there is an event.
//!
//! A layer that says of a call site that it never wants it switches that off for all layers, unless it is known to filter for itself alone. Only
//! `Filtered` can make that known, so there is one in the gate, and it has the answers about call sites. Its marks of single events, which are
//! kept for each thread and go astray where somebody only asks whether an event is wanted, are not used: the layer asks ttlog itself.
//!
//! The greatest level needs more care. Whoever doesn't ask whether a layer filters for itself, as `reload` doesn't, takes what it says for
//! the greatest level that anybody wants; so does a tree of layers that is made before it gets its registry. There the gate has no opinion.
//!
//! And it has none about anything on the subscriber that `tracing_subscriber::fmt()` makes, which panics where a layer wants a filter of its own.

use std::any::{TypeId, type_name};
use std::fmt;
use std::sync::atomic::{AtomicU8, Ordering};

use tracing_core::subscriber::Interest;
use tracing_core::{LevelFilter, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Filtered;
use tracing_subscriber::layer::{Context, Filter};
use tracing_subscriber::registry::LookupSpan;

use super::interest;

/// See the [module](self).
pub(super) struct Gate<S> {
    filtered: Filtered<Inert, ByTtlog, S>,
    /// One of the numbers below; relaxed, for nothing else is read by it, and it is settled before there are other threads.
    standing: AtomicU8,
}

/// It has no place yet.
const NOWHERE: u8 = 0;
/// It has got its registry.
const PLACED: u8 = 1;
/// Then it was asked whether it filters for itself: its answers are its own.
const ALONE: u8 = 2;
/// It was asked that before it had its registry.
const IN_TREE: u8 = 3;
/// What it is put on takes no filters of layers.
const WITHOUT_FILTER: u8 = 4;

/// What the subscriber that takes no filters of layers is called. It can't be asked, and its type can't be named, since that has the application's own types in it. Should it be called
/// otherwise one day, it panics as it does with all filters; and a name found in vain only costs time.
const TAKES_NO_FILTERS: &str = "tracing_subscriber::fmt::Subscriber<";

impl<S> Gate<S>
where
    S: Subscriber + for<'a> LookupSpan<'a> + 'static,
{
    pub(super) fn new() -> Self {
        Gate {
            filtered: Filtered::new(Inert, ByTtlog),
            standing: AtomicU8::new(NOWHERE),
        }
    }

    /// See [`Layer::on_layer`].
    pub(super) fn on_layer(&mut self, subscriber: &mut S) {
        if type_name::<S>().contains(TAKES_NO_FILTERS) {
            *self.standing.get_mut() = WITHOUT_FILTER;
            return;
        }
        self.filtered.on_layer(subscriber);
        self.step(NOWHERE, PLACED);
    }

    /// See [`Layer::register_callsite`].
    pub(super) fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if self.is_without_filter() {
            return Interest::always();
        }
        self.filtered.register_callsite(metadata)
    }

    /// See [`Layer::max_level_hint`].
    pub(super) fn max_level_hint(&self) -> Option<LevelFilter> {
        let is_own = self.standing.load(Ordering::Relaxed) == ALONE;
        is_own.then(interest::level_hint)
    }

    /// Whether a layer with this gate filters for itself, if it is that what is asked; see [`Layer::downcast_raw`].
    pub(super) fn downcast_raw(&self, id: TypeId) -> Option<*const ()> {
        if self.is_without_filter() {
            return None;
        }
        // SAFETY: `Filtered` gives a pointer to what it has of this type, and it lives as long as the gate.
        let found = unsafe { self.filtered.downcast_raw(id) };
        if found.is_some() {
            // All else that it answers to is private to this module.
            self.step(NOWHERE, IN_TREE);
            self.step(PLACED, ALONE);
        }
        found
    }

    fn is_without_filter(&self) -> bool {
        self.standing.load(Ordering::Relaxed) == WITHOUT_FILTER
    }

    fn step(&self, from: u8, to: u8) {
        let _ = self
            .standing
            .compare_exchange(from, to, Ordering::Relaxed, Ordering::Relaxed);
    }
}

impl<S> fmt::Debug for Gate<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate").finish_non_exhaustive()
    }
}

/// A filter that goes by what ttlog wants.
#[derive(Debug)]
struct ByTtlog;

impl<S> Filter<S> for ByTtlog {
    fn enabled(&self, _metadata: &Metadata<'_>, _context: &Context<'_, S>) -> bool {
        true
    }

    fn callsite_enabled(&self, metadata: &'static Metadata<'static>) -> Interest {
        interest::of(metadata)
    }
}

/// A layer that does nothing.
#[derive(Debug)]
struct Inert;

impl<S: Subscriber> Layer<S> for Inert {}
