//! `fastrace`: an event on the local span. It is for spans, and measured here for what its events cost.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use ::fastrace::collector::{Config, Reporter, SpanContext, SpanRecord};
use ::fastrace::local::LocalSpan;
use ::fastrace::{Event, Span};

use super::Logger;
use crate::output::{self, Place};
use crate::workloads::Workload;

static ARRIVED: AtomicU64 = AtomicU64::new(0);

/// A reporter that only counts the events of the spans that it is given.
struct Counter;

impl Reporter for Counter {
    fn report(&mut self, spans: Vec<SpanRecord>) {
        let events: usize = spans.iter().map(|span| span.events.len()).sum();
        ARRIVED.fetch_add(events as u64, Relaxed);
    }
}

pub(super) struct Fastrace;

impl Logger for Fastrace {
    const NAME: &'static str = "fastrace";
    const SETUP: &'static str = "fastrace, an event with properties on a local span; each burst has a root span of its own, \
        which is not timed; values become text in the calling thread; no levels";
    const PACKAGES: &'static [&'static str] = &["fastrace"];
    const WORKLOADS: &'static [Workload] = &[
        Workload::Enabled,
        Workload::Text,
        Workload::Message,
        Workload::TwoThreads,
        Workload::Allocations,
        Workload::Span,
    ];
    const MAY_LOSE: bool = true;

    fn start(_place: &Place) -> Self {
        ::fastrace::set_reporter(Counter, Config::default());
        Self
    }

    #[inline(always)]
    fn integers(&self, user_id: u64, duration_ms: u64) {
        LocalSpan::add_event(Event::new("User logged in").with_properties(|| {
            [
                ("user_id", user_id.to_string()),
                ("duration_ms", duration_ms.to_string()),
            ]
        }));
    }

    #[inline(always)]
    fn text(&self, action: &str, ratio: f64, user_id: u64) {
        LocalSpan::add_event(Event::new("Authentication failed").with_properties(|| {
            [
                ("action", action.to_owned()),
                ("ratio", ratio.to_string()),
                ("user_id", user_id.to_string()),
            ]
        }));
    }

    #[inline(always)]
    fn message(&self, user: &str, action: &str) {
        LocalSpan::add_event(Event::new(format!("user {user} did {action}")));
    }

    fn disabled(&self, _user_id: u64, _duration_ms: u64) {}

    #[inline(always)]
    fn span(&self, user_id: u64, calls: impl FnOnce()) {
        let _span = LocalSpan::enter_with_local_parent("request")
            .with_property(|| ("user_id", user_id.to_string()));
        calls();
    }

    #[inline(always)]
    fn around<R>(&self, calls: impl FnOnce() -> R) -> R {
        let span = Span::root("burst", SpanContext::random());
        let _local = span.set_local_parent();
        calls()
    }

    fn flush(&self, calls: u64) {
        ::fastrace::flush();
        output::wait_for(calls, || self.arrived());
    }

    fn arrived(&self) -> u64 {
        ARRIVED.load(Relaxed)
    }
}
