//! How long a snapshot of a million events takes.
//!
//! `cargo test --release -p ttlog-core snapshot_speed -- --ignored --nocapture`; with `TTLOG_KEEP=DIRECTORY` the file stays there.

use std::path::PathBuf;
use std::time::Instant;

use super::damage::Random;
use super::sample::{PACKINGS, facts, packed_snapshot_of, records};
use crate::SnapshotReader;
use crate::snapshot::{Contents, write};

#[test]
#[ignore = "measures"]
#[expect(clippy::print_stderr, reason = "shows what it measured")]
fn snapshot_speed() {
    let events = 1_000_000;
    let mut words = records()[0].repeat(events);
    assert_eq!(words.len(), 5 * events, "40 bytes an event");
    let mut random = Random(7);
    for (number, record) in words.chunks_mut(5).enumerate() {
        record[1] += 47 * number as u64 + random.next() % 16;
        record[2] += number as u64;
        record[3] = random.next() >> 44;
        record[4] = (random.next() >> 32) % 5_000;
    }
    for packing in PACKINGS.iter().copied().cycle().take(3 * PACKINGS.len()) {
        let start = Instant::now();
        let sum = crate::snapshot::crc::crc32c(crate::snapshot::records::bytes_of(&words));
        let crc_alone = start.elapsed();
        let start = Instant::now();
        let bytes = packed_snapshot_of(&[&words], packing);
        let in_memory = start.elapsed();

        let directory = std::env::temp_dir().join(format!("ttlog-speed-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        let start = Instant::now();
        std::fs::write(directory.join("x"), &bytes).unwrap();
        let plain_write = start.elapsed();
        let start = Instant::now();
        let mut file = std::fs::File::create(directory.join("y")).unwrap();
        let contents = Contents {
            facts: &facts(),
            sites: &[(1, &super::sample::LOGIN)],
            threads: &[],
            spans: &[],
            events: &[&words],
            packing,
        };
        crate::snapshot::writer::write_to(&mut file, &contents).unwrap();
        let to_cache = start.elapsed();
        let start = Instant::now();
        file.sync_all().unwrap();
        let sync = start.elapsed();
        let start = Instant::now();
        let path = write(&contents, &directory).unwrap();
        let whole = start.elapsed();

        let start = Instant::now();
        let mut reader = SnapshotReader::open(&path).unwrap();
        let mut count = 0;
        while reader.next_event().unwrap().is_some() {
            count += 1;
        }
        let read = start.elapsed();
        assert_eq!((count, reader.is_complete()), (events, true));
        eprintln!(
            "{packing:?}: crc {crc_alone:?} ({sum:08x}), to memory {in_memory:?}, to the page cache {to_cache:?} (plain write {plain_write:?}), its sync {sync:?}; \
             with sync and rename {whole:?}; read {read:?}; {} bytes",
            bytes.len()
        );
        if let Some(kept) = std::env::var_os("TTLOG_KEEP") {
            std::fs::copy(&path, PathBuf::from(kept).join("million.ttlog")).unwrap();
        }
        std::fs::remove_dir_all(&directory).unwrap();
    }
}
