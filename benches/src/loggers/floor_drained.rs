//! The floor of a logger whose events another thread takes: the same words, published, and read.
//!
//! The plain floor keeps its ring to itself. As soon as another core reads the words, their cache lines are shared, and
//! the next round of the ring has to fetch each of them back: no logger with a background thread can avoid that, so the
//! difference between the two floors is its price. The head is stored with `Release`, which pairs with the reader's
//! `Acquire` load; the words themselves are relaxed.

use std::cell::Cell;
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::Logger;
use super::floor::WORDS;
use crate::measure::clock;
use crate::output::Place;
use crate::workloads::Workload;

/// Words of an event: header, ticks, two values.
const EVENT_WORDS: u64 = 4;

/// How long the reader sleeps when it has read everything.
const NAP: Duration = Duration::from_micros(100);

static RINGS: Mutex<Vec<&'static Ring>> = Mutex::new(Vec::new());

thread_local! {
    static RING: Cell<Option<&'static Ring>> = const { Cell::new(None) };
}

/// The reader's tail is kept away from what the writer stores.
#[repr(align(128))]
struct Apart<T>(T);

struct Ring {
    words: Vec<AtomicU64>,
    head: Apart<AtomicU64>,
    tail: Apart<AtomicU64>,
}

impl Ring {
    /// Makes the ring of this thread. It is never freed: the process lives as long as the measurement.
    #[cold]
    fn register() -> &'static Ring {
        let ring: &'static Ring = Box::leak(Box::new(Ring {
            words: (0..WORDS).map(|_| AtomicU64::new(0)).collect(),
            head: Apart(AtomicU64::new(0)),
            tail: Apart(AtomicU64::new(0)),
        }));
        RING.set(Some(ring));
        RINGS
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(ring);
        ring
    }

    fn drain(&self) {
        let head = self.head.0.load(Ordering::Acquire);
        let tail = self.tail.0.load(Ordering::Relaxed);
        for position in tail..head {
            black_box(self.words[position as usize % WORDS].load(Ordering::Relaxed));
        }
        self.tail.0.store(head, Ordering::Relaxed);
    }
}

fn sum(of: impl Fn(&Ring) -> u64) -> u64 {
    let rings = RINGS.lock().unwrap_or_else(PoisonError::into_inner);
    rings.iter().map(|ring| of(ring)).sum()
}

pub(super) struct FloorDrained;

impl Logger for FloorDrained {
    const NAME: &'static str = "floor-drained";
    const SETUP: &'static str = "the floor, with another thread that reads the words every 100 µs";
    const PACKAGES: &'static [&'static str] = &[];
    const WORKLOADS: &'static [Workload] = &[Workload::Enabled, Workload::TwoThreads];
    const MAY_LOSE: bool = false;
    const MAY_ALLOCATE: bool = false;

    fn start(_place: &Place) -> Self {
        thread::spawn(|| {
            loop {
                let rings = RINGS.lock().unwrap_or_else(PoisonError::into_inner).clone();
                rings.iter().for_each(|ring| ring.drain());
                thread::sleep(NAP);
            }
        });
        Self
    }

    #[inline(always)]
    fn integers(&self, user_id: u64, duration_ms: u64) {
        let ring = RING.get().unwrap_or_else(Ring::register);
        let head = ring.head.0.load(Ordering::Relaxed);
        for (position, word) in
            (head..).zip([1 << 32 | EVENT_WORDS, clock::ticks(), user_id, duration_ms])
        {
            ring.words[position as usize % WORDS].store(word, Ordering::Relaxed);
        }
        ring.head.0.store(head + EVENT_WORDS, Ordering::Release);
    }

    fn text(&self, _action: &str, _ratio: f64, _user_id: u64) {}

    fn message(&self, _user: &str, _action: &str) {}

    fn disabled(&self, _user_id: u64, _duration_ms: u64) {}

    fn arrived(&self) -> u64 {
        sum(|ring| ring.tail.0.load(Ordering::Relaxed)) / EVENT_WORDS
    }
}
