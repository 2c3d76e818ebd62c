//! The runtime of ttlog. Applications use the crate `ttlog`, which gives its names together with the macros.
//!
//! | modules | own |
//! |---|---|
//! | `level`, `metadata`, `filter`, `callsite`, `dispatch`, `limiter` | what an event is known by, and whether it is wanted |
//! | `encode`, `formatted`, `slot`, `scalar`, `value`, `redacted`, `redaction`, `field`, `fields`, `field_writer`, `probe`, `any_value`, `record`, `decode` | an event as words: written in place, read without a copy |
//! | `event`, `compare`, `event_builder`, `logger`, `known_spans`, `scratch` | an event that owns its parts, and what takes such events |
//! | `ring`, `ring_memory`, `thread_ring`, `registry`, `current`, `thread_names`, `flow` | the rings, and which thread has which |
//! | `span`, `timer`, `histogram` | spans, contexts, and futures in them; how long something took, as an event, or as one for many |
//! | `clock` | ticks, and what wall time they were |
//! | `bridge`, `forever` | what adapters of other logging systems stand on; lists of what is kept for ever |
//! | `pipeline`, `own_thread`, `snapshot_thread`, `recorder`, `loss`, `message`, `answer` | from the rings to the recorder |
//! | `sink`, `sink_state`, `sink_thread`, `sink_shield`, `format` | from the recorder to where somebody reads it |
//! | `black_box` | the same in a file that outlives the process |
//! | `capture`, `process_facts`, `build_id`, `snapshot` | from the recorder into a file, and back |
//! | `triggers`, `snapshot_settings`, `snapshot_signal` | when a snapshot is taken that nobody asked for |
//! | `fatal_signals` | the record of the signal that a process dies of |
//! | `builder`, `setup`, `sizes`, `init_error`, `parts`, `assembly`, `start`, `auto_init` | what is asked for, and how a pipeline comes of it, or the global one |
//! | `handle`, `stats`, `panic_hook`, `panic_snapshots`, `backtrace`, `exit`, `report` | what an application sees of all this |
//! | `fork`, `heir` | what becomes of all this in a child of `fork` |
//!
//! `ARCHITECTURE.md` in the repository draws them.

mod answer;
mod any_value;
mod assembly;
mod auto_init;
mod backtrace;
#[cfg(feature = "black-box")]
pub mod black_box;
#[cfg(not(feature = "black-box"))]
mod black_box;
pub mod bridge;
mod build_id;
mod builder;
mod callsite;
mod capture;
mod clock;
mod compare;
mod current;
mod decode;
mod dispatch;
mod encode;
mod event;
mod event_builder;
mod exit;
mod fatal_signals;
pub mod field;
mod field_writer;
mod fields;
mod filter;
mod flow;
mod forever;
mod fork;
pub mod format;
mod formatted;
mod handle;
mod heir;
mod histogram;
mod init_error;
mod known_spans;
mod level;
mod limiter;
mod logger;
#[cfg(all(test, loom))]
mod loom_models;
mod loss;
mod message;
mod metadata;
mod own_thread;
mod panic_hook;
mod panic_snapshots;
mod parts;
mod pipeline;
mod probe;
mod process_facts;
mod record;
mod recorder;
mod redacted;
mod redaction;
mod registry;
mod report;
mod ring;
mod ring_memory;
mod scalar;
mod scratch;
mod setup;
pub mod sink;
mod sink_shield;
mod sink_state;
mod sink_thread;
mod sizes;
mod slot;
pub mod snapshot;
mod snapshot_settings;
#[cfg(all(unix, feature = "signals"))]
mod snapshot_signal;
mod snapshot_thread;
mod span;
mod start;
mod stats;
mod sync;
mod thread_names;
mod thread_ring;
mod timer;
mod triggers;
mod value;

pub use auto_init::auto_init;
pub use builder::{TtlogBuilder, init};
pub use capture::snapshot;
pub use clock::{Clock, now_nanos};
pub use decode::{ErrorChain, EventFields, EventRef, ValueRef};
pub use dispatch::{install_logger, is_enabled, set_level, uninstall_logger};
pub use event::{Field, FieldValue, LogEvent};
pub use event_builder::EventBuilder;
pub use field_writer::FieldWriter;
pub use fields::Fields;
pub use filter::{DirectiveError, Filter};
pub use format::{Format, FormatKind};
pub use handle::TtlogHandle;
pub use histogram::HistogramTimer;
pub use init_error::InitError;
pub use level::{LogLevel, LogLevel as Level, ParseLevelError};
pub use logger::{Logger, RingLogger, emit_fast};
pub use message::Message;
pub use metadata::{RecordKind, SPAN_END_FIELDS, SPAN_ID};
pub use redacted::{Redacted, redact};
pub use sink::{Overflow, Sink, SinkOptions, SpanRecords, WithOptions};
pub use slot::{Recorded, Slot};
pub use snapshot::{SnapshotError, SnapshotReader};
pub use span::{
    Context, ContextFields, Entered, InContext, InSpan, Instrument, Outcome, ParseTraceParentError,
    Span, SpanGuard, SpanInfo, Spans, TraceParent, WithContext, context, continue_trace,
    with_context,
};
pub use stats::{SinkStats, Stats};
pub use timer::Timer;
pub use value::Value;

/// What the macros expand to. Not for use by hand, and free to change.
#[doc(hidden)]
pub mod __private {
    pub use core::convert::Infallible;
    pub use core::error::Error;
    pub use core::fmt::{Debug, Display};
    pub use core::option::Option::{None, Some};
    pub use core::primitive::{u64, usize};
    pub use core::result::Result::{Err, Ok};
    pub use core::{concat, file, format_args, line, module_path, stringify};

    pub use crate::any_value::{
        AnyDebug, AnyDisplay, AnyError, AnyType, AnyValue, IsNoResult, IsResult,
    };
    pub use crate::callsite::CallSite;
    pub use crate::encode::{Encoder, Origin};
    pub use crate::histogram::{Buckets, Histogram};
    pub use crate::level::compiled_in;
    pub use crate::limiter::{Once, Rate, Sample};
    pub use crate::metadata::{FieldDef, Metadata, SPAN_ID};
    pub use crate::probe::{Probe, ViaError, ViaFields, ViaNothing, ViaText, ViaValue};
    pub use crate::span::{
        Instrument, NewSpan, Outcome, Span, SpanGuard, SpanSite, Watched, hold_parent,
        never_returned, parent_id, run_body,
    };
    pub use crate::value::as_target;
}
