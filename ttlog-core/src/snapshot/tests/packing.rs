//! What is packed comes back to the bit, and no input makes more of it than there may be.

use super::damage::Random;
use super::sample::{PACKINGS, Record, packed_snapshot_of, records, snapshot_of};
use crate::SnapshotReader;
use crate::record::{Header, MAX_RECORD_WORDS, Tag};
use crate::snapshot::Flaw;
use crate::snapshot::layout::{BlockHeader, MAX_UNPACKED_BYTES, block_flag, file_header, kind};
use crate::snapshot::pack::Packer;
use crate::snapshot::unpack::Unpacker;

#[track_caller]
fn comes_back(words: &[u64]) -> usize {
    let mut packer = Packer::new();
    // Twice: nothing is left of the first time.
    packer.pack(words);
    let packed = packer.pack(words).to_vec();
    let (mut unpacker, mut unpacked) = (Unpacker::new(), Vec::new());
    for _ in 0..2 {
        unpacker
            .unpack(&packed, words.len(), &mut unpacked)
            .unwrap();
        assert!(unpacked == words);
    }
    packed.len()
}

/// Records whose words are random, of random sizes, and whose call sites and threads share slots.
fn random_records(random: &mut Random, count: usize) -> Vec<u64> {
    let mut words = Vec::new();
    for _ in 0..count {
        let length = 3 + random.next() % 9;
        let site = [1, 2, 4097, 0xF_FFFF, 0][(random.next() >> 40) as usize % 5];
        let rest = random.next() >> 36 << 36;
        words.push(Header::new(site, length, 0, rest).0.to_le());
        words.extend((1..length).map(|_| {
            let bits = random.next() >> 32 & 63;
            (random.next() >> bits).to_le()
        }));
    }
    words
}

#[test]
fn what_is_packed_comes_back_to_the_bit() {
    comes_back(&[]);
    comes_back(&records().concat());
    let mut random = Random(0x5041_434B);
    let rounds = if cfg!(miri) { 3 } else { 300 };
    for _ in 0..rounds {
        let count = (random.next() >> 32) as usize % 100;
        comes_back(&random_records(&mut random, count));
    }
    for extreme in [0, 1, u64::MAX, 1 << 63, (1 << 63) - 1] {
        let words = [records()[0].clone(), records()[0].clone()].concat();
        let words = [&words[..8], &[extreme, extreme.wrapping_neg()], &words[..5]].concat();
        comes_back(&words);
    }
    let mut longest = vec![u64::MAX; MAX_RECORD_WORDS as usize];
    longest[0] = Header::new(1, MAX_RECORD_WORDS, 0, 0).0.to_le();
    comes_back(&longest);
}

#[test]
fn the_example_of_the_documentation_is_right() {
    let words = [
        [0x0004_4000_0050_0007, 0x1000, 1 << 32, 0x64, 0x3E8],
        [0x0004_4000_0050_0007, 0x1010, 1 << 32 | 1, 0x65, 0x3E7],
    ]
    .as_flattened()
    .iter()
    .map(|word| u64::to_le(*word))
    .collect::<Vec<_>>();
    let packed = [
        &[7, 0, 0, 0][..],
        &[0xB1, 0x12, 0x10, 0x02, 0x10, 0x10, 0x11],
        &[0x0E, 5, 0, 0, 0x44, 0, 0x20, 2, 0xC8, 0xD0, 7],
        &[0x20, 2, 2, 1],
    ]
    .concat();
    assert_eq!(Packer::new().pack(&words), packed);
}

#[test]
fn events_of_two_integers_take_less_than_16_bytes() {
    let count = 6_000;
    let words: Vec<u64> = (0..count)
        .flat_map(|number| {
            Record::at(1_769_817_599_123_456_789 + number * 47, 1, number as u32)
                .value(Tag::U64, [1_000_000 + number])
                .value(Tag::U64, [number * number % 100_000])
                .words(1)
        })
        .collect();
    let bytes = comes_back(&words);
    assert!(bytes < 12 * count as usize, "{bytes}");
}

#[test]
fn a_snapshot_reads_the_same_in_every_form() {
    let mut random = Random(0x464F_524D);
    let words = [
        records().concat().repeat(2_000),
        random_records(&mut random, 1_000),
    ]
    .concat();
    let events = |bytes: &[u8]| {
        let mut reader = SnapshotReader::new(bytes).unwrap();
        let events = reader.log_events().unwrap();
        (events, reader.flaws().to_vec())
    };
    let plain = snapshot_of(&[&words]);
    let expected = events(&plain);
    for packing in &PACKINGS[1..] {
        let bytes = packed_snapshot_of(&[&words], *packing);
        assert!(
            bytes.len() < plain.len() / 2,
            "{packing:?}: {}",
            bytes.len()
        );
        assert!(events(&bytes) == expected, "{packing:?}");
    }
}

#[test]
fn a_block_that_packing_makes_longer_stands_as_it_is() {
    let mut random = Random(1);
    let mut words: Vec<u64> = (0..300).map(|_| random.next() | 1 << 63).collect();
    words[0] = Header::new(1, 300, 0, 0).0.to_le();
    for packing in PACKINGS {
        assert_eq!(
            packed_snapshot_of(&[&words], *packing),
            snapshot_of(&[&words])
        );
    }
}

/// What a reader tells of a file with this events block alone.
fn told(flags: u16, payload: &[u8], plain_length: usize) -> Flaw {
    let payload = [
        payload,
        &vec![0; payload.len().next_multiple_of(8) - payload.len()],
    ]
    .concat();
    let header = BlockHeader::packed(kind::EVENTS, flags, &payload, plain_length);
    let bytes = [&file_header()[..], &header.to_bytes(), &payload].concat();
    let mut reader = SnapshotReader::new(&bytes[..]).unwrap();
    assert!(reader.next_event().unwrap().is_none());
    reader.flaws()[0].clone()
}

#[test]
fn packed_blocks_that_lie_are_skipped() {
    let packed = Packer::new().pack(&records().concat()).to_vec();
    let length = size_of_val(&records().concat()[..]);
    let senseless = Flaw::Senseless { offset: 16 };
    for wrong in [
        0,
        8,
        length - 8,
        length + 8,
        MAX_UNPACKED_BYTES as usize,
        MAX_UNPACKED_BYTES as usize + 8,
        u32::MAX as usize,
        length + 1,
    ] {
        assert_eq!(
            told(block_flag::PACKED, &packed, wrong),
            senseless,
            "{wrong}"
        );
    }
    // Bytes behind what is needed, and too few.
    assert_eq!(
        told(
            block_flag::PACKED,
            &[&packed[..], &[0; 16]].concat(),
            length
        ),
        senseless
    );
    for cut in 0..packed.len() - 8 {
        assert_eq!(
            told(block_flag::PACKED, &packed[..cut], length),
            senseless,
            "{cut}"
        );
    }
    let unknown = Flaw::Unknown { offset: 16 };
    assert_eq!(told(block_flag::LZ4, &packed, length), unknown);
    assert_eq!(told(block_flag::PACKED | 8, &packed, length), unknown);
}

/// A few bytes that stand for as many as can be: the memory is that of the limit, and no event comes of it.
#[cfg(feature = "compression")]
#[test]
fn a_bomb_does_not_go_off() {
    let both = block_flag::PACKED | block_flag::LZ4;
    let senseless = Flaw::Senseless { offset: 16 };
    for claimed in [1 << 16, 2 * MAX_UNPACKED_BYTES as usize, 16 << 20] {
        let mut payload = Vec::new();
        crate::snapshot::lz4::compress(&vec![0; claimed], &mut payload);
        assert!(payload.len() < claimed / 200);
        for plain_length in [8, MAX_UNPACKED_BYTES as usize, 64 << 20] {
            assert_eq!(told(both, &payload, plain_length), senseless);
        }
        // A claim without the bytes.
        payload.truncate(64);
        payload[..4].copy_from_slice(&56_u32.to_le_bytes());
        assert_eq!(told(both, &payload, 1 << 20), senseless);
    }
}
