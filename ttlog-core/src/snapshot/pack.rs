//! The packed form of an events block: each word as its difference from where it was expected, in as many bytes as that takes.
//!
//! Events of one call site differ little from each other, times and numbers only rise, and most integers are small: an event
//! of two integers takes 7 to 11 bytes in place of 40. `docs/format.md` specifies the form; [`Unpacker`](super::unpack::Unpacker) is the other side.
//!
//! Nothing in it depends on what the words mean beyond a record's first three: a word that is nowhere near the expected one stands
//! as it is, so texts stay texts, for the LZ4 that may come after. Both sides keep the same [`Expected`]; its tables are of a
//! fixed size and slots may be shared, which costs a worse guess and nothing else.

use super::records::record_length;
use crate::record::{LOG_PREFIX_WORDS, MAX_SITE, SITE_BITS};

const SITE_SLOTS: usize = 4096;
const THREAD_SLOTS: usize = 256;
/// From this nibble on, a word stands as it is.
pub(super) const AS_IT_IS: usize = 8;
/// The most bytes that a word of a record comes to: the first and the third make two items each.
const MOST_BYTES_A_WORD: usize = 16;

/// What the next record is expected to be like; made anew for each block.
#[derive(Debug)]
pub(super) struct Expected {
    /// Those of the last record.
    pub(super) site: u64,
    pub(super) time: u64,
    pub(super) thread: u64,
    /// By the low bits of the thread's number: the number of its last event.
    numbers: [u32; THREAD_SLOTS],
    /// By the low bits of a call site's id: behind which word of the block its last record begins; 0 for none.
    records: Box<[u32]>,
}

impl Expected {
    pub(super) fn new() -> Expected {
        Expected {
            site: 0,
            time: 0,
            thread: 0,
            numbers: [0; THREAD_SLOTS],
            records: vec![0; SITE_SLOTS].into(),
        }
    }

    pub(super) fn reset(&mut self) {
        (self.site, self.time, self.thread) = (0, 0, 0);
        self.numbers.fill(0);
        self.records.fill(0);
    }

    /// The last record in the slot of a call site, among the words so far; empty for none. The one at `position` takes its place.
    #[inline]
    pub(super) fn replace_record<'a>(
        &mut self,
        site: u64,
        words: &'a [u64],
        position: usize,
    ) -> &'a [u64] {
        let slot = &mut self.records[site as usize % SITE_SLOTS];
        let place = std::mem::replace(slot, position as u32 + 1) as usize;
        let words = place
            .checked_sub(1)
            .map_or(&[][..], |place| &words[place..]);
        &words[..record_length(words).unwrap_or(0)]
    }

    /// The number of the last event in the slot of a thread.
    #[inline]
    pub(super) fn number(&mut self, thread: u64) -> &mut u32 {
        &mut self.numbers[thread as usize % THREAD_SLOTS]
    }
}

/// What a record's header says beside its site.
#[inline]
pub(super) fn rest_of_header(record: &[u64]) -> u64 {
    record
        .first()
        .map_or(0, |header| u64::from_le(*header) >> SITE_BITS)
}

/// Packs blocks; keeps its buffers from one to the next.
#[derive(Debug)]
pub(crate) struct Packer {
    expected: Expected,
    items: Items,
    packed: Vec<u8>,
}

/// Items on their way: a nibble for each, and the bytes that it announces.
#[derive(Debug, Default)]
struct Items {
    nibbles: Vec<u8>,
    count: usize,
    bytes: Vec<u8>,
    length: usize,
}

impl Items {
    #[inline(always)]
    fn put(&mut self, word: u64, expected: u64) {
        let difference = word.wrapping_sub(expected) as i64;
        let folded = (difference << 1 ^ difference >> 63) as u64;
        let (far, whole) = (significant_bytes(folded), significant_bytes(word).max(1));
        // A byte or two of a difference is as good as any; beyond that, the word as it is compresses better further on.
        let (nibble, bytes, length) = if far < AS_IT_IS && (far <= whole.min(2) || far + 1 < whole)
        {
            (far, folded, far)
        } else {
            (AS_IT_IS - 1 + whole, word, whole)
        };
        self.nibbles[self.count] = nibble as u8;
        self.count += 1;
        self.bytes[self.length..self.length + 8].copy_from_slice(&bytes.to_le_bytes());
        self.length += length;
    }
}

impl Packer {
    pub(crate) fn new() -> Packer {
        Packer {
            expected: Expected::new(),
            items: Items::default(),
            packed: Vec::new(),
        }
    }

    /// The packed form of whole records.
    pub(crate) fn pack(&mut self, words: &[u64]) -> &[u8] {
        let Packer {
            expected,
            items,
            packed,
        } = self;
        expected.reset();
        (items.count, items.length) = (0, 0);
        if items.nibbles.len() < 2 * words.len() {
            items.nibbles.resize(2 * words.len(), 0);
            items.bytes.resize(MOST_BYTES_A_WORD * words.len() + 8, 0);
        }
        let mut position = 0;
        while let Some(length) = record_length(&words[position..]) {
            pack_record(words, position, length, expected, items);
            position += length;
        }
        let (pairs, last) = items.nibbles[..items.count].as_chunks::<2>();
        packed.clear();
        packed.extend((items.count.div_ceil(2) as u32).to_le_bytes());
        packed.extend(pairs.iter().map(|[low, high]| low | high << 4));
        packed.extend(last);
        packed.extend(&items.bytes[..items.length]);
        packed
    }
}

#[inline]
fn pack_record(
    words: &[u64],
    position: usize,
    length: usize,
    expected: &mut Expected,
    items: &mut Items,
) {
    let record = &words[position..position + length];
    let [header, time, origin] = [0, 1, 2].map(|place| u64::from_le(record[place]));
    let (site, rest) = (header & u64::from(MAX_SITE), header >> SITE_BITS);
    let (thread, number) = (origin >> 32, origin as u32);
    let like = expected.replace_record(site, words, position);
    items.put(site, expected.site);
    items.put(rest, rest_of_header(like));
    items.put(time, expected.time);
    items.put(thread, expected.thread);
    let last = std::mem::replace(expected.number(thread), number);
    items.put(u64::from(number), u64::from(last));
    (expected.site, expected.time, expected.thread) = (site, time, thread);
    let values = &record[LOG_PREFIX_WORDS..];
    let like = like.get(LOG_PREFIX_WORDS..).unwrap_or_default();
    let (alike, more) = values.split_at(values.len().min(like.len()));
    for (word, like) in alike.iter().zip(like) {
        items.put(u64::from_le(*word), u64::from_le(*like));
    }
    for word in more {
        items.put(u64::from_le(*word), 0);
    }
}

#[inline]
fn significant_bytes(word: u64) -> usize {
    8 - word.leading_zeros() as usize / 8
}
