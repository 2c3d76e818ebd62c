//! [`Setup`]: what a pipeline is to be: what was said of it, and what holds where nothing was.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::clock::Clock;
use crate::filter::Filter;
use crate::init_error::InitError;
use crate::level::LogLevel;
use crate::pipeline::Settings;
use crate::report::report;
use crate::sink::{Console, Overflow, Sink};
use crate::sizes::{Sizes, USUAL_EVENT_BYTES};
use crate::snapshot::Packing;
use crate::snapshot_settings::SnapshotSettings;

/// See the [module](self); [`TtlogBuilder`](crate::TtlogBuilder) says what the fields mean.
#[derive(Debug)]
pub(crate) struct Setup {
    pub(crate) capacity_bytes: Option<usize>,
    pub(crate) level: LogLevel,
    pub(crate) filter: Filter,
    pub(crate) service: Option<String>,
    pub(crate) snapshot_dir: Option<PathBuf>,
    pub(crate) compress_snapshots: bool,
    pub(crate) sinks: Sinks,
    pub(crate) recorder_only: bool,
    pub(crate) overflow: Option<Overflow>,
    pub(crate) clock: Clock,
    pub(crate) span_bytes: Option<usize>,
    pub(crate) ring_bytes: usize,
    pub(crate) max_event_bytes: usize,
    pub(crate) stall_timeout: Duration,
    pub(crate) timer_interval: Duration,
    pub(crate) panic_snapshot: bool,
    pub(crate) black_box: Option<PathBuf>,
    pub(crate) redacted: Vec<String>,
    pub(crate) snapshots: SnapshotSettings,
}

#[derive(Default)]
pub(crate) struct Sinks(pub(crate) Vec<Box<dyn Sink>>);

impl Sinks {
    pub(crate) fn add(&mut self, sink: impl Sink) {
        self.0.push(Box::new(sink));
    }
}

impl fmt::Debug for Sinks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|sink| sink.name()))
            .finish()
    }
}

impl Default for Setup {
    fn default() -> Self {
        Setup {
            capacity_bytes: Some(4096 * USUAL_EVENT_BYTES),
            level: LogLevel::Info,
            filter: Filter::default(),
            redacted: Vec::new(),
            service: None,
            snapshot_dir: None,
            compress_snapshots: true,
            sinks: Sinks::default(),
            recorder_only: false,
            overflow: None,
            clock: Clock::Precise,
            span_bytes: None,
            ring_bytes: 128 << 10,
            max_event_bytes: 16 << 10,
            stall_timeout: Duration::from_secs(2),
            timer_interval: Duration::from_secs(60),
            panic_snapshot: true,
            black_box: None,
            snapshots: SnapshotSettings::default(),
        }
    }
}

impl Setup {
    /// The same but for what is one process's own: the sinks and the black box.
    pub(crate) fn for_child(&self) -> Setup {
        Setup {
            capacity_bytes: self.capacity_bytes,
            level: self.level,
            filter: self.filter.clone(),
            service: self.service.clone(),
            snapshot_dir: self.snapshot_dir.clone(),
            // The file is the parent's.
            black_box: None,
            compress_snapshots: self.compress_snapshots,
            sinks: Sinks::default(),
            recorder_only: true,
            overflow: self.overflow,
            clock: self.clock,
            span_bytes: self.span_bytes,
            ring_bytes: self.ring_bytes,
            max_event_bytes: self.max_event_bytes,
            stall_timeout: self.stall_timeout,
            timer_interval: self.timer_interval,
            panic_snapshot: self.panic_snapshot,
            redacted: self.redacted.clone(),
            snapshots: self.snapshots,
        }
    }

    pub(crate) fn with_environment(mut self) -> Self {
        self.filter = filter_of_environment().or(&self.filter);
        self
    }

    /// The same settings, with those named that would be found out later.
    pub(crate) fn with_defaults(mut self) -> Self {
        self.service.get_or_insert_with(executable_name);
        self.snapshot_dir.get_or_insert_with(std::env::temp_dir);
        self.with_default_console()
    }

    /// The same with the sink that there is where none was named.
    pub(crate) fn with_default_console(mut self) -> Self {
        if self.wants_default_console() {
            self.sinks.add(Console::stderr());
        }
        self
    }

    /// The same settings with a filter whose errors were told of.
    pub(crate) fn with_known_filter(mut self, filter: &Filter) -> Self {
        self.filter = filter.without_errors();
        self
    }

    /// The filter with the level of what it doesn't name; tells of its errors.
    pub(crate) fn whole_filter(&self) -> Filter {
        for error in self.filter.errors() {
            report(&error.to_string());
        }
        self.filter.clone().or_level(self.level)
    }

    /// The policy of the threads' rings: they wait if any sink makes them.
    pub(crate) fn ring_overflow(&self) -> Overflow {
        let of_sinks = self.sinks.0.iter().map(|sink| sink.options().overflow);
        let of_console = self.wants_default_console().then_some(None);
        let default = self.sink_overflow();
        let blocks = |own: Option<Overflow>| own.unwrap_or(default) == Overflow::Block;
        if of_sinks.chain(of_console).any(blocks) {
            Overflow::Block
        } else {
            self.overflow.unwrap_or(Overflow::OverwriteOldest)
        }
    }

    pub(crate) fn sink_overflow(&self) -> Overflow {
        self.overflow.unwrap_or(Overflow::Block)
    }

    fn wants_default_console(&self) -> bool {
        self.sinks.0.is_empty() && !self.recorder_only
    }

    pub(crate) fn sizes(&self) -> Result<Sizes, InitError> {
        Sizes::new(
            self.capacity_bytes,
            self.span_bytes,
            self.ring_bytes,
            self.max_event_bytes,
        )
    }

    /// What snapshots say of the process, and where they go.
    pub(crate) fn settings(&self) -> Settings {
        Settings {
            service: self.service.clone().unwrap_or_else(executable_name),
            snapshot_dir: self.snapshot_dir.clone().unwrap_or_else(std::env::temp_dir),
            packing: match self.compress_snapshots {
                true => Packing::SHORTEST,
                false => Packing::Plain,
            },
            keep: self.snapshots.keep,
        }
    }
}

fn executable_name() -> String {
    std::env::current_exe()
        .ok()
        .and_then(|path| Some(path.file_stem()?.to_string_lossy().into_owned()))
        .unwrap_or_else(|| "unknown".to_owned())
}

/// The directives of `RUST_LOG`; none where it is not set, or has none that can be understood.
pub(crate) fn filter_of_environment() -> Filter {
    let text = std::env::var_os("RUST_LOG").unwrap_or_default();
    Filter::parse_variable("RUST_LOG", &text.to_string_lossy())
}
