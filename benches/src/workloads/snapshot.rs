//! A snapshot of a full recorder: how long it takes, how large it is, and that everything is in it.

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use ttlog::snapshot::SnapshotReader;
use ttlog::{FieldValue, LogLevel, Overflow};

use crate::figures::Figures;
use crate::output::{FIRST_USER_ID, Scratch};
use crate::scale::Scale;

/// Room for one event of two integers in the recorder, with some to spare.
pub(crate) const BYTES_PER_EVENT: usize = 96;

/// Fills the recorder, takes a snapshot of it, and reads it back event by event.
pub(crate) fn measure(scale: Scale) -> Figures {
    let events = scale.bulk_events();
    let scratch = Scratch::new("snapshot");
    let handle = ttlog::init()
        .level(LogLevel::Info)
        .recorder_only()
        .overflow(Overflow::Block)
        .capacity_bytes(events * BYTES_PER_EVENT)
        .snapshot_dir(scratch.path())
        .init();
    for index in 0..events as u64 {
        let (user_id, duration_ms) = (black_box(FIRST_USER_ID + index), black_box(index & 1023));
        ttlog::info!(
            "User logged in",
            user_id = user_id,
            duration_ms = duration_ms
        );
    }
    handle.flush();

    let start = Instant::now();
    let path = handle
        .snapshot("bench")
        .expect("the snapshot can be written");
    let written = start.elapsed();
    let bytes = std::fs::metadata(&path)
        .expect("the snapshot is there")
        .len();

    let start = Instant::now();
    assert_eq!(
        count(&path),
        events as u64,
        "every event is in the snapshot"
    );
    let read = start.elapsed();
    Figures::new()
        .with("milliseconds", written.as_secs_f64() * 1e3)
        .with("bytes", bytes as f64 / events as f64)
        .with("read_milliseconds", read.as_secs_f64() * 1e3)
}

/// Counts the events of a snapshot, and asserts that each has the values that were logged, in order.
fn count(path: &Path) -> u64 {
    let mut reader = SnapshotReader::open(path).expect("the snapshot can be opened");
    let mut count = 0;
    while let Some(event) = reader.next_event().expect("the snapshot can be read") {
        let value = |name| event.field(name).map(|value| value.to_field_value());
        assert_eq!(
            value("user_id"),
            Some(FieldValue::from(FIRST_USER_ID + count)),
            "the event after {count}"
        );
        assert_eq!(
            value("duration_ms"),
            Some(FieldValue::from(count & 1023)),
            "the event after {count}"
        );
        count += 1;
    }
    count
}

/// Counts the events of a snapshot, and asserts that it is whole.
pub(super) fn count_any(path: &Path) -> u64 {
    let mut reader = SnapshotReader::open(path).expect("the snapshot can be opened");
    let mut count = 0;
    while reader
        .next_event()
        .expect("the snapshot can be read")
        .is_some()
    {
        count += 1;
    }
    assert!(reader.is_complete(), "{:?}", reader.flaws());
    count
}
