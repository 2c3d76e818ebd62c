//! [`Parts`]: of what a pipeline can have replaced while it runs, made as a [`Setup`] says.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::black_box::{BlackBox, Place};
use crate::callsite;
use crate::clock::{Calibration, Clock, now_nanos};
use crate::fatal_signals::FatalSignals;
use crate::filter::Filter;
use crate::histogram::Reports;
use crate::init_error::InitError;
use crate::pipeline::Settings;
use crate::process_facts::process_facts;
use crate::recorder::{Recorder, RecorderRings};
use crate::report::report;
use crate::ring::Ring;
use crate::setup::Setup;
use crate::sink::{Overflow, Sink, SpanRecords};
use crate::sink_state::SinkState;
use crate::sizes::Sizes;
use crate::triggers::Triggers;

/// What can be changed when `init` comes after the first log call.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) recorder: Arc<Recorder>,
    /// Where the recorder is, and the rings are to be.
    pub(crate) black_box: Option<Arc<BlackBox>>,
    pub(crate) sinks: Vec<NewSink>,
    pub(crate) clock: Clock,
    pub(crate) settings: Settings,
    pub(crate) triggers: Triggers,
    pub(crate) reports: Reports,
}

/// A sink whose thread is yet to be started.
pub(crate) struct NewSink {
    pub(crate) sink: Box<dyn Sink>,
    pub(crate) filter: Option<Filter>,
    pub(crate) spans: SpanRecords,
    pub(crate) linger: Duration,
    pub(crate) state: Arc<SinkState>,
}

impl fmt::Debug for NewSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("NewSink").field(&self.state.name).finish()
    }
}

impl NewSink {
    /// `default` is its policy where it has none of its own. Tells of the errors of its filter.
    fn new(sink: Box<dyn Sink>, default: Overflow) -> NewSink {
        let options = sink.options();
        let name = sink.name();
        for error in options.filter.iter().flat_map(Filter::errors) {
            report(&format!("sink {name}: {error}"));
        }
        let overflow = options.overflow.unwrap_or(default);
        NewSink {
            sink,
            filter: options.filter,
            spans: options.spans.unwrap_or_else(SpanRecords::from_env),
            linger: options.linger,
            state: Arc::new(SinkState::new(name, overflow)),
        }
    }
}

impl Parts {
    /// Opens and allocates what the setup asks for, saves what the run before has left in a black box, and installs the handler of a signal that
    /// triggers snapshots.
    pub(crate) fn new(setup: Setup) -> Result<Parts, InitError> {
        #[cfg(all(unix, feature = "signals"))]
        if setup.snapshots.triggers.signal {
            crate::snapshot_signal::install().map_err(InitError::Signal)?;
        }
        let sizes = setup.sizes()?;
        let mut setup = setup.with_default_console();
        let default = setup.sink_overflow();
        let named = std::mem::take(&mut setup.sinks.0).into_iter();
        let sinks: Vec<NewSink> = named.map(|sink| NewSink::new(sink, default)).collect();
        let states = sinks.iter().map(|sink| sink.state.clone()).collect();
        let settings = setup.settings();
        let image = match &setup.black_box {
            Some(path) => Some(new_black_box(path, &settings, sizes)?),
            None if setup.snapshots.fatal_signals => {
                let facts = process_facts(&settings.service, now_nanos());
                let created = FatalSignals::new_image(&facts, sizes.of_rings())?;
                Some(begun(created))
            }
            None => None,
        };
        let (black_box, rings) = match image {
            Some((black_box, rings)) => (Some(black_box), rings),
            None => (None, new_rings(sizes)?),
        };
        Ok(Parts {
            recorder: Arc::new(Recorder::new(rings, states)),
            black_box,
            sinks,
            clock: setup.clock,
            triggers: Triggers::new(setup.snapshots.triggers),
            reports: Reports::new(setup.timer_interval),
            settings,
        })
    }
}

fn new_rings(sizes: Sizes) -> Result<RecorderRings, InitError> {
    let ring = |words| {
        Ring::new(words).map_err(|_| InitError::OutOfMemory {
            bytes: words * size_of::<u64>(),
        })
    };
    Ok(RecorderRings {
        log: ring(sizes.recorder_words)?,
        spans: ring(sizes.span_words)?,
    })
}

/// Saves what the run before has left at `path`, and begins anew there.
fn new_black_box(
    path: &Path,
    settings: &Settings,
    sizes: Sizes,
) -> Result<(Arc<BlackBox>, RecorderRings), InitError> {
    let place = Place::take(path)?;
    place.save_previous(settings)?;
    let facts = process_facts(&settings.service, now_nanos());
    let created = place.create(&facts, sizes.of_rings())?;
    Ok(begun(created))
}

/// Enters into an image what has to be there before there are events.
fn begun((black_box, rings): (Arc<BlackBox>, RecorderRings)) -> (Arc<BlackBox>, RecorderRings) {
    // So that their ticks can be read.
    black_box.set_calibration(&Calibration::new());
    callsite::describe_to(&black_box);
    (black_box, rings)
}
