//! One event through everything: macro, ring, snapshot thread, sink, snapshot, reader.

use std::io;
use std::sync::{Arc, Mutex};

use ttlog::{EventRef, FieldValue, LogEvent, LogLevel, Sink, SnapshotReader, info, warn};

/// Keeps what it is given.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<LogEvent>>>);

impl Sink for Kept {
    fn write(&mut self, event: &EventRef<'_>) -> io::Result<()> {
        self.0.lock().unwrap().push(event.to_log_event());
        Ok(())
    }
}

#[test]
fn an_event_reaches_the_sink_and_the_snapshot_with_its_types() {
    let directory = std::env::temp_dir().join(format!("ttlog-line-{}", std::process::id()));
    let kept = Kept::default();
    let handle = ttlog::init()
        .sink(kept.clone())
        .snapshot_dir(&directory)
        .build()
        .unwrap();
    let user_id = 123_u64;
    handle.scope(|| {
        info!("user {user_id} logged in", user_id, ratio = 0.5);
        warn!(attempts = -3, missing = None::<u8>, "odd");
    });
    assert!(handle.flush());

    let check = |events: &[LogEvent]| {
        assert_eq!(events.len(), 2);
        assert_eq!(events[0].level, LogLevel::Info);
        assert_eq!(events[0].target, module_path!());
        assert_eq!(events[0].message, "user 123 logged in");
        assert_eq!(events[0].field("user_id"), Some(&FieldValue::U64(123)));
        assert_eq!(events[0].field("ratio"), Some(&FieldValue::F64(0.5)));
        assert_eq!(events[1].level, LogLevel::Warn);
        assert_eq!(events[1].field("attempts"), Some(&FieldValue::I64(-3)));
        assert_eq!(events[1].field("missing"), Some(&FieldValue::None));
        assert!(events[0].timestamp_nanos <= events[1].timestamp_nanos);
    };
    check(&kept.0.lock().unwrap());

    let path = handle.snapshot("test").unwrap();
    let mut snapshot = SnapshotReader::open(&path).unwrap();
    check(&snapshot.log_events().unwrap());
    std::fs::remove_dir_all(&directory).unwrap();

    let stats = handle.stats();
    assert_eq!((stats.recorded, stats.delivered), (2, 2));
    assert_eq!(stats.sinks[0].delivered, 2);
}
