//! What ttlog wants, in `tracing`'s words, and told to it whenever that changes.
//!
//! `tracing` keeps for each call site whether anybody wants it, and for all of them the least severe level that anybody wants. Both have to be
//! asked for anew when a filter of ttlog's changes, or when ttlog starts.

use std::any::TypeId;
use std::sync::Once;

use tracing_core::span::{Attributes, Id, Record};
use tracing_core::subscriber::Interest;
use tracing_core::{Dispatch, Event, LevelFilter, Metadata, Subscriber, callsite, dispatcher};
use ttlog_core::LogLevel;
use ttlog_core::bridge;

use super::site::{self, Site};

/// The same severity.
pub(super) fn log_level(level: &tracing_core::Level) -> LogLevel {
    match *level {
        tracing_core::Level::TRACE => LogLevel::Trace,
        tracing_core::Level::DEBUG => LogLevel::Debug,
        tracing_core::Level::INFO => LogLevel::Info,
        tracing_core::Level::WARN => LogLevel::Warn,
        tracing_core::Level::ERROR => LogLevel::Error,
    }
}

/// The least severe level that ttlog wants.
pub(super) fn level_hint() -> LevelFilter {
    match bridge::least_level() {
        Some(LogLevel::Trace) => LevelFilter::TRACE,
        Some(LogLevel::Debug) => LevelFilter::DEBUG,
        Some(LogLevel::Info) => LevelFilter::INFO,
        Some(LogLevel::Warn) => LevelFilter::WARN,
        Some(LogLevel::Error) => LevelFilter::ERROR,
        // Nothing in `tracing` is critical.
        _ => LevelFilter::OFF,
    }
}

/// What ttlog wants of a call site.
pub(super) fn of(metadata: &'static Metadata<'static>) -> Interest {
    match Site::of(metadata).and_then(Site::interest) {
        Some(bridge::Interest::Always) => Interest::always(),
        Some(bridge::Interest::Never) => Interest::never(),
        _ => Interest::sometimes(),
    }
}

/// From now on, `tracing` is told when ttlog wants something else than before.
pub(super) fn follow() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| bridge::on_interest_change(ask_anew));
}

/// What a dispatcher is asked for that may have something of this module in it.
#[derive(Debug)]
struct Bridged;

/// For `downcast_raw`: says that there is something here that goes by what ttlog wants.
pub(super) fn marker(id: TypeId) -> Option<*const ()> {
    static MARKER: Bridged = Bridged;
    (id == TypeId::of::<Bridged>()).then_some((&raw const MARKER).cast())
}

/// Whether a dispatcher has something of this module in it.
pub(super) fn is_bridged(dispatch: &Dispatch) -> bool {
    dispatch.is::<Bridged>()
}

fn ask_anew() {
    if site::is_learning() {
        // An allocator has started ttlog while `tracing`, which may hold its locks, had a call site entered. What it knows is no more than
        // that it has to ask each time.
        return;
    }
    if !dispatcher::get_default(is_bridged) {
        // As long as there is a single dispatcher, `tracing` asks none but that of the thread, which in the middle of an event, and in
        // threads that have none, is one that wants nothing. With a second one it asks all that there are.
        drop(Dispatch::new(Second));
    }
    callsite::rebuild_interest_cache();
}

/// A subscriber that wants nothing.
struct Second;

impl Subscriber for Second {
    fn enabled(&self, _metadata: &Metadata<'_>) -> bool {
        false
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::OFF)
    }

    fn new_span(&self, _span: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _span: &Id, _values: &Record<'_>) {}

    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}

    fn event(&self, _event: &Event<'_>) {}

    fn enter(&self, _span: &Id) {}

    fn exit(&self, _span: &Id) {}
}
