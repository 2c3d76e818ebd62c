//! What every reader has to do with any bytes at all: give events or an error, within what the bytes bound.
//!
//! The fuzz targets do the same.

use ttlog_core::SnapshotReader;
use ttlog_core::black_box::ImageFile;

/// A packed record takes a byte at least, and no block unpacks to more than 1 MiB.
const MOST_EVENTS_A_BYTE: usize = 64 << 10;

/// Reads bytes as a snapshot to its end; gives how many events there were.
pub(crate) fn read_snapshot(bytes: &[u8]) -> usize {
    let Ok(mut reader) = SnapshotReader::new(bytes) else {
        return 0;
    };
    let mut events = 0;
    while let Some(event) = reader.next_event().expect("memory can be read") {
        let event = event.to_log_event();
        assert!(
            event.fields.len() <= 65_536,
            "more fields than a record has words"
        );
        events += 1;
    }
    assert!(events <= bytes.len().saturating_mul(MOST_EVENTS_A_BYTE));
    assert!(reader.flaws().len() <= 64);
    let _ = reader.facts().iter().count();
    events
}

/// Reads bytes as the file of a black box; gives how many events there were. What comes out is a whole snapshot.
pub(crate) fn read_image(bytes: &[u8]) -> usize {
    let Ok(image) = ImageFile::from_bytes(bytes) else {
        return 0;
    };
    assert!(image.facts().iter().count() <= 1024);
    let mut snapshot = Vec::new();
    let recovered = image.recover(&mut snapshot).expect("memory can be written");
    assert!(recovered.events <= bytes.len() as u64);
    // What is not in the image can't be in the snapshot.
    assert!(snapshot.len() <= 2 * bytes.len() + (64 << 10));
    let reader = SnapshotReader::new(&snapshot[..]).expect("a snapshot came out");
    assert!(reader.facts().text("reason").is_some());
    read_snapshot(&snapshot)
}
