//! [`Start`]: how the global pipeline came to be, and the ways in which it does: by `init`, by a log call, in a child of `fork`.

use std::io;
use std::sync::{Arc, Mutex};

use crate::assembly;
use crate::auto_init;
use crate::callsite;
use crate::current;
use crate::dispatch;
use crate::event_builder::EventBuilder;
use crate::exit;
use crate::filter::Filter;
use crate::fork;
use crate::handle::TtlogHandle;
use crate::heir::Heir;
use crate::init_error::InitError;
use crate::level::LogLevel;
use crate::logger;
use crate::panic_hook;
use crate::pipeline::Pipeline;
use crate::report::report;
use crate::setup::Setup;
use crate::sync::lock;

/// How the global pipeline came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    NotStarted,
    /// A log call came first. It is not tried again if there was no thread or memory for it.
    Unasked,
    Initialized,
    /// The parent process has one; the first log call, or `init`, makes this process's own.
    Inherited,
}

/// How the global pipeline came to be, and how that of a child process would.
#[derive(Debug)]
pub(crate) struct Start {
    stage: Stage,
    heir: Option<Heir>,
}

/// Locked while the global pipeline is started or given its settings, so that a log call and `init` on two threads come one
/// after the other.
pub(crate) static START: Mutex<Start> = Mutex::new(Start {
    stage: Stage::NotStarted,
    heir: None,
});

impl Start {
    /// This process is a child of the one that has the global pipeline, where `filter` was in force.
    pub(crate) fn inherit(&mut self, filter: &Arc<Filter>) {
        self.stage = Stage::Inherited;
        if let Some(heir) = &mut self.heir {
            heir.set_filter(filter);
        }
    }
}

/// What [`TtlogBuilder::try_init`](crate::TtlogBuilder::try_init) says.
pub(crate) fn init(setup: Setup) -> Result<TtlogHandle, InitError> {
    // What this logs itself, through an allocator say, must not start ttlog in between.
    current::once_at_a_time(|| init_alone(setup.with_environment())).unwrap_or_else(|| {
        let error = io::Error::other("ttlog is being started by this very thread");
        Err(InitError::Thread(error))
    })
}

fn init_alone(setup: Setup) -> Result<TtlogHandle, InitError> {
    if fork::is_silent() {
        let error = io::Error::other("the process was forked while ttlog was busy");
        return Err(InitError::Thread(error));
    }
    // Before what may be asked of sinks while the lock is held.
    fork::watch();
    let mut start = lock(&START);
    if start.stage == Stage::Initialized {
        return Err(InitError::AlreadyInitialized);
    }
    let panic_snapshot = setup.panic_snapshot;
    let setup = setup.with_defaults();
    let heir = Heir::of(&setup);
    let pipeline = match dispatch::global() {
        Some(pipeline) => {
            assembly::replace(setup, pipeline)?;
            pipeline.clone()
        }
        None => start_global(setup)?,
    };
    *start = Start {
        stage: Stage::Initialized,
        heir: Some(heir),
    };
    if panic_snapshot {
        panic_hook::install();
    }
    Ok(TtlogHandle::global(pipeline))
}

/// Starts the global pipeline because of a log call: with what the parent process left; or with the defaults, and the panics'
/// snapshots off, for nobody asked for files. To be called through [`current::once_at_a_time`].
pub(crate) fn start_unasked() {
    if fork::is_silent() {
        return;
    }
    let mut start = lock(&START);
    let (setup, missing) = match (start.stage, start.heir.take()) {
        (Stage::NotStarted, _) => (unasked(), Vec::new()),
        (Stage::Inherited, Some(heir)) => heir.into_setup(),
        (_, heir) => {
            start.heir = heir;
            return;
        }
    };
    start.stage = Stage::Unasked;
    let setup = setup.with_defaults();
    start.heir = Some(Heir::of(&setup));
    match start_global(setup) {
        Ok(pipeline) if missing.is_empty() => drop(pipeline),
        Ok(pipeline) => {
            let event = EventBuilder::with_capacity(1)
                .level(LogLevel::Warn)
                .target("ttlog")
                .message("this process was forked, and does without some sinks of its parent")
                .field("sinks", missing.join(", "));
            logger::emit_to(&pipeline, &event.build());
        }
        Err(error) => report(&error.to_string()),
    }
}

/// The defaults, with what the environment says. Where a custom logger takes the events, with what holds for it, in case it goes again; and
/// without a sink, if the application wants nothing started.
fn unasked() -> Setup {
    let setup = Setup::default();
    match dispatch::custom_filter() {
        None => setup.with_environment(),
        Some(filter) if auto_init::is_on() => setup.with_known_filter(&filter),
        Some(filter) => Setup {
            recorder_only: true,
            ..setup.with_known_filter(&filter)
        },
    }
}

/// With `START` locked: nobody else makes a global pipeline.
fn start_global(setup: Setup) -> Result<Arc<Pipeline>, InitError> {
    let fatal_signals = assembly::prepare_fatal_signals(&setup)?;
    let pipeline = assembly::start(setup)?;
    dispatch::enter(&pipeline);
    dispatch::set_global(pipeline.clone());
    callsite::refresh();
    exit::flush_at_exit();
    if let Some(fatal_signals) = fatal_signals {
        fatal_signals.arm(&pipeline);
    }
    Ok(pipeline)
}
