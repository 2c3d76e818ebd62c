//! A pipeline put together as a [`Setup`] says, or given what is new in it.

use std::io;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, bounded};

use crate::callsite;
use crate::clock::{Clock, TickSource};
use crate::current;
use crate::fatal_signals::FatalSignals;
use crate::flow::Flow;
use crate::fork;
use crate::histogram::Reports;
use crate::init_error::InitError;
use crate::message::{Message, Task};
use crate::own_thread;
use crate::parts::Parts;
use crate::pipeline::Pipeline;
use crate::redaction::Redaction;
use crate::registry::Registry;
use crate::report::report;
use crate::setup::Setup;
use crate::snapshot_thread::SnapshotThread;
use crate::triggers::Triggers;

/// How many messages to the snapshot thread can wait.
const CONTROL_MESSAGES: usize = 256;

/// Starts a pipeline; nobody logs to it yet.
pub(crate) fn start(setup: Setup) -> Result<Arc<Pipeline>, InitError> {
    fork::watch();
    let (control, messages) = bounded(CONTROL_MESSAGES);
    let sizes = setup.sizes()?;
    let flow = Arc::new(Flow::new(
        control,
        setup.ring_overflow(),
        // The snapshot thread gives up on a sink first.
        setup.stall_timeout * 2 + Duration::from_millis(500),
        setup.whole_filter(),
    ));
    enforce_redaction(&setup, &flow);
    let ticks = TickSource::of(setup.clock);
    let registry = Registry::new(sizes.ring_words, sizes.longest_record, ticks, flow.clone());
    let stall_timeout = setup.stall_timeout;
    let Parts {
        recorder,
        black_box,
        sinks,
        clock,
        settings,
        triggers,
        reports,
    } = Parts::new(setup)?;
    if let Some(black_box) = black_box {
        registry.move_to(black_box);
    }
    let pipeline = Arc::new(Pipeline::new(
        flow,
        registry,
        recorder,
        settings,
        stall_timeout,
    ));
    pipeline.start_sinks(sinks).map_err(InitError::Thread)?;
    pipeline.set_has_triggers(triggers.are_set());
    start_snapshot_thread(pipeline.clone(), messages, clock, (triggers, reports))
        .map_err(InitError::Thread)?;
    Ok(pipeline)
}

/// Gives a setup to a pipeline that runs.
pub(crate) fn replace(setup: Setup, pipeline: &Arc<Pipeline>) -> Result<(), InitError> {
    let filter = setup.whole_filter();
    let overflow = setup.ring_overflow();
    enforce_redaction(&setup, &pipeline.flow);
    let fatal_signals = prepare_fatal_signals(&setup)?;
    let parts = Parts::new(setup)?;
    pipeline.flow.set_filter(filter);
    pipeline.flow.set_overflow(overflow);
    callsite::refresh();
    if let Some(black_box) = &parts.black_box {
        pipeline.registry.move_to(black_box.clone());
        current::give_up_retired();
    }
    let sent = pipeline.flow.ask(Task::Replace(Box::new(parts)));
    if sent.is_none() {
        let error = io::Error::other("the snapshot thread does not answer");
        return Err(InitError::Thread(error));
    }
    pipeline.sync(pipeline.flow.patience());
    if let Some(fatal_signals) = fatal_signals {
        fatal_signals.arm(pipeline);
    }
    Ok(())
}

/// Makes known what must not be recorded, before a black box is told of any call site.
fn enforce_redaction(setup: &Setup, flow: &Flow) {
    if !setup.redacted.is_empty() {
        flow.set_redaction(Redaction::enforce(&setup.redacted));
        callsite::refresh();
    }
}

/// What is made ready for fatal signals before there is a pipeline; `None` where they are not asked for.
pub(crate) fn prepare_fatal_signals(setup: &Setup) -> Result<Option<FatalSignals>, InitError> {
    setup
        .snapshots
        .fatal_signals
        .then(|| FatalSignals::prepare(&setup.settings(), setup.black_box.as_deref()))
        .transpose()
}

fn start_snapshot_thread(
    pipeline: Arc<Pipeline>,
    messages: Receiver<Message>,
    clock: Clock,
    (triggers, reports): (Triggers, Reports),
) -> io::Result<()> {
    /// Tells that the thread has ended, however it did.
    struct Dead(Arc<Flow>);

    impl Drop for Dead {
        fn drop(&mut self) {
            self.0.set_dead();
            if thread::panicking() {
                report("its snapshot thread has panicked: what is logged from now on is dropped");
            }
        }
    }

    let dead = Dead(pipeline.flow.clone());
    let work = move || {
        current::become_own_thread();
        pipeline.flow.set_thread(thread::current());
        let _dead = dead;
        SnapshotThread::new(pipeline, messages, clock, (triggers, reports)).run();
    };
    own_thread::start("ttlog-snapshot", Box::new(work))
}
