//! Whatever happens to the bytes, what is whole is given, and the rest is told.

use std::io::{self, Read};

use super::sample::{PACKINGS, Record, dump, records, sample, snapshot_of};
use crate::snapshot::crc::crc32c;
use crate::snapshot::layout::{
    BLOCK_HEADER_BYTES, BlockHeader, FILE_HEADER_BYTES, MAX_BLOCK_BYTES, file_header, kind,
};
use crate::snapshot::records::bytes_of;
use crate::snapshot::{Flaw, Packing, ReadError};
use crate::{LogEvent, SnapshotReader};

/// The events and flaws of bytes that begin as a snapshot.
fn read(bytes: &[u8]) -> (Vec<LogEvent>, Vec<Flaw>) {
    let mut reader = SnapshotReader::new(bytes).unwrap();
    let events = reader.log_events().unwrap();
    assert_eq!(reader.is_complete(), reader.flaws().is_empty());
    assert!(reader.next_event().unwrap().is_none());
    (events, reader.flaws().to_vec())
}

/// Where the blocks of an undamaged snapshot begin, with their kinds.
fn blocks(bytes: &[u8]) -> Vec<(usize, u16)> {
    let (mut offset, mut blocks) = (FILE_HEADER_BYTES, Vec::new());
    while offset < bytes.len() {
        let header = bytes[offset..].first_chunk::<BLOCK_HEADER_BYTES>().unwrap();
        let header = BlockHeader::parse(header).unwrap();
        blocks.push((offset, header.kind));
        offset += BLOCK_HEADER_BYTES + header.length as usize;
    }
    blocks
}

fn block(kind: u16, payload: &[u8]) -> Vec<u8> {
    [&BlockHeader::new(kind, payload).to_bytes(), payload].concat()
}

fn with_blocks(blocks: &[Vec<u8>]) -> Vec<u8> {
    [&file_header()[..], &blocks.concat()].concat()
}

#[test]
fn a_file_cut_anywhere_gives_every_whole_block_before_the_cut() {
    PACKINGS
        .iter()
        .for_each(|packing| cut_anywhere(&sample(*packing)));
}

fn cut_anywhere(bytes: &[u8]) {
    let (all, _) = read(bytes);
    let blocks = blocks(bytes);
    let events_in = |events_block: usize| [1, 1, all.len() - 2][events_block];
    for length in 0..bytes.len() {
        let cut = &bytes[..length];
        if length < FILE_HEADER_BYTES {
            let error = SnapshotReader::new(cut).unwrap_err();
            match length {
                0 => assert!(matches!(error, ReadError::Foreign)),
                _ => assert!(matches!(error, ReadError::Damaged)),
            }
            continue;
        }
        let whole: usize = blocks
            .windows(2)
            .filter(|pair| pair[0].1 == kind::EVENTS && pair[1].0 <= length)
            .enumerate()
            .map(|(place, _)| events_in(place))
            .sum();
        let (events, flaws) = read(cut);
        assert_eq!(events, all[..whole], "cut at {length}");
        let offset = length as u64;
        assert_eq!(flaws, [Flaw::Cut { offset }]);
    }
}

#[test]
fn no_flipped_bit_goes_unnoticed_or_changes_an_event() {
    PACKINGS
        .iter()
        .for_each(|packing| flip_each_bit(&sample(*packing)));
}

fn flip_each_bit(bytes: &[u8]) {
    let (all, _) = read(bytes);
    let mut without_thread = all.clone();
    for event in &mut without_thread {
        event.thread_name = None;
    }
    for bit in 0..bytes.len() * 8 {
        let mut damaged = bytes.to_vec();
        damaged[bit / 8] ^= 1 << (bit % 8);
        let Ok(mut reader) = SnapshotReader::new(&damaged[..]) else {
            assert!(bit / 8 < FILE_HEADER_BYTES);
            continue;
        };
        let events = reader.log_events().unwrap();
        assert!(
            !reader.is_complete() && !reader.flaws().is_empty(),
            "bit {bit}"
        );
        for event in &events {
            assert!(
                all.contains(event) || without_thread.contains(event),
                "bit {bit}"
            );
        }
    }
}

#[test]
fn a_block_with_a_damaged_payload_is_skipped_and_the_next_ones_are_read() {
    let bytes = sample(Packing::Plain);
    let events_blocks: Vec<_> = blocks(&bytes)
        .into_iter()
        .filter(|(_, kind)| *kind == kind::EVENTS)
        .collect();
    let offset = events_blocks[1].0;
    let mut damaged = bytes.clone();
    damaged[offset + BLOCK_HEADER_BYTES + 3] ^= 1;
    let (events, flaws) = read(&damaged);
    assert_eq!(events.len(), 4);
    let counts = Flaw::Counts {
        events: 5,
        found: 4,
    };
    let offset = offset as u64;
    assert_eq!(flaws, [Flaw::Content { offset }, counts]);
    assert_eq!(
        flaws[0].to_string(),
        format!("damaged block at byte {offset} (CRC mismatch), skipped")
    );

    // Without the call sites only the dynamic event can be read.
    let (offset, _) = blocks(&bytes)[1];
    let mut damaged = bytes.clone();
    damaged[offset + BLOCK_HEADER_BYTES] ^= 1;
    let (events, flaws) = read(&damaged);
    assert_eq!(events.len(), 1);
    assert_eq!(flaws[1], Flaw::UnreadableEvents { count: 4 });
}

#[test]
fn behind_a_damaged_block_header_the_next_block_is_found() {
    for packing in PACKINGS {
        let bytes = sample(*packing);
        let (all, _) = read(&bytes);
        let places = blocks(&bytes);
        // The second of three blocks of events, and what is left of it: nothing, part of it, all of it.
        let (offset, end) = (places[4].0, places[5].0);
        for damage in [&[9][..], &[0, 1, 2, 3], &[23, 24, 25], &[4]] {
            let mut damaged = bytes.clone();
            damage.iter().for_each(|at| damaged[offset + at] ^= 1);
            let (events, flaws) = read(&damaged);
            assert_eq!(events.len(), all.len() - 1);
            assert_eq!((&events[0], &events[1..]), (&all[0], &all[2..]));
            let header = Flaw::Header {
                offset: offset as u64,
                next: Some(end as u64),
            };
            let counts = Flaw::Counts {
                events: all.len() as u64,
                found: all.len() as u64 - 1,
            };
            assert_eq!(flaws, [header, counts]);
        }
    }
}

#[test]
fn a_damaged_header_of_the_last_block_makes_an_end() {
    let bytes = sample(Packing::Plain);
    let (offset, _) = *blocks(&bytes).last().unwrap();
    let mut damaged = bytes.clone();
    damaged[offset + 9] ^= 1;
    let (events, flaws) = read(&damaged);
    assert_eq!(events.len(), 5);
    let offset = offset as u64;
    assert_eq!(flaws, [Flaw::Header { offset, next: None }]);
}

#[test]
fn what_looks_like_a_header_and_is_none_is_passed_by() {
    let bytes = sample(Packing::Plain);
    let (offset, _) = blocks(&bytes)[4];
    let noise = [&b"BLCK"[..], &[0; 20], b"BLCKBLCK"].concat();
    let damaged = [&bytes[..offset], &noise, &bytes[offset..]].concat();
    let (events, flaws) = read(&damaged);
    assert_eq!(events.len(), 5);
    let (offset, next) = (offset as u64, Some((offset + noise.len()) as u64));
    assert_eq!(flaws[0], Flaw::Header { offset, next });
}

#[test]
fn blocks_that_are_missing_or_behind_the_end_are_told() {
    let bytes = sample(Packing::Plain);
    let places = blocks(&bytes);
    let (from, to) = (places[3].0, places[4].0);
    let missing = [&bytes[..from], &bytes[to..]].concat();
    assert_eq!(
        read(&missing).1,
        [Flaw::Counts {
            events: 5,
            found: 4
        }]
    );

    // The threads' block: no event is missing.
    let (from, to) = (places[2].0, places[3].0);
    let missing = [&bytes[..from], &bytes[to..]].concat();
    assert_eq!(
        read(&missing).1,
        [Flaw::Counts {
            events: 5,
            found: 5
        }]
    );

    let offset = bytes.len() as u64;
    let longer = [&bytes[..], b"x"].concat();
    let (events, flaws) = read(&longer);
    assert_eq!((events.len(), flaws), (5, vec![Flaw::BehindEnd { offset }]));
}

#[test]
fn kinds_of_block_from_the_future_are_skipped_and_flags_from_the_future_are_told() {
    let words = records()[3].clone();
    let end: Vec<u8> = [4_u64, 1, 0]
        .into_iter()
        .flat_map(u64::to_le_bytes)
        .collect();
    let mut packed = BlockHeader::new(kind::EVENTS, &[1; 8]);
    packed.flags = 4;
    let packed = [&packed.to_bytes()[..], &[1; 8]].concat();
    let future = with_blocks(&[
        block(99, &[1; 16]),
        block(kind::EVENTS, bytes_of(&words)),
        block(100, &[]),
        block(101, &[2; 8]),
        block(kind::END, &end),
    ]);
    let (events, flaws) = read(&future);
    assert_eq!((events.len(), flaws), (1, vec![]));
    let offset = FILE_HEADER_BYTES as u64;
    let (events, flaws) = read(&with_blocks(&[
        packed,
        block(kind::EVENTS, bytes_of(&words)),
    ]));
    assert_eq!((events.len(), &flaws[0]), (1, &Flaw::Unknown { offset }));
}

#[test]
fn lying_lengths_are_refused_or_cost_nothing() {
    let lie = |length: u32| {
        let mut header = BlockHeader::new(kind::EVENTS, &[]);
        header.length = length;
        with_blocks(&[header.to_bytes().to_vec(), vec![0; 1000]])
    };
    let bytes = lie(MAX_BLOCK_BYTES);
    let mut reader = SnapshotReader::new(&bytes[..]).unwrap();
    assert!(reader.next_event().unwrap().is_none());
    let offset = bytes.len() as u64;
    assert_eq!(reader.flaws(), [Flaw::Cut { offset }]);
    for length in [MAX_BLOCK_BYTES + 8, u32::MAX - 7] {
        let offset = FILE_HEADER_BYTES as u64;
        assert_eq!(read(&lie(length)).1, [Flaw::TooLong { offset, length }]);
    }

    // Counts and lengths within the payloads, with the right check sums.
    for kind in [kind::FACTS, kind::SITES, kind::THREADS, kind::END] {
        let payload = match kind {
            kind::END => vec![255; 16],
            _ => vec![255; 64],
        };
        let offset = FILE_HEADER_BYTES as u64;
        assert_eq!(
            read(&with_blocks(&[block(kind, &payload)])).1[0],
            Flaw::Senseless { offset }
        );
    }

    // Records that are too short, or longer than their block; those before them are given.
    let good = records()[3].clone();
    for length in [0, 1, 2, 4, 0xFFFF] {
        let bad = [(length as u64) << 20, 0, 0].map(u64::to_le);
        let payload = [&good[..], &bad].concat();
        let (events, flaws) = read(&with_blocks(&[block(kind::EVENTS, bytes_of(&payload))]));
        let offset = FILE_HEADER_BYTES as u64;
        assert_eq!((events.len(), &flaws[0]), (1, &Flaw::Senseless { offset }));
    }

    // A record whose prefix goes beyond its end.
    let bad = Record::at(1, 1, 1)
        .flags(crate::record::flag::DYNAMIC)
        .words(0);
    let payload = [bad, good].concat();
    let (events, flaws) = read(&with_blocks(&[block(kind::EVENTS, bytes_of(&payload))]));
    assert_eq!(events.len(), 1);
    assert!(flaws.contains(&Flaw::UnreadableEvents { count: 1 }));
}

#[test]
fn foreign_and_newer_files_are_told_apart() {
    let error = |bytes: &[u8]| SnapshotReader::new(bytes).unwrap_err().to_string();
    assert_eq!(error(b"2026-01-30 INFO hello\n"), "not a ttlog snapshot");
    let mut newer = sample(Packing::Plain);
    newer[8] = 2;
    let crc = crc32c(&newer[..12]);
    newer[12..16].copy_from_slice(&crc.to_le_bytes());
    assert!(error(&newer).contains("format version 2.1"));
}

/// A generator of random numbers (xorshift64*), the same ones in every run.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| (self.next() >> 32) as u8).collect()
    }
}

/// Gives each block of `bytes` the check sums of its bytes, so that damage gets past them.
fn renew_sums(bytes: &mut [u8]) {
    let mut offset = FILE_HEADER_BYTES;
    while let Some(header) = bytes.get(offset..offset + BLOCK_HEADER_BYTES) {
        let length = u32::from_le_bytes([header[8], header[9], header[10], header[11]]) as usize;
        let start = offset + BLOCK_HEADER_BYTES;
        let end = start.saturating_add(length).min(bytes.len());
        let sum = crc32c(&bytes[start..end]).to_le_bytes();
        bytes[offset + 16..offset + 20].copy_from_slice(&sum);
        let sum = crc32c(&bytes[offset..offset + 20]).to_le_bytes();
        bytes[offset + 20..offset + 24].copy_from_slice(&sum);
        offset = end;
    }
}

#[test]
fn random_bytes_give_events_or_an_error() {
    let rounds = if cfg!(miri) { 20 } else { 3_000 };
    let mut random = Random(0x7474_6C6F_6700);
    for round in 0..rounds {
        let bytes = sample(PACKINGS[round / 2 % PACKINGS.len()]);
        let mut damaged = bytes.clone();
        for _ in 0..=random.next() % 8 {
            let place =
                FILE_HEADER_BYTES + random.next() as usize % (bytes.len() - FILE_HEADER_BYTES);
            damaged[place] = match random.next() % 4 {
                0 => 0,
                1 => 255,
                _ => (random.next() >> 40) as u8,
            };
        }
        if round % 2 == 0 {
            renew_sums(&mut damaged);
        }
        dump(&damaged);

        let length = random.next() as usize % 400;
        dump(&random.bytes(length));
        let words: Vec<u64> = (0..length).map(|_| random.next()).collect();
        dump(&with_blocks(&[block(kind::EVENTS, bytes_of(&words))]));
        // Records of a right length, their prefixes and values random.
        let mut record = Record::at(1, 1, 1).words(0);
        record.extend((0..length).map(|_| random.next() % 9));
        record[0] = (record[0] & !(0xFFFF << 20)) | (record.len() as u64) << 20;
        record[0] |= random.next() >> 36 << 36;
        dump(&snapshot_of(&[&record]));
    }
}

/// Gives its bytes in the smallest pieces, with interruptions, then an error.
struct Stumbling<'a>(&'a [u8], u32);

impl Read for Stumbling<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.1 += 1;
        if self.1.is_multiple_of(3) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        match self.0.split_first() {
            Some((byte, rest)) => {
                (buffer[0], self.0) = (*byte, rest);
                Ok(1)
            }
            None => Err(io::Error::other("the disk is on fire")),
        }
    }
}

#[test]
fn an_error_of_the_input_is_given_once_after_the_whole_events() {
    let bytes = snapshot_of(&[&records()[0]]);
    let cut = &bytes[..bytes.len() - 5];
    let mut reader = SnapshotReader::new(Stumbling(cut, 0)).unwrap();
    assert!(reader.next_event().unwrap().is_some());
    let error = reader.next_event().unwrap_err();
    assert_eq!(error.to_string(), "the disk is on fire");
    assert!(reader.next_event().unwrap().is_none());
    assert!(!reader.is_complete());
}
