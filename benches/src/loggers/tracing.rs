//! `tracing` as most applications use it: `tracing-subscriber`'s fmt layer into `tracing-appender`'s non-blocking writer.

use std::marker::PhantomData;

use ::tracing::level_filters::LevelFilter;
use tracing_appender::non_blocking::{NonBlocking, NonBlockingBuilder, WorkerGuard};

use super::Logger;
use super::calls::tracing_calls;
use crate::output::Place;
use crate::workloads::Workload;

/// The two formats.
pub(super) trait Format: Sync {
    const NAME: &'static str;
    const SETUP: &'static str;
    fn install(writer: NonBlocking);
}

pub(super) struct Text;

impl Format for Text {
    const NAME: &'static str = "tracing-fmt";
    const SETUP: &'static str = "tracing + tracing-subscriber's fmt + tracing-appender's non_blocking, which may lose (not into the file)";

    fn install(writer: NonBlocking) {
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(LevelFilter::INFO)
            .with_ansi(false)
            .with_writer(writer);
        subscriber.init();
    }
}

pub(super) struct Json;

impl Format for Json {
    const NAME: &'static str = "tracing-json";
    const SETUP: &'static str = "the same with fmt's JSON";

    fn install(writer: NonBlocking) {
        let subscriber = tracing_subscriber::fmt()
            .json()
            .with_max_level(LevelFilter::INFO)
            .with_writer(writer);
        subscriber.init();
    }
}

pub(super) struct Tracing<F> {
    worker: WorkerGuard,
    format: PhantomData<F>,
}

impl<F: Format> Logger for Tracing<F> {
    const NAME: &'static str = F::NAME;
    const SETUP: &'static str = F::SETUP;
    const PACKAGES: &'static [&'static str] =
        &["tracing", "tracing-subscriber", "tracing-appender"];
    const WORKLOADS: &'static [Workload] = &[
        Workload::Enabled,
        Workload::Text,
        Workload::Message,
        Workload::Disabled,
        Workload::TwoThreads,
        Workload::TextFile,
        Workload::TextFileTwo,
        Workload::Allocations,
        Workload::Span,
        Workload::EventInSpan,
    ];
    const MAY_LOSE: bool = true;

    fn start(place: &Place) -> Self {
        let lossy = matches!(place, Place::Null);
        let (writer, worker) = NonBlockingBuilder::default()
            .lossy(lossy)
            .finish(place.writer());
        F::install(writer);
        Self {
            worker,
            format: PhantomData,
        }
    }

    tracing_calls!();

    #[inline(always)]
    fn span(&self, user_id: u64, calls: impl FnOnce()) {
        let _span = ::tracing::info_span!("request", user_id).entered();
        calls();
    }

    fn finish(self) {
        drop(self.worker);
    }
}
