//! Models of the rings for loom, which runs them under every order of their loads and stores that the memory model allows.
//!
//! Loom executes loads where they stand, so that the `Release` of `tail`, which keeps the consumer's loads before the writer's
//! new words, is beyond it.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p ttlog-core --release --lib loom`

use loom::thread;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::TickSource;
use crate::flow::Flow;
use crate::ring::{Cursor, Ring};
use crate::ring_memory::CHUNKS;
use crate::sink::Overflow;
use crate::thread_ring::{ThreadRing, Use};

/// Four chunks of four words each.
const WORDS: usize = 4 * CHUNKS as usize;
/// A record is not as long as a chunk, so that records lie across the chunks' borders.
const RECORD: u64 = 3;

/// So many switches between threads that nobody waited for are tried, in any places.
fn model(preemptions: usize, body: impl Fn() + Sync + Send + 'static) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(preemptions);
    model.check(body);
}

/// Writes the next record: `number + 1`, in all its words.
fn write(ring: &Ring) {
    let start = ring.start();
    while ring.reserved() < start + RECORD {
        ring.reserve_chunk();
    }
    let number = ring.count();
    (start..start + RECORD).for_each(|position| ring.put(position, number + 1));
    ring.publish(start + RECORD, 1);
}

/// Reads what is there, and asserts that it is whole, in order, and that the losses are counted right.
fn read(ring: &Ring, cursor: &mut Cursor) {
    let before = cursor.count;
    let mut words = Vec::new();
    let lost = ring.read(cursor, WORDS as u64, &mut words);
    assert_eq!(lost, cursor.count - before);
    assert_eq!(cursor.position, cursor.count * RECORD);
    for (word, position) in words.iter().zip(cursor.position..) {
        assert_eq!(u64::from_le(*word), position / RECORD + 1);
    }
    let records = words.len() as u64 / RECORD;
    cursor.position += records * RECORD;
    cursor.count += records;
}

/// A ring with so many records, before there is a second thread.
fn filled(records: u64) -> Arc<Ring> {
    let ring = Arc::new(Ring::new(WORDS).unwrap());
    (0..records).for_each(|_| write(&ring));
    ring
}

#[test]
fn a_reader_beside_a_writer_that_overwrites_sees_whole_records_only() {
    // Before the first lap, in the middle of one, and where the next record begins a chunk.
    for records in [4, 5, 7, 8] {
        model(3, move || {
            let ring = filled(records);
            let writer = {
                let ring = ring.clone();
                thread::spawn(move || (0..2).for_each(|_| write(&ring)))
            };
            let mut cursor = Cursor::default();
            read(&ring, &mut cursor);
            writer.join().unwrap();
            read(&ring, &mut cursor);
            assert_eq!(cursor.count, records + 2);
        });
    }
}

#[test]
fn a_reader_that_comes_anew_finds_a_record_to_begin_with() {
    model(3, || {
        let ring = filled(6);
        let writer = {
            let ring = ring.clone();
            thread::spawn(move || (0..2).for_each(|_| write(&ring)))
        };
        let mut cursor = ring.oldest();
        assert_eq!(cursor.position, cursor.count * RECORD);
        assert!(cursor.count > 0, "the first record was overwritten before");
        read(&ring, &mut cursor);
        writer.join().unwrap();
    });
}

#[test]
fn a_writer_that_waits_for_the_reader_overwrites_nothing_unread() {
    model(3, || {
        let ring = filled(5);
        let writer = {
            let ring = ring.clone();
            thread::spawn(move || {
                let room = |ring: &Ring| {
                    ring.reserved() >= ring.start() + RECORD
                        || ring.tail() >= ring.next_overwritten()
                };
                (0..2)
                    .filter(|_| {
                        room(&ring) && {
                            write(&ring);
                            true
                        }
                    })
                    .count() as u64
            })
        };
        let mut cursor = Cursor::default();
        let mut read_all = || {
            read(&ring, &mut cursor);
            ring.release(cursor.position);
            cursor.count
        };
        assert!(read_all() >= 5);
        let written = writer.join().unwrap();
        assert_eq!(read_all(), 5 + written);
    });
}

fn thread_ring() -> Arc<ThreadRing> {
    let (control, _) = crossbeam_channel::bounded(1);
    let flow = Flow::new(
        control,
        Overflow::OverwriteOldest,
        Duration::ZERO,
        Default::default(),
    );
    let ring = Ring::new(WORDS).unwrap();
    let ring = ThreadRing::new(ring, TickSource::precise(), u64::MAX, Arc::new(flow));
    Arc::new(ring)
}

/// What the snapshot thread does with a ring in a pass.
fn pass(ring: &ThreadRing, cursor: &mut Cursor) -> Vec<(u32, u64)> {
    let mut words = Vec::new();
    assert_eq!(ring.ring.read(cursor, WORDS as u64, &mut words), 0);
    let thread = ring.thread_id();
    let records = words.chunks(RECORD as usize);
    let events = records.map(|words| (thread, words[0])).collect();
    cursor.position += words.len() as u64;
    cursor.count += words.len() as u64 / RECORD;
    ring.ring.release(cursor.position);
    ring.free_if_empty();
    events
}

#[test]
fn a_ring_that_is_handed_on_keeps_the_events_of_its_threads_apart() {
    model(3, || {
        let ring = thread_ring();
        assert!(ring.try_claim(Use::Home, 1));
        write(&ring.ring);
        let first = {
            let ring = ring.clone();
            thread::spawn(move || {
                write(&ring.ring);
                ring.release();
            })
        };
        let second = {
            let ring = ring.clone();
            thread::spawn(move || {
                let claimed = ring.try_claim(Use::Home, 2);
                if claimed {
                    write(&ring.ring);
                }
                claimed
            })
        };
        let mut cursor = Cursor::default();
        let mut events = pass(&ring, &mut cursor);
        events.extend(pass(&ring, &mut cursor));
        first.join().unwrap();
        let claimed = second.join().unwrap();
        events.extend(pass(&ring, &mut cursor));
        let mut expected = vec![(1, 1), (1, 2)];
        expected.extend(claimed.then_some((2, 3)));
        assert_eq!(events, expected);
    });
}

#[test]
fn a_ring_is_free_only_when_all_its_events_were_read() {
    model(3, || {
        let ring = thread_ring();
        assert!(ring.try_claim(Use::Home, 1));
        let owner = {
            let ring = ring.clone();
            thread::spawn(move || {
                write(&ring.ring);
                ring.release();
            })
        };
        let mut cursor = Cursor::default();
        let events = pass(&ring, &mut cursor);
        if ring.try_claim(Use::Nested, 2) {
            assert_eq!(events, [(1, 1)]);
        }
        owner.join().unwrap();
    });
}
