//! An image whose bytes are not what they should be gives events or an error.

use std::sync::Arc;

use super::ending::{Crash, Ending};
use super::image::Image;
use super::layout::{self, header, ring_state};
use super::salvage::{Salvage, Salvaged};
use super::{BlackBox, RingSizes};
use crate::clock::Calibration;
use crate::level::LogLevel;
use crate::metadata::{FieldDef, Metadata};
use crate::record::{Header, TAGS_SHIFT, Tag};
use crate::recorder::Recorder;
use crate::ring::Ring;
use crate::snapshot::{Facts, Packing, fact};
use crate::{LogEvent, SnapshotReader};

const SIZES: RingSizes = RingSizes {
    recorder_words: 128,
    span_words: 64,
    ring_words: 128,
};
static FIELDS: [FieldDef; 1] = [FieldDef::new("number")];
static METADATA: Metadata = Metadata::new(
    LogLevel::Info,
    "target",
    "module",
    "file.rs",
    7,
    "counted",
    &FIELDS,
);

/// An image in memory, its recorder, and what to write into them.
struct Sample {
    black_box: Arc<BlackBox>,
    recorder: Recorder,
    calibration: Calibration,
}

impl Sample {
    fn new() -> Sample {
        let mut facts = Facts::default();
        facts.set_text(fact::SERVICE, "sample");
        facts.set_number(fact::PID, 4711);
        let (black_box, rings) = BlackBox::create(None, &facts, SIZES).unwrap();
        let calibration = Calibration::new();
        black_box.set_calibration(&calibration);
        black_box.add_site(1, &METADATA);
        Sample {
            black_box,
            recorder: Recorder::new(rings, Vec::new()),
            calibration,
        }
    }

    fn ring(&self, thread: u32, name: &str) -> Ring {
        let ring = self.black_box.new_ring().unwrap();
        ring.label()
            .thread_id
            .store(u64::from(thread), std::sync::atomic::Ordering::Relaxed);
        self.black_box.name_thread(thread, name);
        ring
    }

    /// Logs a number at a time, the first one at tick 0.
    fn log(&self, ring: &Ring, ticks: u64, number: u64) {
        for (place, word) in (ring.start()..).zip(self.record(ticks, number)) {
            while ring.reserved() <= place {
                ring.reserve_chunk();
            }
            ring.put(place, word);
        }
        ring.publish(ring.start() + 3, 1);
    }

    fn record(&self, ticks: u64, number: u64) -> [u64; 3] {
        let header = Header::new(1, 3, 0, (Tag::U64 as u64) << TAGS_SHIFT);
        [header.0, ticks, number]
    }

    /// Does what the snapshot thread does, but for saying so in the ring's tail.
    fn move_to_recorder(&self, thread: u32, origin: u32, ticks: u64, number: u64) {
        let record = self.record(ticks, number).map(u64::to_le);
        let wall_ns = self.calibration.wall_ns(ticks);
        self.recorder
            .append(&record, wall_ns, thread, origin)
            .unwrap();
    }
}

fn salvage(words: Vec<u64>) -> Option<(Salvaged, Vec<LogEvent>)> {
    let mut salvage = Salvage::new(Image::open(words).ok()?);
    let mut bytes = Vec::new();
    let salvaged = salvage
        .write(&mut bytes, Packing::Plain, &Ending::Killed, 1)
        .unwrap();
    let mut reader = SnapshotReader::new(&bytes[..]).unwrap();
    let events = reader.log_events().unwrap();
    Some((salvaged, events))
}

fn numbers(events: &[LogEvent]) -> Vec<u64> {
    let number = |event: &LogEvent| match event.field("number") {
        Some(crate::FieldValue::U64(number)) => Some(*number),
        _ => None,
    };
    events.iter().filter_map(number).collect()
}

/// Two rings and a recorder that all have events.
fn sample() -> Vec<u64> {
    let sample = Sample::new();
    let (first, second) = (sample.ring(1, "one"), sample.ring(2, "two"));
    for number in 0..40 {
        sample.move_to_recorder(1, 0, number, number);
    }
    sample.log(&first, 40, 40);
    sample.log(&second, 41, 41);
    sample.log(&second, 43, 43);
    sample.log(&first, 42, 42);
    sample.black_box.copy()
}

#[test]
fn what_is_in_the_rings_comes_behind_the_recorder_in_the_order_of_time() {
    let (salvaged, events) = salvage(sample()).unwrap();
    let found = numbers(&events);
    assert_eq!(found.last(), Some(&43));
    assert!(
        found.windows(2).all(|pair| pair[1] == pair[0] + 1),
        "{found:?}"
    );
    assert_eq!(salvaged.events, found.len() as u64);
    let last = events.last().unwrap();
    assert_eq!(last.thread_name.as_deref(), Some("two"));
    assert_eq!((&*last.target, &*last.message), ("target", "counted"));
}

#[test]
fn a_record_that_is_in_recorder_and_ring_is_given_once() {
    let sample = Sample::new();
    let ring = sample.ring(5, "worker");
    let number = ring
        .label()
        .number
        .load(std::sync::atomic::Ordering::Relaxed) as u32;
    for event in 0..3 {
        sample.log(&ring, event, event);
    }
    // The first was moved, and the ring knows; the second was moved, and the process died before the ring knew.
    sample.move_to_recorder(5, number << 24, 0, 0);
    ring.release(3);
    sample.move_to_recorder(5, number << 24 | 3, 1, 1);
    let (_, events) = salvage(sample.black_box.copy()).unwrap();
    assert_eq!(numbers(&events), [0, 1, 2]);
}

#[test]
fn what_a_ring_overwrote_before_it_was_read_is_told() {
    let sample = Sample::new();
    let ring = sample.ring(5, "worker");
    for event in 0..200 {
        sample.log(&ring, event, event);
    }
    let (_, events) = salvage(sample.black_box.copy()).unwrap();
    let found = numbers(&events);
    assert_eq!(found.last(), Some(&199));
    let lost = events.last().unwrap();
    assert_eq!(
        lost.field("lost"),
        Some(&crate::FieldValue::U64(200 - found.len() as u64))
    );
}

#[test]
fn a_ring_whose_last_words_are_not_published_ends_before_them() {
    let sample = Sample::new();
    let ring = sample.ring(5, "worker");
    sample.log(&ring, 1, 1);
    let start = ring.start();
    ring.put(start, u64::MAX);
    ring.put(start + 1, u64::MAX);
    let (_, events) = salvage(sample.black_box.copy()).unwrap();
    assert_eq!(numbers(&events), [1]);
}

/// The words that say something, and the first ones of every segment.
fn telling(words: &[u64]) -> Vec<usize> {
    let page = layout::SMALLEST_PAGE as usize / 8;
    let near_a_border =
        |place: usize| place % page < layout::SEGMENT_BODY as usize / 8 + ring_state::WORDS;
    (0..words.len())
        .filter(|place| {
            words[*place] != 0
                || (*place < header::END as usize / 8)
                || (near_a_border(*place) && place / page < 40)
        })
        .collect()
}

#[test]
fn an_image_cut_anywhere_gives_what_is_before_the_cut_or_an_error() {
    let words = sample();
    let (_, all) = salvage(words.clone()).unwrap();
    let mut most = 0;
    for length in telling(&words) {
        if let Some((_, events)) = salvage(words[..length].to_vec()) {
            assert!(events.len() <= all.len() + 1);
            most = most.max(events.len());
        }
    }
    assert!(most > all.len() / 2, "some of the cuts are behind events");
}

#[test]
fn no_flipped_bit_makes_it_panic_or_run_on() {
    let words = sample();
    let (_, all) = salvage(words.clone()).unwrap();
    for (turn, place) in telling(&words).into_iter().enumerate() {
        // Some bits of each word: over all words each bit has its turn.
        for bit in (turn % 13..64).step_by(13) {
            let mut damaged = words.clone();
            damaged[place] ^= 1 << bit;
            if let Some((salvaged, events)) = salvage(damaged) {
                assert!(
                    salvaged.events <= 2 * all.len() as u64 + 64,
                    "word {place}, bit {bit}"
                );
                assert!(
                    events.len() <= 2 * all.len() + 64,
                    "word {place}, bit {bit}"
                );
            }
        }
    }
}

#[test]
fn positions_and_sizes_that_lie_end_the_ring_and_nothing_else() {
    let words = sample();
    let image = Image::open(words.clone()).unwrap();
    let rings: Vec<usize> = [layout::kind::THREAD_RING, layout::kind::RECORDER]
        .into_iter()
        .flat_map(|kind| image.of_kind(kind).collect::<Vec<_>>())
        .map(|segment| (segment.offset + layout::SEGMENT_BODY) as usize / 8)
        .collect();
    assert_eq!(rings.len(), 3);
    for state in rings {
        for word in 0..ring_state::WORDS {
            for lie in [
                0,
                1,
                127,
                128,
                129,
                1 << 20,
                1 << 40,
                u64::MAX / 2,
                u64::MAX - 1,
                u64::MAX,
            ] {
                let mut damaged = words.clone();
                damaged[state + word] = lie;
                let (salvaged, _) = salvage(damaged).unwrap();
                assert!(salvaged.events <= 200, "word {word} is {lie}");
            }
        }
    }
}

/// A file of each version of the format is kept, and read for ever. `TTLOG_RENEW_GOLDEN=1` writes that of the present one anew.
#[test]
fn an_image_of_version_1_is_read_as_it_was() {
    let path = |ending: &str| {
        let golden = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
        golden.join(format!("v1.{ending}"))
    };
    if std::env::var_os("TTLOG_RENEW_GOLDEN").is_some() {
        let mut words = sample();
        let mut name = [0; 56];
        name[..6].copy_from_slice(b"worker");
        let crash = Crash {
            signal: 11,
            code: 1,
            address: Some(0x10),
            thread_id: 2,
            os_thread_id: 4712,
            wall_ns: 1_772_323_199_123_456_789,
            name,
        };
        words[header::CRASH as usize / 8..][..header::CRASH_WORDS]
            .copy_from_slice(&crash.to_words());
        std::fs::write(path("ttbox"), crate::snapshot::bytes_of(&words)).unwrap();
        std::fs::write(path("ttbox.txt"), told(words)).unwrap();
    }
    let bytes = std::fs::read(path("ttbox")).unwrap();
    let (words, _) = bytes.as_chunks::<8>();
    let words = words.iter().map(|word| u64::from_le_bytes(*word)).collect();
    assert_eq!(
        told(words),
        std::fs::read_to_string(path("ttbox.txt")).unwrap()
    );
}

/// What an image says, as text.
fn told(words: Vec<u64>) -> String {
    let image = Image::open(words.clone()).unwrap();
    let facts = image.facts();
    let mut text = String::new();
    for (name, value) in facts.iter() {
        text += &format!("{name}: {value:?}\n");
    }
    let ending = image.ending(&facts);
    text += &format!("ending: {ending}\n");
    let mut bytes = Vec::new();
    let mut salvage = Salvage::new(image);
    salvage
        .write(&mut bytes, Packing::Plain, &ending, 1)
        .unwrap();
    for event in SnapshotReader::new(&bytes[..])
        .unwrap()
        .log_events()
        .unwrap()
    {
        text += &format!(
            "{} {} {} {:?} {} {:?}\n",
            event.timestamp_nanos,
            event.level,
            event.target,
            event.thread_name,
            event.message,
            event.fields
        );
    }
    text
}
