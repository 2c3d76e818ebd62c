//! [`Registry`]: the rings of a pipeline, handed to threads and handed on when those end.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::clock::TickSource;
use crate::flow::Flow;
use crate::ring::Ring;
use crate::sync::lock;
use crate::thread_ring::{ThreadRing, Use};

/// With so many rings that wait to be emptied, a new thread waits for one rather than being given another.
const MOST_UNREAD: usize = 64;

/// The rings of a pipeline.
#[derive(Debug)]
pub(crate) struct Registry {
    rings: Mutex<Vec<Arc<ThreadRing>>>,
    /// Grows with each new ring.
    version: AtomicU64,
    ring_words: usize,
    longest_record: u64,
    ticks: TickSource,
    flow: Arc<Flow>,
}

impl Registry {
    /// Rings will have `ring_words` words, a power of two.
    pub(crate) fn new(
        ring_words: usize,
        longest_record: u64,
        ticks: TickSource,
        flow: Arc<Flow>,
    ) -> Self {
        Registry {
            rings: Mutex::default(),
            version: AtomicU64::new(0),
            ring_words,
            longest_record,
            ticks,
            flow,
        }
    }

    /// A ring for a thread; `None` where there is no memory for one.
    pub(crate) fn claim(&self, role: Use, thread_id: u32) -> Option<Arc<ThreadRing>> {
        // Bounded: a ring is emptied within milliseconds, or its pipeline is stuck.
        for _ in 0..20 {
            let mut rings = lock(&self.rings);
            if let Some(ring) = rings.iter().find(|ring| ring.try_claim(role, thread_id)) {
                return Some(ring.clone());
            }
            if rings.iter().filter(|ring| ring.is_released()).count() < MOST_UNREAD {
                let ring = self.new_ring()?;
                ring.try_claim(role, thread_id);
                rings.push(ring.clone());
                self.version.fetch_add(1, Ordering::Release);
                return Some(ring);
            }
            drop(rings);
            self.flow.wake();
            std::thread::sleep(Duration::from_millis(1));
        }
        None
    }

    fn new_ring(&self) -> Option<Arc<ThreadRing>> {
        let ring = Ring::new(self.ring_words).ok()?;
        ring.touch();
        Some(Arc::new(ThreadRing::new(
            ring,
            self.ticks,
            self.longest_record,
            self.flow.clone(),
        )))
    }

    /// Grows with each new ring; pairs with the store in [`Registry::claim`].
    pub(crate) fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    /// All rings, in the order of their making.
    pub(crate) fn rings(&self) -> Vec<Arc<ThreadRing>> {
        lock(&self.rings).clone()
    }
}
