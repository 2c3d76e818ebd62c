//! [`Logger`]: what can stand in the place of ttlog's own runtime; [`RingLogger`]: that runtime as one.

use std::cell::Cell;
use std::num::NonZeroU64;
use std::ptr::NonNull;
use std::sync::Arc;

use crate::current::{self, DEEPEST_NESTING};
use crate::dispatch;
use crate::encode::Encoder;
use crate::event::{Field, LogEvent};
use crate::known_spans;
use crate::level::LogLevel;
use crate::metadata::RecordKind;
use crate::pipeline::Pipeline;
use crate::record::flag;
use crate::span;
use crate::thread_ring::{ThreadRing, Use};

/// Receives events on the thread that logs them, in place of ttlog's own runtime.
///
/// For bridges into another logging system. Where events should only be written somewhere else, a
/// [`Sink`](crate::Sink) is the better choice: it costs the callers nothing.
pub trait Logger: Send + Sync {
    /// Takes one event. May log: events are taken to a depth of four within each other, and dropped beyond.
    ///
    /// Beginnings and ends of [spans](crate::Span) and contexts come as events of another [kind](LogEvent::kind). Each event names the
    /// spans that it is in, those that began since a logger is installed.
    fn emit(&self, event: LogEvent);

    /// Whether it wants an event of this level and target that the filter lets through, or a span. Asked before the values are evaluated, which
    /// they are not where it says no. It may be asked for an event that never comes, and given one that it was not asked for.
    fn enabled(&self, level: LogLevel, target: &str, kind: RecordKind) -> bool {
        let _ = (level, target, kind);
        true
    }

    /// Brings everything taken before to its place.
    fn flush(&self);

    /// The level of targets that no filter covers has been changed.
    fn set_level(&self, level: LogLevel);
}

/// ttlog's own runtime as a [`Logger`]; see [`TtlogHandle::logger`](crate::TtlogHandle::logger).
#[derive(Debug, Clone)]
pub struct RingLogger {
    pub(crate) pipeline: Arc<Pipeline>,
}

impl Logger for RingLogger {
    fn emit(&self, event: LogEvent) {
        current::with_pipeline(dispatch::started(&self.pipeline), || encode(&event));
    }

    fn flush(&self) {
        if let Some(pipeline) = dispatch::if_started(&self.pipeline) {
            pipeline.flush();
        }
    }

    fn set_level(&self, level: LogLevel) {
        dispatch::started(&self.pipeline).set_level(level);
    }
}

/// Records an event that was made by hand, whatever its level; see [`is_enabled`](crate::is_enabled).
///
/// The event keeps its timestamp; its thread is the one that calls.
pub fn emit_fast(mut event: LogEvent) {
    let is_scoped = current::with_flow(|flow| flow.is_some_and(|flow| !flow.is_global()));
    let custom = if is_scoped { None } else { dispatch::custom() };
    if let Some(logger) = custom {
        event.span_id = event.span_id.or(NonZeroU64::new(span::current_id()));
        if event.spans.is_empty() {
            event.spans = known_spans::around(event.span_id);
        }
        give_by_hand(&*logger, event);
    } else {
        encode(&event);
    }
}

thread_local! {
    /// How many calls of a custom logger this thread is in.
    static EMITTING: Cell<usize> = const { Cell::new(0) };
}

/// Gives a custom logger an event that was not encoded.
pub(crate) fn give_by_hand(logger: &dyn Logger, mut event: LogEvent) {
    if let Some(redaction) = dispatch::global().and_then(|global| global.flow.redaction()) {
        redaction.clean_fields(&mut event);
    }
    give(logger, event);
}

/// Gives a custom logger an event, unless it is too deep in itself.
pub(crate) fn give(logger: &dyn Logger, event: LogEvent) {
    within(|| logger.emit(event));
}

/// Whether a custom logger wants such an event; not where it is too deep in itself.
pub(crate) fn wants(logger: &dyn Logger, level: LogLevel, target: &str, kind: RecordKind) -> bool {
    within(|| logger.enabled(level, target, kind)).unwrap_or(false)
}

/// Calls a custom logger, unless this thread is too deep in it: then an event is counted as lost.
fn within<R>(call: impl FnOnce() -> R) -> Option<R> {
    struct Leave;

    impl Drop for Leave {
        fn drop(&mut self) {
            EMITTING.set(EMITTING.get() - 1);
        }
    }

    if EMITTING.get() >= DEEPEST_NESTING {
        dispatch::count_homeless();
        return None;
    }
    EMITTING.set(EMITTING.get() + 1);
    let _leave = Leave;
    Some(call())
}

/// Records an event in a pipeline, whatever this thread is about.
pub(crate) fn emit_to(pipeline: &Pipeline, event: &LogEvent) {
    let claimed = pipeline
        .registry
        .claim(Use::Loan, current::thread_id())
        .filter(|ring| ring.has_room(3) || ring.make_room(ring.ring.start() + 3));
    if let Some(ring) = claimed {
        encode_on(NonNull::from(&*ring), event);
    }
}

/// Writes an event into this thread's ring, as a record that names no call site.
pub(crate) fn encode(event: &LogEvent) {
    if let Some(ring) = NonNull::new(current::prepare(current::take(), 3).cast_mut()) {
        encode_on(ring, event);
    }
}

/// Writes an event into a ring that is kept alive, with room for a header.
fn encode_on(ring: NonNull<ThreadRing>, event: &LogEvent) {
    let mut encoder = Encoder::on(ring, 0, 0);
    encoder.event_prefix(event);
    // What is long must not take the room of what comes after it.
    let least_words = |field: &Field| Encoder::least_words(&field.key);
    let mut to_come: u64 = event.fields.iter().map(least_words).sum();
    encoder.set_aside(to_come);
    if !event.message.is_empty() {
        encoder.message(format_args!("{}", event.message));
    }
    for field in &event.fields {
        let own = least_words(field);
        to_come -= own;
        // A name is not there without its value.
        encoder.set_aside(0);
        if !encoder.has_room(own) {
            break;
        }
        encoder.set_aside(to_come);
        if encoder.name(&field.key) {
            crate::value::Value::record(&field.value, encoder.slot());
        }
    }
    if event.cut {
        encoder.flag(flag::CUT);
    }
    if event.panicked {
        encoder.flag(flag::PANICKED);
    }
    encoder.finish();
}
