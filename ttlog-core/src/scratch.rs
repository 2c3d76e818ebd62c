//! [`ScratchRing`]: where an event is encoded before a custom [`Logger`](crate::Logger) is given it, or before what must not be recorded is
//! taken out of it. Nothing of an event stays there.

use std::cell::{Cell, RefCell};
use std::ptr;
use std::sync::{Arc, Mutex};

use crate::callsite;
use crate::clock::{TickSource, now_nanos};
use crate::current::{self, DEEPEST_NESTING};
use crate::decode::EventRef;
use crate::dispatch;
use crate::encode;
use crate::flow::Flow;
use crate::known_spans;
use crate::logger;
use crate::record::{Header, LOG_PREFIX_WORDS, flag};
use crate::ring::{Cursor, Ring};
use crate::sink::Overflow;
use crate::thread_names;
use crate::thread_ring::ThreadRing;

/// The rings in which events for a custom logger are encoded before it is given them.
#[derive(Debug, Default)]
pub(crate) struct ScratchRing {
    free: Vec<Arc<ThreadRing>>,
    in_use: Vec<(Arc<ThreadRing>, Purpose)>,
}

/// What becomes of the event in a scratch ring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The custom logger is given it.
    Custom,
    /// It is recorded without what must not be.
    Redact,
}

/// Words of a scratch ring: an event can have a quarter of them.
const SCRATCH_WORDS: usize = 1 << 14;

thread_local! {
    static SCRATCH: RefCell<ScratchRing> = RefCell::default();
    /// How many rings are in use of a thread whose `SCRATCH` is gone.
    static APART: Cell<usize> = const { Cell::new(0) };
}

/// Rings that threads have used whose `SCRATCH` was gone. Nobody waits for the lock: in a child of `fork` it may be held for ever.
static SPARE: Mutex<Vec<Arc<ThreadRing>>> = Mutex::new(Vec::new());

impl ScratchRing {
    /// A ring for one event, with room for `words` words at once; `None` where too many are in the making.
    pub(crate) fn take(purpose: Purpose, words: u64) -> Option<*const ThreadRing> {
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
                if !ring.has_room(words) && !ring.make_room(ring.ring.start() + words) {
                    return None;
                }
                let pointer = Arc::as_ptr(&ring);
                scratch.in_use.push((ring, purpose));
                Some(pointer)
            })
            .unwrap_or_else(|_| Self::take_apart(words))
    }

    /// A ring of its own for an event of a thread whose thread-local data are gone.
    fn take_apart(words: u64) -> Option<*const ThreadRing> {
        if APART.get() >= DEEPEST_NESTING {
            return None;
        }
        let spare = SPARE.try_lock().ok().and_then(|mut spare| spare.pop());
        let ring = match spare {
            Some(ring) => ring,
            None => Arc::new(new_scratch()?),
        };
        if !ring.has_room(words) && !ring.make_room(ring.ring.start() + words) {
            return None;
        }
        APART.set(APART.get() + 1);
        Some(Arc::into_raw(ring))
    }

    /// Brings what is in `ring` to where it goes, and takes the ring back.
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
        for position in ring.ring.tail()..ring.ring.published() {
            ring.ring.put(position, 0);
        }
        ring.ring.release(ring.ring.published());
        match Self::purpose_of(ring) {
            Some(Purpose::Custom) => give(&words),
            Some(Purpose::Redact) => {
                with_event(&words, encode::record_redacted)
                    .unwrap_or_else(dispatch::count_homeless);
            }
            None => {}
        }
        words.fill(0);
    }

    fn purpose_of(ring: &ThreadRing) -> Option<Purpose> {
        let purpose = |scratch: &RefCell<ScratchRing>| {
            let scratch = scratch.borrow();
            let used = scratch.in_use.iter();
            used.clone()
                .find(|(used, _)| ptr::eq(Arc::as_ptr(used), ring))
                .map(|(_, purpose)| *purpose)
        };
        SCRATCH.try_with(purpose).unwrap_or_else(|_| {
            // A custom logger's events are freed of what must not be recorded, too.
            let purpose = match dispatch::has_custom() {
                true => Purpose::Custom,
                false => Purpose::Redact,
            };
            Some(purpose)
        })
    }

    /// Takes back a ring in which there is nothing to deliver.
    pub(crate) fn take_back(ring: &ThreadRing) {
        let taken = SCRATCH.try_with(|scratch| {
            let mut scratch = scratch.borrow_mut();
            let place = scratch
                .in_use
                .iter()
                .position(|(used, _)| ptr::eq(Arc::as_ptr(used), ring));
            if let Some(place) = place {
                let (ring, _) = scratch.in_use.swap_remove(place);
                scratch.free.push(ring);
            }
        });
        if taken.is_err() && APART.get() > 0 {
            APART.set(APART.get() - 1);
            // SAFETY: `take_apart` leaked it: what is in use of `SCRATCH` is so within a call of the thread, and `SCRATCH` doesn't go meanwhile.
            // It is taken back once, by what delivers it.
            let ring = unsafe { Arc::from_raw(ptr::from_ref(ring)) };
            match SPARE.try_lock() {
                Ok(mut spare) => spare.push(ring),
                // Not freed: a caller still has it.
                Err(_) => std::mem::forget(ring),
            }
        }
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

/// Gives the custom logger the event of one record.
fn give(words: &[u64]) {
    let redaction = dispatch::global().and_then(|global| global.flow.redaction());
    let owned = |event: &EventRef<'_>| match redaction {
        Some(redaction) => redaction.clean(event),
        None => event.to_log_event(),
    };
    loop {
        if let Some(custom) = dispatch::custom() {
            if let Some(event) = with_event(words, |event| known_spans::with_spans(event, owned)) {
                logger::give(&*custom, event);
            }
            return;
        }
        // It was taken away while the event was encoded. What is recorded now stays recorded, if there is another one meanwhile.
        if let Some(pipeline) = current::once_at_a_time(dispatch::start).flatten() {
            current::with_pipeline(&pipeline, || {
                with_event(words, |event| match event.flags() & flag::DYNAMIC {
                    0 => encode::record_redacted(event),
                    _ => logger::encode(&owned(event)),
                })
            });
            return;
        }
        if !dispatch::has_custom() {
            dispatch::count_homeless();
            return;
        }
    }
}

/// Reads the event of one record in a ring.
fn with_event<R>(words: &[u64], read: impl FnOnce(&EventRef<'_>) -> R) -> Option<R> {
    let header = Header(u64::from_le(*words.first()?));
    let mut record = Vec::with_capacity(words.len() + 1);
    record.push(header.with_length(header.length() + 1).0.to_le());
    record.push(now_nanos().to_le());
    record.push((u64::from(current::thread_id()) << 32).to_le());
    record.extend_from_slice(words.get(LOG_PREFIX_WORDS - 1..)?);
    let metadata = callsite::metadata(header.site());
    let name = thread_names::get(current::thread_id());
    let event = EventRef::parse(&record, metadata, name.as_deref()).map(|event| read(&event));
    record.fill(0);
    event
}
