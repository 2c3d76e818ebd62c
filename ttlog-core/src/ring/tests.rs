//! The ring against an oracle that forgets nothing, and against a reader on another thread.

use std::sync::Arc;
use std::thread;

use super::{CHUNKS, Cursor, Ring};

/// Numbers without pattern that are the same in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

/// Writes a record: its length and its number in the first word, the number again in the others.
fn write(ring: &Ring, length: u64, number: u64) {
    let start = ring.start();
    while ring.reserved() < start + length {
        ring.reserve_chunk();
    }
    ring.put(start, length << 32 | number);
    (start + 1..start + length).for_each(|position| ring.put(position, number));
    ring.publish(start + length, 1);
}

/// Takes the whole records off `words`, moves the cursor behind them, gives their lengths and numbers.
fn take_records(words: &[u64], cursor: &mut Cursor) -> Vec<(u64, u64)> {
    let mut records = Vec::new();
    let mut rest = words;
    while let Some(first) = rest.first() {
        let first = u64::from_le(*first);
        let (length, number) = (first >> 32, first & u64::from(u32::MAX));
        let Some((record, others)) = rest.split_at_checked(length as usize) else {
            break;
        };
        assert!(record[1..].iter().all(|word| u64::from_le(*word) == number));
        records.push((length, number));
        cursor.position += length;
        cursor.count += 1;
        rest = others;
    }
    records
}

#[test]
fn a_reader_gets_what_an_oracle_remembers_or_is_told_how_much_it_missed() {
    let rounds = if cfg!(miri) { 40 } else { 10_000 };
    let rings: &[(usize, u64)] = if cfg!(miri) {
        &[(64, 1)]
    } else {
        &[(64, 1), (64, 2), (256, 3), (4096, 4)]
    };
    for &(words, seed) in rings {
        let ring = Ring::new(words).unwrap();
        let mut random = Random(seed);
        // Start and length of every record ever written.
        let mut oracle: Vec<(u64, u64)> = Vec::new();
        let mut cursor = Cursor::default();
        for _ in 0..rounds {
            for _ in 0..random.below(6) {
                let length = 1 + random.below(ring.longest_record());
                oracle.push((ring.start(), length));
                write(&ring, length, oracle.len() as u64 - 1);
            }
            if random.below(3) == 0 {
                cursor = check_read(&ring, &oracle, cursor, 1 + random.below(ring.size()));
            }
            let newcomer = ring.oldest();
            assert!(newcomer.position <= ring.start());
            check_read(&ring, &oracle, newcomer, ring.size());
        }
    }
}

/// Reads from the cursor on, compares with the oracle, gives the cursor behind what was read.
fn check_read(ring: &Ring, oracle: &[(u64, u64)], mut cursor: Cursor, limit: u64) -> Cursor {
    let before = cursor;
    let oldest_intact = ring.reserved().saturating_sub(ring.size());
    let mut words = vec![7];
    let lost = ring.read(&mut cursor, limit, &mut words);
    assert_eq!(words[0], 7, "what was there before stays");
    assert_eq!(lost, cursor.count - before.count);
    if before.position >= oldest_intact {
        assert_eq!(cursor, before, "nothing was overwritten");
    } else {
        let kept = ring.published() - cursor.position;
        let spared = 2 * ring.size() / CHUNKS + 2 * ring.longest_record();
        assert!(cursor.position >= oldest_intact && kept + spared >= ring.size());
    }
    let expected_words = limit.min(ring.published() - cursor.position);
    let got_words = words.len() as u64 - 1;
    if lost == 0 {
        assert_eq!(got_words, expected_words);
    } else {
        assert!((1..=expected_words).contains(&got_words));
    }
    let first = cursor;
    for (offset, (length, number)) in take_records(&words[1..], &mut cursor)
        .into_iter()
        .enumerate()
    {
        let index = first.count as usize + offset;
        assert_eq!(number, index as u64);
        assert_eq!(oracle[index].1, length);
    }
    if let Some((start, _)) = oracle.get(first.count as usize) {
        assert_eq!(first.position, *start);
    }
    cursor
}

#[test]
fn a_reader_beside_a_writer_at_full_speed_gets_whole_records_and_the_right_count_of_the_lost() {
    let records: u64 = if cfg!(miri) { 60 } else { 300_000 };
    for words in if cfg!(miri) { vec![64] } else { vec![64, 1024] } {
        let ring = Arc::new(Ring::new(words).unwrap());
        let writer = {
            let ring = ring.clone();
            thread::spawn(move || {
                let mut random = Random(words as u64);
                (0..records).for_each(|number| {
                    write(&ring, 1 + random.below(ring.longest_record()), number);
                });
            })
        };
        let mut cursor = Cursor::default();
        let (mut read, mut lost, mut words) = (0, 0, Vec::new());
        while read + lost < records {
            words.clear();
            lost += ring.read(&mut cursor, ring.size(), &mut words);
            assert_eq!(read + lost, cursor.count);
            for (_, number) in take_records(&words, &mut cursor) {
                assert_eq!(number, read + lost);
                read += 1;
            }
        }
        writer.join().unwrap();
        assert_eq!(cursor.position, ring.published());
    }
}

#[test]
fn a_writer_that_waits_for_its_reader_loses_nothing() {
    let records: u64 = if cfg!(miri) { 60 } else { 100_000 };
    let ring = Arc::new(Ring::new(64).unwrap());
    let writer = {
        let ring = ring.clone();
        thread::spawn(move || {
            let mut random = Random(9);
            for number in 0..records {
                let length = 1 + random.below(ring.longest_record());
                while ring.reserved() < ring.start() + length {
                    if ring.tail() < ring.next_overwritten() {
                        thread::yield_now();
                    } else {
                        ring.reserve_chunk();
                    }
                }
                write(&ring, length, number);
            }
        })
    };
    let mut cursor = Cursor::default();
    let (mut read, mut words) = (0, Vec::new());
    while read < records {
        words.clear();
        assert_eq!(ring.read(&mut cursor, ring.size(), &mut words), 0);
        for (_, number) in take_records(&words, &mut cursor) {
            assert_eq!(number, read);
            read += 1;
        }
        ring.release(cursor.position);
        if words.is_empty() {
            thread::yield_now();
        }
    }
    writer.join().unwrap();
}
