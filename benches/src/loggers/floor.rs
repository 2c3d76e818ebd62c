//! The floor: what no logger that knows the time and keeps its words can go below.
//!
//! It reads the clock and stores the words of the event (header, ticks, values) in a ring of the calling thread. Nobody
//! reads the ring while it is written, so the words need not be atomic; on x86-64 a relaxed atomic store is the same
//! instruction. `Floor<false>` stores the same words without having read the clock.

use std::cell::Cell;
use std::fmt::{self, Write};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

use super::Logger;
use crate::measure::clock;
use crate::output::Place;
use crate::workloads::Workload;

/// Words in each ring: 128 KiB, as much as ttlog gives a thread, so that both go as far from the caches.
pub(super) const WORDS: usize = 1 << 14;

/// The longest formatted message.
const MESSAGE_BYTES: usize = 64;

thread_local! {
    static RING: Ring = const { Ring { words: [const { Cell::new(0) }; WORDS], position: Cell::new(0) } };
}

/// The level that is on, as a number that can be compared.
static LEVEL: AtomicUsize = AtomicUsize::new(2);

/// Events found in the rings of the threads that have left.
static ARRIVED: AtomicU64 = AtomicU64::new(0);

struct Ring {
    words: [Cell<u64>; WORDS],
    position: Cell<usize>,
}

impl Ring {
    /// Stores an event: its header (call site and length), the ticks, and what `values` puts behind them.
    #[inline(always)]
    fn store<const CLOCK: bool>(&self, call_site: u64, values: impl FnOnce(&mut usize)) {
        let start = self.position.get();
        let mut position = start + 1;
        self.put(&mut position, if CLOCK { clock::ticks() } else { 0 });
        values(&mut position);
        self.words[start % WORDS].set(call_site << 32 | (position - start) as u64);
        self.position.set(position);
    }

    #[inline(always)]
    fn put(&self, position: &mut usize, word: u64) {
        self.words[*position % WORDS].set(word);
        *position += 1;
    }

    #[inline(always)]
    fn put_bytes(&self, position: &mut usize, bytes: &[u8]) {
        self.put(position, bytes.len() as u64);
        let mut chunks = bytes.chunks_exact(8);
        for chunk in &mut chunks {
            self.put(
                position,
                u64::from_le_bytes(chunk.try_into().expect("the chunks are of 8 bytes")),
            );
        }
        self.put(position, last_word(bytes));
    }
}

/// The bytes behind the last whole word, as a word: loaded at once where there are eight bytes to load.
#[inline(always)]
fn last_word(bytes: &[u8]) -> u64 {
    let rest = bytes.len() % 8;
    match bytes.last_chunk() {
        Some(last) if rest > 0 => u64::from_le_bytes(*last) >> (8 * (8 - rest)),
        Some(_) => 0,
        None => bytes
            .iter()
            .rev()
            .fold(0, |word, &byte| word << 8 | u64::from(byte)),
    }
}

/// The floor, with or without the clock.
pub(super) struct Floor<const CLOCK: bool>;

impl<const CLOCK: bool> Floor<CLOCK> {
    #[cold]
    #[inline(never)]
    fn out_of_line(&self, user_id: u64, duration_ms: u64) {
        self.integers(user_id, duration_ms);
    }
}

impl<const CLOCK: bool> Logger for Floor<CLOCK> {
    const NAME: &'static str = if CLOCK {
        "floor"
    } else {
        "floor-without-clock"
    };
    const SETUP: &'static str = if CLOCK {
        "reads the clock and stores the same words in a ring of the thread; nobody reads them"
    } else {
        "the floor, without having read the clock"
    };
    const PACKAGES: &'static [&'static str] = &[];
    const WORKLOADS: &'static [Workload] = &[
        Workload::Enabled,
        Workload::Text,
        Workload::Message,
        Workload::Disabled,
        Workload::TwoThreads,
        Workload::Allocations,
    ];
    const MAY_LOSE: bool = false;
    const MAY_ALLOCATE: bool = false;

    fn start(_place: &Place) -> Self {
        Self
    }

    #[inline(always)]
    fn integers(&self, user_id: u64, duration_ms: u64) {
        RING.with(|ring| {
            ring.store::<CLOCK>(1, |position| {
                ring.put(position, user_id);
                ring.put(position, duration_ms);
            });
        });
    }

    #[inline(always)]
    fn text(&self, action: &str, ratio: f64, user_id: u64) {
        RING.with(|ring| {
            ring.store::<CLOCK>(2, |position| {
                ring.put_bytes(position, action.as_bytes());
                ring.put(position, ratio.to_bits());
                ring.put(position, user_id);
            });
        });
    }

    #[inline(always)]
    fn message(&self, user: &str, action: &str) {
        RING.with(|ring| {
            ring.store::<CLOCK>(3, |position| {
                let mut message = Message {
                    bytes: [0; MESSAGE_BYTES],
                    length: 0,
                };
                write!(message, "user {user} did {action}").expect("the message is short enough");
                ring.put_bytes(position, &message.bytes[..message.length]);
            });
        });
    }

    #[inline(always)]
    fn disabled(&self, user_id: u64, duration_ms: u64) {
        if LEVEL.load(Relaxed) < 2 {
            self.out_of_line(user_id, duration_ms);
        }
    }

    /// Counts the events of this thread. All are as long as the last one, since each process logs only one kind.
    fn leave(&self) {
        RING.with(|ring| {
            let words = ring.position.take();
            let is_last = |length: &usize| {
                ring.words[words.wrapping_sub(*length) % WORDS].get() as u32 as usize == *length
            };
            let length = (2..=WORDS)
                .filter(|length| words % length == 0)
                .find(is_last);
            ARRIVED.fetch_add(length.map_or(0, |length| (words / length) as u64), Relaxed);
        });
    }

    fn flush(&self, _calls: u64) {}

    fn arrived(&self) -> u64 {
        ARRIVED.load(Relaxed)
    }
}

/// A formatted message on the stack.
struct Message {
    bytes: [u8; MESSAGE_BYTES],
    length: usize,
}

impl Write for Message {
    #[inline]
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = self
            .bytes
            .get_mut(self.length..self.length + text.len())
            .ok_or(fmt::Error)?;
        room.copy_from_slice(text.as_bytes());
        self.length += text.len();
        Ok(())
    }
}
