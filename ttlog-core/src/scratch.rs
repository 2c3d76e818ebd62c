//! [`ScratchRing`]: where an event is encoded before a custom [`Logger`](crate::Logger) is given it.

use std::cell::RefCell;
use std::sync::Arc;

use crate::callsite;
use crate::clock::{TickSource, now_nanos};
use crate::current::{self, DEEPEST_NESTING};
use crate::decode::EventRef;
use crate::dispatch;
use crate::event::LogEvent;
use crate::flow::Flow;
use crate::logger;
use crate::record::{Header, LOG_PREFIX_WORDS};
use crate::ring::{Cursor, Ring};
use crate::sink::Overflow;
use crate::thread_names;
use crate::thread_ring::ThreadRing;

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
            && let Some(custom) = dispatch::custom()
        {
            logger::give(&*custom, event);
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
    let name = thread_names::get(current::thread_id());
    EventRef::parse(&record, metadata, name.as_deref()).map(|event| event.to_log_event())
}
