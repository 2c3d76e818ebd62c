//! [`BlackBox`]: what a process writes into its image.
//!
//! The header's words and those of the segments are atomics. What is new is complete before the word that publishes it is stored with
//! `Release`: a segment before `USED`, an entry of a call site before the number of bytes in front of the entries, a
//! calibration before `CALIBRATIONS`. The partners are the loads and the fence of `source`.

use std::io;
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::RingSizes;
#[cfg(feature = "signals")]
use super::ending::Crash;
use super::layout::{self, SegmentHeader, header, kind, state};
use super::mapping::{Mapping, page_bytes};
#[cfg(feature = "signals")]
use super::source::MemorySource;
use crate::clock::Calibration;
use crate::metadata::Metadata;
use crate::recorder::RecorderRings;
use crate::report::report;
use crate::ring::Ring;
use crate::ring_memory::RingMemory;
use crate::snapshot::{Facts, PayloadWriter, crc32c, cut, encode_site};
use crate::sync::lock;

/// Segments of call sites have so many bytes, unless one entry needs more.
const SITES_BYTES: u64 = 64 << 10;
/// Addresses for call sites.
const MAX_SITES_BYTES: u64 = 256 << 20;
/// Addresses for threads' rings.
const MAX_RINGS_BYTES: u64 = 64 << 30;
/// How many threads can be named: each has the slot of its id, modulo this.
const THREAD_SLOTS: u64 = 1024;

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct BlackBox {
    mapping: Arc<Mapping>,
    page: u64,
    ring_words: usize,
    growth: Mutex<Growth>,
    /// Where the slots of threads' names begin.
    threads: u64,
    /// It was told that the image can't grow.
    told: AtomicBool,
}

#[derive(Debug, Default)]
struct Growth {
    /// The segments end here.
    used: u64,
    rings: usize,
    /// The segment of call sites that has room.
    sites: u64,
    sites_end: u64,
}

impl BlackBox {
    /// An image in memory or in an empty file, with the rings of its recorder.
    pub(crate) fn create(
        file: Option<std::fs::File>,
        facts: &Facts,
        sizes: RingSizes,
    ) -> io::Result<(Arc<BlackBox>, RecorderRings)> {
        let page = page_bytes() as u64;
        let round = |bytes: u64| bytes.next_multiple_of(page);
        let ring_bytes = round(layout::RING_WORDS + 8 * sizes.ring_words as u64);
        let recorder_bytes = round(layout::RING_WORDS + 8 * sizes.recorder_words as u64);
        let spans_bytes = round(layout::RING_WORDS + 8 * sizes.span_words as u64);
        let rings_bytes = ring_bytes * layout::MAX_RINGS as u64;
        let reserved = MAX_SITES_BYTES
            + recorder_bytes
            + spans_bytes
            + rings_bytes.min(MAX_RINGS_BYTES).max(64 * ring_bytes);
        let mapping = Arc::new(Mapping::reserve(file, reserved as usize)?);
        let mut growth = Growth {
            used: page,
            ..Growth::default()
        };
        mapping.commit(0, page as usize)?;
        let mut black_box = BlackBox {
            mapping,
            page,
            ring_words: sizes.ring_words,
            growth: Mutex::default(),
            threads: 0,
            told: AtomicBool::new(false),
        };
        black_box.add_facts(&mut growth, facts)?;
        let slots_bytes = THREAD_SLOTS * 8 * layout::THREAD_SLOT_WORDS as u64;
        let slots = black_box.add_segment(&mut growth, kind::THREADS, slots_bytes, THREAD_SLOTS)?;
        black_box.threads = slots + layout::SEGMENT_BODY;
        let rings = RecorderRings {
            log: black_box.add_ring(&mut growth, kind::RECORDER, sizes.recorder_words)?,
            spans: black_box.add_ring(&mut growth, kind::SPANS, sizes.span_words)?,
        };
        *lock(&black_box.growth) = growth;
        black_box.store(header::STATE, state::RUNNING);
        // The magic last of all: an image that has it is whole.
        for (place, word) in layout::image_header(page).into_iter().enumerate().rev() {
            black_box.store(8 * place as u64, word);
        }
        Ok((Arc::new(black_box), rings))
    }

    // ---- Segments ----

    /// Appends a segment with room for `bytes` behind its header; gives its offset.
    fn add_segment(
        &self,
        growth: &mut Growth,
        kind: u32,
        bytes: u64,
        parameter: u64,
    ) -> io::Result<u64> {
        let start = growth.used;
        let length = (layout::SEGMENT_CONTENTS + bytes).next_multiple_of(self.page);
        self.mapping.commit(start as usize, length as usize)?;
        let header = SegmentHeader {
            kind,
            length,
            parameter,
        };
        for (place, word) in header.to_words().into_iter().enumerate() {
            self.store(start + 8 * place as u64, word);
        }
        growth.used = start + length;
        self.word(header::USED)
            .store(growth.used, Ordering::Release);
        Ok(start)
    }

    fn add_facts(&self, growth: &mut Growth, facts: &Facts) -> io::Result<()> {
        let payload = facts.encode();
        let length = payload.len() as u64;
        let start = self.add_segment(growth, kind::FACTS, length, length)?;
        self.store(start + layout::SEGMENT_BODY, u64::from(crc32c(&payload)));
        self.store_bytes(start + layout::SEGMENT_CONTENTS, &payload);
        Ok(())
    }

    fn add_ring(&self, growth: &mut Growth, kind: u32, words: usize) -> io::Result<Ring> {
        let bytes = layout::RING_WORDS + 8 * words as u64;
        let start = self.add_segment(growth, kind, bytes, words as u64)?;
        let state = self.address(start + layout::SEGMENT_BODY).cast();
        let first = self.address(start + layout::RING_WORDS).cast();
        // SAFETY: the segment has room for state and words, was all zeros, and is accessed by atomics alone while
        // the mapping is there.
        let memory = unsafe { RingMemory::mapped(self.mapping.clone(), state, first, words) };
        Ok(Ring::within(memory))
    }

    /// A ring for a thread; `None` where the image can't grow, which is told once.
    pub(crate) fn new_ring(&self) -> Option<Ring> {
        let mut growth = lock(&self.growth);
        let ring = if growth.rings < layout::MAX_RINGS {
            self.add_ring(&mut growth, kind::THREAD_RING, self.ring_words)
        } else {
            Err(io::Error::other("it has as many rings as it can"))
        };
        match ring {
            Ok(ring) => {
                growth.rings += 1;
                let number = growth.rings as u64;
                ring.label().number.store(number, Ordering::Relaxed);
                Some(ring)
            }
            Err(error) => {
                self.tell(&format!(
                    "a thread's last events would not survive a crash: its black box can't grow: {error}"
                ));
                None
            }
        }
    }

    fn tell(&self, text: &str) {
        if !self.told.swap(true, Ordering::Relaxed) {
            report(text);
        }
    }

    // ---- What the records name ----

    /// Enters a call site. To be called before the first record that names it is published.
    pub(crate) fn add_site(&self, id: u32, metadata: &Metadata) {
        let mut entry = PayloadWriter::default();
        encode_site(&mut entry, id, metadata);
        entry.pad();
        let length = entry.bytes.len() as u64;
        if length > layout::MAX_SITE_BYTES {
            return self.tell(
                "events of a call site with more than 256 KiB of texts would not survive a crash",
            );
        }
        entry.bytes[..4].copy_from_slice(&(length as u32 - 4).to_le_bytes());
        let mut growth = lock(&self.growth);
        let place = match self.room_for_site(&mut growth, length) {
            Ok(place) => place,
            Err(error) => {
                self.tell(&format!(
                    "events of {}:{} would not survive a crash: its black box can't grow: {error}",
                    metadata.file, metadata.line
                ));
                return;
            }
        };
        self.store_bytes(place, &entry.bytes);
        let published = place + length - growth.sites - layout::SEGMENT_CONTENTS;
        self.word(growth.sites + layout::SEGMENT_BODY)
            .store(published, Ordering::Release);
    }

    /// Where an entry of so many bytes goes.
    fn room_for_site(&self, growth: &mut Growth, bytes: u64) -> io::Result<u64> {
        if growth.sites != 0 {
            let published = self.load(growth.sites + layout::SEGMENT_BODY);
            let place = growth.sites + layout::SEGMENT_CONTENTS + published;
            if place + bytes <= growth.sites_end {
                return Ok(place);
            }
        }
        let capacity = bytes.max(SITES_BYTES - layout::SEGMENT_CONTENTS);
        growth.sites = self.add_segment(growth, kind::SITES, capacity, 0)?;
        growth.sites_end = growth.used;
        Ok(growth.sites + layout::SEGMENT_CONTENTS)
    }

    /// Where the name of a thread stands.
    fn thread_slot(&self, id: u32) -> u64 {
        self.threads + u64::from(id) % THREAD_SLOTS * 8 * layout::THREAD_SLOT_WORDS as u64
    }

    /// Enters the name of a thread.
    pub(crate) fn name_thread(&self, id: u32, name: &str) {
        let name = cut(name, layout::THREAD_NAME_BYTES);
        let place = self.thread_slot(id);
        self.store(place, 0);
        self.store_bytes(place + 8, name.as_bytes());
        let id_and_length = u64::from(id) | (name.len() as u64) << 32;
        self.word(place).store(id_and_length, Ordering::Release);
    }

    // ---- What the snapshot thread tells ----

    /// How ticks become wall time from now on. For the snapshot thread.
    pub(crate) fn set_calibration(&self, calibration: &Calibration) {
        let number = self.load(header::CALIBRATIONS) + 1;
        let slot = header::CALIBRATION_SLOTS + number % 2 * 8 * header::CALIBRATION_WORDS as u64;
        let line = calibration.line();
        let words: [u64; header::CALIBRATION_WORDS] = [line.ticks, line.wall_ns, line.tick_length];
        for (place, word) in words.into_iter().enumerate() {
            self.store(slot + 8 * place as u64, word);
        }
        self.word(header::CALIBRATIONS)
            .store(number, Ordering::Release);
    }

    /// What was lost on the way to the recorder so far. For the snapshot thread.
    pub(crate) fn set_losses(&self, overwritten: u64, homeless: u64) {
        self.store(header::OVERWRITTEN, overwritten);
        self.store(header::HOMELESS, homeless);
    }

    // ---- The process ----

    /// The process panicked.
    pub(crate) fn set_panicked(&self, wall_ns: u64) {
        self.store(header::PANICKED_NS, wall_ns);
    }

    /// The process ends in good order; nothing of it needs to be saved if all sinks were given everything.
    pub(crate) fn set_ended(&self, flushed: bool) {
        let state = if flushed {
            state::ENDED
        } else {
            state::ENDED_UNFLUSHED
        };
        self.store(header::STATE, state);
        // Of a signal that somebody has taken care of.
        self.store(header::CRASH, 0);
    }

    /// A fatal signal has come. Does only what a signal handler may.
    #[cfg(feature = "signals")]
    pub(crate) fn set_crash(&self, crash: &Crash) {
        let [complete, rest @ ..] = crash.to_words();
        for (place, word) in (1..).zip(rest) {
            self.store(header::CRASH + 8 * place, word);
        }
        self.word(header::CRASH).store(complete, Ordering::Release);
    }

    /// The name of a thread, padded with zeros; `None` where none was entered. Does only what a signal handler may.
    #[cfg(feature = "signals")]
    pub(crate) fn thread_name(&self, id: u32) -> Option<[u8; layout::THREAD_NAME_BYTES]> {
        let place = self.thread_slot(id);
        // Pairs with the store in `name_thread`.
        let id_and_length = self.word(place).load(Ordering::Acquire);
        if id == 0 || id_and_length as u32 != id {
            return None;
        }
        let mut name = [0; layout::THREAD_NAME_BYTES];
        for (place, chunk) in (place + 8..).step_by(8).zip(name.chunks_exact_mut(8)) {
            chunk.copy_from_slice(&self.load(place).to_ne_bytes());
        }
        let length = (id_and_length >> 32) as usize;
        name.get_mut(length..)?.fill(0);
        Some(name)
    }

    /// Lets go of the file: nothing that is stored reaches it any more. In a child of `fork` it is the parent's alone then; at the end
    /// of a pipeline it can be another's.
    pub(crate) fn abandon(&self) {
        self.mapping.abandon(self.load(header::USED) as usize);
    }

    /// A copy of the image.
    #[cfg(test)]
    pub(crate) fn copy(&self) -> Vec<u64> {
        let used = lock(&self.growth).used;
        (0..used)
            .step_by(8)
            .map(|offset| self.load(offset))
            .collect()
    }

    // ---- Memory ----

    /// The image, to be read like one that is not trusted.
    #[cfg(feature = "signals")]
    pub(crate) fn memory(&self) -> MemorySource {
        MemorySource::new(self.mapping.clone())
    }

    fn address(&self, offset: u64) -> NonNull<u8> {
        // SAFETY: offsets are within what was reserved: `commit` has checked that.
        unsafe { self.mapping.base().add(offset as usize) }
    }

    fn word(&self, offset: u64) -> &AtomicU64 {
        // SAFETY: the offset is a multiple of 8 within committed memory, which is there as long as the mapping, and only
        // atomics access it.
        unsafe { self.address(offset).cast().as_ref() }
    }

    fn load(&self, offset: u64) -> u64 {
        self.word(offset).load(Ordering::Relaxed)
    }

    fn store(&self, offset: u64, word: u64) {
        self.word(offset).store(word, Ordering::Relaxed);
    }

    /// Stores bytes and pads them with zeros to a whole word.
    fn store_bytes(&self, offset: u64, bytes: &[u8]) {
        for (place, chunk) in (offset..).step_by(8).zip(bytes.chunks(8)) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.store(place, u64::from_ne_bytes(word));
        }
    }
}
