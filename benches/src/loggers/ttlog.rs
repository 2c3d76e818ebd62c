//! ttlog: with a file sink, with the coarse clock, and with the recorder only.

use std::marker::PhantomData;
use std::path::PathBuf;

use ::ttlog::{Clock, LogLevel, Overflow, TtlogHandle};

use super::{Entry, Logger, entry};
use crate::figures::Figures;
use crate::output::Place;
use crate::scale::Scale;
use crate::workloads::{self, Workload, during_snapshot, recorder, snapshot};

/// The ways in which ttlog is set up.
pub(super) trait Setup: Sync {
    const NAME: &'static str;
    const SETUP: &'static str;
    const WORKLOADS: &'static [Workload];
    const MAY_LOSE: bool = false;
    fn init(place: &Place) -> TtlogHandle;
}

const WITH_A_SINK: &[Workload] = &[
    Workload::Enabled,
    Workload::Text,
    Workload::Message,
    Workload::Disabled,
    Workload::TwoThreads,
    Workload::TextFile,
    Workload::TextFileTwo,
    Workload::Allocations,
];

/// The usual setup: a file.
pub(super) struct Precise;

impl Setup for Precise {
    const NAME: &'static str = "ttlog";
    const SETUP: &'static str = "ttlog with a file sink that blocks when full, as by default";
    const WORKLOADS: &'static [Workload] = WITH_A_SINK;

    fn init(place: &Place) -> TtlogHandle {
        with_a_file(place, Clock::Precise)
    }
}

/// The same with the coarse clock.
pub(super) struct Coarse;

impl Setup for Coarse {
    const NAME: &'static str = "ttlog-coarse";
    const SETUP: &'static str = "the same with the coarse clock";
    const WORKLOADS: &'static [Workload] = WITH_A_SINK;

    fn init(place: &Place) -> TtlogHandle {
        with_a_file(place, Clock::Coarse)
    }
}

fn with_a_file(place: &Place, clock: Clock) -> TtlogHandle {
    let file = ::ttlog::sink::File::create(place.path()).expect("the file can be created");
    ::ttlog::init()
        .level(LogLevel::Info)
        .clock(clock)
        .sink(file)
        .init()
}

/// The recorder, and no sink.
pub(super) struct RecorderOnly;

impl Setup for RecorderOnly {
    const NAME: &'static str = "ttlog-recorder-only";
    const SETUP: &'static str = "ttlog with the recorder and no sink: the newest events win";
    const WORKLOADS: &'static [Workload] = &[
        Workload::Enabled,
        Workload::Text,
        Workload::Message,
        Workload::Disabled,
        Workload::TwoThreads,
        Workload::Recorder,
        Workload::Allocations,
        Workload::Span,
        Workload::EventInSpan,
    ];
    const MAY_LOSE: bool = true;

    fn init(_place: &Place) -> TtlogHandle {
        ::ttlog::init().level(LogLevel::Info).recorder_only().init()
    }
}

/// The recorder in a black box that outlives the process.
pub(super) struct BlackBox;

impl Setup for BlackBox {
    const NAME: &'static str = "ttlog-black-box";
    const SETUP: &'static str =
        "the recorder and no sink, all of it in a black box on a tmpfs (`/dev/shm`)";
    const WORKLOADS: &'static [Workload] = RecorderOnly::WORKLOADS;
    const MAY_LOSE: bool = true;

    fn init(_place: &Place) -> TtlogHandle {
        with_a_black_box(format!("/dev/shm/ttlog-bench-{}.box", std::process::id()).into())
    }
}

/// The same on a disk, which outlives the machine, too.
pub(super) struct BlackBoxOnDisk;

impl Setup for BlackBoxOnDisk {
    const NAME: &'static str = "ttlog-black-box-on-disk";
    const SETUP: &'static str = "the same with the black box on a disk";
    const WORKLOADS: &'static [Workload] = RecorderOnly::WORKLOADS;
    const MAY_LOSE: bool = true;

    fn init(_place: &Place) -> TtlogHandle {
        let name = format!("ttlog-bench-{}.box", std::process::id());
        with_a_black_box(std::env::temp_dir().join(name))
    }
}

fn with_a_black_box(path: PathBuf) -> TtlogHandle {
    let handle = ::ttlog::init()
        .level(LogLevel::Info)
        .recorder_only()
        .black_box(&path)
        .init();
    // It is in use without its name, too, and so leaves nothing behind.
    std::fs::remove_file(path).expect("the black box can be removed");
    handle
}

/// The recorder, and callers that wait for it rather than lose an event.
pub(super) struct RecorderBlocking;

impl Setup for RecorderBlocking {
    const NAME: &'static str = "ttlog-recorder-blocking";
    const SETUP: &'static str =
        "the same where the callers wait, so that every event passes through the recorder";
    const WORKLOADS: &'static [Workload] = &[Workload::Recorder, Workload::Snapshot];

    fn init(_place: &Place) -> TtlogHandle {
        ::ttlog::init()
            .level(LogLevel::Info)
            .recorder_only()
            .overflow(Overflow::Block)
            .init()
    }
}

/// A recorder of the size of the snapshots that are measured.
pub(super) struct LargeRecorder;

impl Setup for LargeRecorder {
    const NAME: &'static str = "ttlog-large-recorder";
    const SETUP: &'static str = "the recorder and no sink, with room for a million events";
    const WORKLOADS: &'static [Workload] = &[Workload::DuringSnapshot];
    const MAY_LOSE: bool = true;

    fn init(place: &Place) -> TtlogHandle {
        ::ttlog::init()
            .level(LogLevel::Info)
            .recorder_only()
            .overflow(Overflow::Block)
            .capacity_bytes(Scale::Full.bulk_events() * snapshot::BYTES_PER_EVENT)
            .snapshot_dir(place.path())
            .init()
    }
}

pub(super) struct Ttlog<S> {
    handle: TtlogHandle,
    setup: PhantomData<S>,
}

impl<S: Setup> Logger for Ttlog<S> {
    const NAME: &'static str = S::NAME;
    const SETUP: &'static str = S::SETUP;
    const PACKAGES: &'static [&'static str] = &["ttlog"];
    const WORKLOADS: &'static [Workload] = S::WORKLOADS;
    const MAY_LOSE: bool = S::MAY_LOSE;
    const MAY_ALLOCATE: bool = false;

    fn start(place: &Place) -> Self {
        Self {
            handle: S::init(place),
            setup: PhantomData,
        }
    }

    #[inline(always)]
    fn integers(&self, user_id: u64, duration_ms: u64) {
        ::ttlog::info!(
            "User logged in",
            user_id = user_id,
            duration_ms = duration_ms
        );
    }

    #[inline(always)]
    fn text(&self, action: &str, ratio: f64, user_id: u64) {
        ::ttlog::info!(
            "Authentication failed",
            action = action,
            ratio = ratio,
            user_id = user_id
        );
    }

    #[inline(always)]
    fn message(&self, user: &str, action: &str) {
        ::ttlog::info!("user {} did {}", user, action);
    }

    #[inline(always)]
    fn disabled(&self, user_id: u64, duration_ms: u64) {
        ::ttlog::debug!(
            "User logged in",
            user_id = user_id,
            duration_ms = duration_ms
        );
    }

    #[inline(always)]
    fn span(&self, user_id: u64, calls: impl FnOnce()) {
        let _span = ::ttlog::span!("request", user_id = user_id);
        calls();
    }

    fn flush(&self, _calls: u64) {
        self.handle.flush();
    }

    fn arrived(&self) -> u64 {
        deliveries(&self.handle)
    }

    fn finish(self) {
        drop(self.handle);
    }
}

/// What has reached the sink, or the recorder where there is none.
pub(super) fn deliveries(handle: &TtlogHandle) -> u64 {
    let stats = handle.stats();
    assert_eq!(
        stats.recorded,
        stats.delivered + stats.overwritten + stats.dropped,
        "every event is accounted for"
    );
    stats
        .sinks
        .first()
        .map_or(stats.delivered, |sink| sink.delivered)
}

/// A row of the table of loggers, with the workloads that only ttlog has.
pub(super) const fn ttlog_entry<S: Setup>() -> Entry {
    Entry {
        measure: measure::<S>,
        ..entry::<Ttlog<S>>()
    }
}

fn measure<S: Setup>(workload: Workload, scale: Scale) -> Figures {
    match workload {
        Workload::Recorder => recorder::measure::<Ttlog<S>>(scale),
        Workload::Snapshot => snapshot::measure(scale),
        Workload::DuringSnapshot => during_snapshot::measure(scale, |logger: &Ttlog<S>| {
            logger
                .handle
                .snapshot("bench")
                .expect("the snapshot can be written")
        }),
        _ => workloads::measure::<Ttlog<S>>(workload, scale),
    }
}
