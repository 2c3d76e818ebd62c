//! `tracing` with a subscriber that is enabled and does nothing: what its macros and its dispatch cost by themselves.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use ::tracing::level_filters::LevelFilter;
use ::tracing::span::{Attributes, Id, Record};
use ::tracing::{Event, Metadata, Subscriber};

use super::Logger;
use super::calls::tracing_calls;
use crate::output::Place;
use crate::workloads::Workload;

thread_local! {
    /// The events of this thread: one addition, so that it can be asserted that they came.
    static EVENTS: Cell<u64> = const { Cell::new(0) };
}

static ARRIVED: AtomicU64 = AtomicU64::new(0);

struct Nothing;

impl Subscriber for Nothing {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= LevelFilter::INFO
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::INFO)
    }

    fn new_span(&self, _span: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _span: &Id, _values: &Record<'_>) {}

    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}

    fn event(&self, event: &Event<'_>) {
        std::hint::black_box(event);
        EVENTS.with(|events| events.set(events.get() + 1));
    }

    fn enter(&self, _span: &Id) {}

    fn exit(&self, _span: &Id) {}
}

pub(super) struct TracingNothing;

impl Logger for TracingNothing {
    const NAME: &'static str = "tracing-nothing";
    const SETUP: &'static str = "tracing with a subscriber that does nothing: no clock, no store";
    const PACKAGES: &'static [&'static str] = &["tracing"];
    const WORKLOADS: &'static [Workload] = &[
        Workload::Enabled,
        Workload::Text,
        Workload::Message,
        Workload::Disabled,
        Workload::TwoThreads,
        Workload::Allocations,
    ];
    const MAY_LOSE: bool = false;

    fn start(_place: &Place) -> Self {
        ::tracing::subscriber::set_global_default(Nothing).expect("nothing else was installed");
        Self
    }

    tracing_calls!();

    fn leave(&self) {
        ARRIVED.fetch_add(EVENTS.with(Cell::take), Relaxed);
    }

    fn flush(&self, _calls: u64) {}

    fn arrived(&self) -> u64 {
        ARRIVED.load(Relaxed)
    }
}
