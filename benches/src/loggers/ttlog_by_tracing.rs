//! `tracing`'s macros, whose events and spans ttlog takes: by its subscriber, and by its layer on a registry.

use std::marker::PhantomData;

use ::tracing::subscriber::set_global_default;
use ::ttlog::{LogLevel, TtlogHandle};
use tracing_subscriber::prelude::*;
use ttlog_integrations::{TtlogSubscriber, TtlogTracingLayer};

use super::Logger;
use super::calls::tracing_calls;
use crate::output::Place;
use crate::workloads::Workload;

/// How `tracing` gets to ttlog.
pub(super) trait Way: Sync {
    const NAME: &'static str;
    const SETUP: &'static str;
    fn install();
}

pub(super) struct BySubscriber;

impl Way for BySubscriber {
    const NAME: &'static str = "ttlog-by-tracing";
    const SETUP: &'static str =
        "tracing's macros, ttlog's subscriber, ttlog with the recorder and no sink";

    fn install() {
        set_global_default(TtlogSubscriber::new()).expect("nothing else was installed");
    }
}

pub(super) struct ByLayer;

impl Way for ByLayer {
    const NAME: &'static str = "ttlog-by-tracing-layer";
    const SETUP: &'static str = "the same with ttlog's layer on tracing-subscriber's registry";

    fn install() {
        let stack = tracing_subscriber::registry().with(TtlogTracingLayer::new());
        set_global_default(stack).expect("nothing else was installed");
    }
}

pub(super) struct TtlogByTracing<W> {
    handle: TtlogHandle,
    way: PhantomData<W>,
}

impl<W: Way> Logger for TtlogByTracing<W> {
    const NAME: &'static str = W::NAME;
    const SETUP: &'static str = W::SETUP;
    const PACKAGES: &'static [&'static str] = &["ttlog", "tracing", "tracing-subscriber"];
    const WORKLOADS: &'static [Workload] = &[
        Workload::Enabled,
        Workload::Text,
        Workload::Message,
        Workload::Disabled,
        Workload::TwoThreads,
        Workload::Allocations,
        Workload::Span,
        Workload::EventInSpan,
    ];
    const MAY_LOSE: bool = true;
    const MAY_ALLOCATE: bool = false;

    fn start(_place: &Place) -> Self {
        let handle = ::ttlog::init().level(LogLevel::Info).recorder_only().init();
        W::install();
        Self {
            handle,
            way: PhantomData,
        }
    }

    tracing_calls!();

    #[inline(always)]
    fn span(&self, user_id: u64, calls: impl FnOnce()) {
        let _span = ::tracing::info_span!("request", user_id).entered();
        calls();
    }

    fn flush(&self, _calls: u64) {
        self.handle.flush();
    }

    fn arrived(&self) -> u64 {
        self.handle.stats().delivered
    }

    fn finish(self) {
        drop(self.handle);
    }
}
