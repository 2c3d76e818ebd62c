//! [`Logger`]: what can stand in the place of ttlog's own runtime; [`RingLogger`]: that runtime as one.

use std::cell::{Cell, RefCell};
use std::ptr::NonNull;
use std::sync::Arc;

use crate::callsite;
use crate::clock::{TickSource, now_nanos};
use crate::current::{self, DEEPEST_NESTING};
use crate::decode::EventRef;
use crate::dispatch;
use crate::encode::Encoder;
use crate::event::{Field, LogEvent};
use crate::flow::Flow;
use crate::level::LogLevel;
use crate::pipeline::Pipeline;
use crate::record::{Header, LOG_PREFIX_WORDS, flag};
use crate::ring::{Cursor, Ring};
use crate::sink::Overflow;
use crate::thread_ring::ThreadRing;

/// Receives events on the thread that logs them, in place of ttlog's own runtime.
///
/// For bridges into another logging system. Where events should only be written somewhere else, a
/// [`Sink`](crate::Sink) is the better choice: it costs the callers nothing.
pub trait Logger: Send + Sync {
    /// Takes one event. May log: events are taken to a depth of four within each other, and dropped beyond.
    fn emit(&self, event: LogEvent);

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
        current::with_pipeline(&self.pipeline, || encode(&event));
    }

    fn flush(&self) {
        self.pipeline.flush();
    }

    fn set_level(&self, level: LogLevel) {
        self.pipeline.set_level(level);
    }
}

/// Records an event that was made by hand, whatever its level; see [`is_enabled`](crate::is_enabled).
///
/// The event keeps its timestamp; its thread is the one that calls.
pub fn emit_fast(event: LogEvent) {
    if let Some(logger) = dispatch::custom() {
        give(&*logger, event);
    } else {
        encode(&event);
    }
}

thread_local! {
    /// How many calls of a custom logger this thread is in.
    static EMITTING: Cell<usize> = const { Cell::new(0) };
}

/// Gives a custom logger an event, unless it is too deep in itself.
fn give(logger: &dyn Logger, event: LogEvent) {
    struct Leave;

    impl Drop for Leave {
        fn drop(&mut self) {
            EMITTING.set(EMITTING.get() - 1);
        }
    }

    if EMITTING.get() >= DEEPEST_NESTING {
        dispatch::count_homeless();
        return;
    }
    EMITTING.set(EMITTING.get() + 1);
    let _leave = Leave;
    logger.emit(event);
}

/// Writes an event into this thread's ring, as a record that names no call site.
fn encode(event: &LogEvent) {
    let Some(ring) = NonNull::new(current::prepare(current::take(), 2).cast_mut()) else {
        return;
    };
    let mut encoder = Encoder::on(ring, 0, 0);
    encoder.dynamic_prefix(event);
    // What is long must not take the room of what comes after it.
    let least_words = |field: &Field| Encoder::least_words(&field.key);
    let mut to_come: u64 = event.fields.iter().map(least_words).sum();
    encoder.set_aside(to_come);
    if !event.message.is_empty() {
        encoder.message(format_args!("{}", event.message));
    }
    for field in &event.fields {
        to_come -= least_words(field);
        encoder.set_aside(to_come);
        encoder.name(&field.key);
        crate::value::Value::record(&field.value, encoder.slot());
    }
    if event.cut {
        encoder.flag(flag::CUT);
    }
    if event.panicked {
        encoder.flag(flag::PANICKED);
    }
    encoder.finish();
}

/// The rings in which events for a custom logger are encoded before it is given them.
#[derive(Debug, Default)]
pub(crate) struct ScratchRing {
    free: Vec<Arc<ThreadRing>>,
    in_use: Vec<Arc<ThreadRing>>,
}

/// Words of a scratch ring: an event can have a quarter of them.
const SCRATCH_WORDS: usize = 1 << 14;

thread_local! {
    static SCRATCH: RefCell<ScratchRing> = RefCell::default();
}

impl ScratchRing {
    /// A ring for one event; `None` where too many are in the making, or the thread is ending.
    pub(crate) fn take() -> Option<*const ThreadRing> {
        SCRATCH
            .try_with(|scratch| {
                let mut scratch = scratch.borrow_mut();
                if scratch.in_use.len() >= DEEPEST_NESTING {
                    return None;
                }
                let ring = match scratch.free.pop() {
                    Some(ring) => ring,
                    None => Arc::new(new_scratch()?),
                };
                let pointer = Arc::as_ptr(&ring);
                scratch.in_use.push(ring);
                Some(pointer)
            })
            .ok()
            .flatten()
    }

    /// Gives the custom logger what is in `ring`, and takes the ring back.
    pub(crate) fn deliver(ring: &ThreadRing) {
        /// Only in the end, so that a logger that logs goes no deeper than the rings in use allow; also after a panic.
        struct TakeBack<'a>(&'a ThreadRing);

        impl Drop for TakeBack<'_> {
            fn drop(&mut self) {
                ScratchRing::take_back(self.0);
            }
        }

        let _take_back = TakeBack(ring);
        let mut words = Vec::new();
        let mut cursor = Cursor {
            position: ring.ring.tail(),
            count: 0,
        };
        ring.ring.read(&mut cursor, ring.ring.size(), &mut words);
        ring.ring.release(ring.ring.published());
        if let Some(event) = to_log_event(&words)
            && let Some(logger) = dispatch::custom()
        {
            give(&*logger, event);
        }
    }

    fn take_back(ring: &ThreadRing) {
        let _ = SCRATCH.try_with(|scratch| {
            let mut scratch = scratch.borrow_mut();
            let place = scratch
                .in_use
                .iter()
                .position(|used| std::ptr::eq(Arc::as_ptr(used), ring));
            if let Some(place) = place {
                let ring = scratch.in_use.swap_remove(place);
                scratch.free.push(ring);
            }
        });
    }
}

fn new_scratch() -> Option<ThreadRing> {
    let (control, _) = crossbeam_channel::bounded(1);
    // Nobody else reads the ring: it is emptied after each event, so nothing unread is overwritten.
    let flow = Flow::new(
        control,
        Overflow::OverwriteOldest,
        Default::default(),
        Default::default(),
    );
    let ring = Ring::new(SCRATCH_WORDS).ok()?;
    Some(ThreadRing::new(
        ring,
        TickSource::precise(),
        u64::MAX,
        Arc::new(flow),
    ))
}

/// The event of one record in a ring.
fn to_log_event(words: &[u64]) -> Option<LogEvent> {
    let header = Header(u64::from_le(*words.first()?));
    let mut record = Vec::with_capacity(words.len() + 1);
    record.push(header.with_length(header.length() + 1).0.to_le());
    record.push(now_nanos().to_le());
    record.push((u64::from(current::thread_id()) << 32).to_le());
    record.extend_from_slice(words.get(LOG_PREFIX_WORDS - 1..)?);
    let metadata = callsite::metadata(header.site());
    let name = current::thread_name(current::thread_id());
    EventRef::parse(&record, metadata, name.as_deref()).map(|event| event.to_log_event())
}
