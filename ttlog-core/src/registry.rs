//! [`Registry`]: the rings of a pipeline, handed to threads and handed on when those end.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::black_box::BlackBox;
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
    /// Where rings are, as long as that has room.
    black_box: OnceLock<Arc<BlackBox>>,
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
            black_box: OnceLock::new(),
        }
    }

    /// Puts the rings that threads claim from now on into a black box. Threads that have one claim another for their next event.
    pub(crate) fn move_to(&self, black_box: Arc<BlackBox>) {
        let rings = lock(&self.rings);
        if self.black_box.set(black_box).is_ok() {
            rings.iter().for_each(|ring| ring.retire());
        }
    }

    /// The black box that rings are in.
    pub(crate) fn black_box(&self) -> Option<&Arc<BlackBox>> {
        self.black_box.get()
    }

    /// A ring for a thread; `None` where there is no memory for one.
    pub(crate) fn claim(&self, role: Use, thread_id: u32) -> Option<Arc<ThreadRing>> {
        // Bounded: a ring is emptied within milliseconds, or its pipeline is stuck.
        for _ in 0..20 {
            let mut rings = lock(&self.rings);
            if let Some(ring) = rings.iter().find(|ring| ring.try_claim(role, thread_id)) {
                self.name_thread(thread_id);
                return Some(ring.clone());
            }
            if rings.iter().filter(|ring| ring.is_released()).count() < MOST_UNREAD {
                let ring = self.new_ring()?;
                ring.try_claim(role, thread_id);
                self.name_thread(thread_id);
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

    fn name_thread(&self, id: u32) {
        if let Some(black_box) = self.black_box.get()
            && let Some(name) = crate::thread_names::get(id)
        {
            black_box.name_thread(id, &name);
        }
    }

    fn new_memory(&self) -> Option<Ring> {
        if let Some(ring) = self
            .black_box
            .get()
            .and_then(|black_box| black_box.new_ring())
        {
            return Some(ring);
        }
        Ring::new(self.ring_words).ok()
    }

    /// Takes the lock for the time of a `fork`.
    pub(crate) fn hold(
        &self,
        until: std::time::Instant,
    ) -> Option<std::sync::MutexGuard<'_, Vec<Arc<ThreadRing>>>> {
        crate::fork::hold(&self.rings, until)
    }

    fn new_ring(&self) -> Option<Arc<ThreadRing>> {
        let ring = self.new_memory()?;
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

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::ring::Cursor;
    use crate::sink::Overflow;

    fn registry() -> Registry {
        let (control, _) = crossbeam_channel::bounded(1);
        let flow = Flow::new(
            control,
            Overflow::Block,
            Duration::from_secs(60),
            Default::default(),
        );
        Registry::new(1024, 256, TickSource::precise(), Arc::new(flow))
    }

    /// Publishes a record of one word.
    fn write(ring: &ThreadRing, word: u64) {
        let start = ring.ring.start();
        assert!(ring.make_room(start + 1));
        ring.ring.put(start, word);
        ring.ring.publish(start + 1, 1);
    }

    /// Reads everything, as the snapshot thread does, and frees the ring if it may.
    fn empty(ring: &ThreadRing, cursor: &mut Cursor) -> Vec<u64> {
        let mut words = Vec::new();
        ring.ring.read(cursor, ring.ring.size(), &mut words);
        cursor.position += words.len() as u64;
        cursor.count = cursor.position;
        ring.ring.release(cursor.position);
        ring.free_if_empty();
        words.into_iter().map(u64::from_le).collect()
    }

    #[test]
    fn a_ring_is_handed_on_when_it_was_read_and_not_before() {
        let registry = registry();
        let first = registry.claim(Use::Home, 1).unwrap();
        write(&first, 7);
        first.release();
        let second = registry.claim(Use::Home, 2).unwrap();
        assert!(!Arc::ptr_eq(&first, &second));
        assert_eq!(empty(&first, &mut Cursor::default()), [7]);
        let third = registry.claim(Use::Nested, 3).unwrap();
        assert!(Arc::ptr_eq(&first, &third) && !third.is_home());
        assert_eq!((third.thread_id(), registry.rings().len()), (3, 2));
    }

    #[test]
    fn events_of_threads_that_come_and_go_are_all_read_as_those_of_their_thread() {
        // No more than may wait to be read, so that none has to wait for a ring.
        const THREADS: u32 = if cfg!(miri) { 6 } else { MOST_UNREAD as u32 };
        let registry = registry();
        let mut read = Vec::new();
        let mut cursors: Vec<Cursor> = Vec::new();
        std::thread::scope(|scope| {
            for id in 1..=THREADS {
                let registry = &registry;
                scope.spawn(move || {
                    let ring = registry.claim(Use::Home, id).unwrap();
                    for _ in 0..3 {
                        write(&ring, u64::from(id));
                    }
                    ring.release();
                });
            }
            while read.len() < 3 * THREADS as usize {
                let rings = registry.rings();
                cursors.resize(rings.len(), Cursor::default());
                for (ring, cursor) in rings.iter().zip(&mut cursors) {
                    // As long as the ring isn't empty, it is not handed on.
                    let unread = ring.ring.published() != cursor.position;
                    let owner = ring.thread_id();
                    let words = empty(ring, cursor);
                    assert!(!unread || words.iter().all(|word| *word == u64::from(owner)));
                    read.extend(words);
                }
                std::thread::yield_now();
            }
        });
        read.sort_unstable();
        let expected: Vec<u64> = (1..=u64::from(THREADS)).flat_map(|id| [id; 3]).collect();
        assert_eq!(read, expected);
    }
}
