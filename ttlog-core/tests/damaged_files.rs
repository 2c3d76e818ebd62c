//! The readers on files that somebody has damaged: the golden files, changed at random again and again.
//!
//! `TTLOG_DAMAGE_SECONDS` says for how long; two seconds a file where it says nothing. The targets in `fuzz/` do the same with a guided choice of
//! changes.
#![cfg(all(feature = "black-box", feature = "compression"))]

mod reading;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use reading::{read_image, read_snapshot};

/// Reproducible from its seed.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound.max(1)
    }
}

/// Numbers at which something ends.
const INTERESTING: [u64; 12] = [
    0,
    1,
    2,
    127,
    128,
    65_535,
    65_536,
    1 << 20,
    (1 << 32) - 1,
    1 << 40,
    u64::MAX - 1,
    u64::MAX,
];

/// Changes bytes in one of the ways in which files are damaged, or made to deceive.
fn damage(bytes: &mut Vec<u8>, random: &mut Random) {
    let place = random.below(bytes.len());
    match random.below(7) {
        0 => bytes[place] ^= 1 << random.below(8),
        1 => bytes[place] = random.below(256) as u8,
        2 => bytes.truncate(place),
        3 => {
            let word = INTERESTING[random.below(INTERESTING.len())].to_le_bytes();
            let place = place & !7;
            let length = word.len().min(bytes.len() - place);
            bytes[place..place + length].copy_from_slice(&word[..length]);
        }
        4 => {
            let (from, length) = (random.below(bytes.len()), random.below(256));
            let part = bytes[from..(from + length).min(bytes.len())].to_vec();
            bytes.splice(place..place, part);
        }
        5 => {
            let end = (place + random.below(256)).min(bytes.len());
            bytes.drain(place..end);
        }
        _ => {
            let (from, length) = (random.below(bytes.len()) & !7, 8 * random.below(64));
            let end = (from + length).min(bytes.len());
            let to = (place & !7).min(bytes.len() - (end - from));
            bytes.copy_within(from..end, to);
        }
    }
}

fn golden(ending: &str) -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let files = std::fs::read_dir(directory).unwrap();
    let mut files: Vec<_> = files.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|found| found == ending));
    files.sort();
    assert!(!files.is_empty());
    files
}

fn read_damaged(ending: &str, read: fn(&[u8]) -> usize) {
    let seconds = std::env::var("TTLOG_DAMAGE_SECONDS").map_or(2, |text| text.parse().unwrap());
    for path in golden(ending) {
        let whole = std::fs::read(&path).unwrap();
        assert!(read(&whole) > 0, "{}", path.display());
        let since = Instant::now();
        let mut seed = 0;
        // At least some hundred times on any machine.
        while seed < 300 || since.elapsed() < Duration::from_secs(seconds) {
            let mut random = Random(seed);
            let mut bytes = whole.clone();
            for _ in 0..=random.below(4) {
                if !bytes.is_empty() {
                    damage(&mut bytes, &mut random);
                }
            }
            // A failure is repeated by its seed.
            let outcome = std::panic::catch_unwind(|| read(&bytes));
            assert!(outcome.is_ok(), "{} with seed {seed}", path.display());
            seed += 1;
        }
    }
}

#[test]
fn damaged_snapshots_give_events_or_an_error() {
    read_damaged("ttlog", read_snapshot);
}

#[test]
fn damaged_images_give_events_or_an_error() {
    read_damaged("ttbox", read_image);
}
