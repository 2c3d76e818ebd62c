//! What is found after a child has died.

use std::fs;
use std::path::PathBuf;

use ttlog::snapshot::fact;
use ttlog::{FieldValue, LogEvent, LogLevel, SnapshotReader};

use crate::child::{EVENTS, Mode, Scene};

/// A snapshot of a crash.
pub(crate) struct Remains {
    pub(crate) path: PathBuf,
    pub(crate) reason: String,
    /// The last event is the crash.
    pub(crate) events: Vec<LogEvent>,
}

impl Scene {
    /// The one snapshot that there is; nothing else may be left. For a black box, the next start saves it.
    #[track_caller]
    pub(crate) fn remains(&self, mode: Mode) -> Remains {
        if mode == Mode::Box {
            assert_eq!(self.files(), Vec::<PathBuf>::new());
            ttlog::init()
                .recorder_only()
                .capacity_bytes(1)
                .snapshot_dir(self.snapshots())
                .black_box(self.black_box())
                .build()
                .unwrap();
        }
        let files = self.files();
        assert_eq!(files.len(), 1, "{files:?}");
        let path = files[0].clone();
        let mut reader = SnapshotReader::open(&path).unwrap();
        let events = reader.log_events().unwrap();
        assert!(reader.is_complete(), "{:?}", reader.flaws());
        assert_eq!(reader.facts().text(fact::SERVICE), Some("crash test"));
        Remains {
            reason: reader.facts().text(fact::REASON).unwrap().to_owned(),
            path,
            events,
        }
    }

    pub(crate) fn files(&self) -> Vec<PathBuf> {
        match fs::read_dir(self.snapshots()) {
            Ok(directory) => directory.map(|entry| entry.unwrap().path()).collect(),
            Err(_) => Vec::new(),
        }
    }
}

impl Remains {
    /// The event that tells of the crash.
    pub(crate) fn crash(&self) -> &LogEvent {
        self.events.last().unwrap()
    }

    /// Asserts that all events of the first `threads` threads are there, in their order, and that the last event tells of `signal`.
    #[track_caller]
    pub(crate) fn assert_whole(&self, threads: u64, signal: i32) {
        for thread in 0..threads {
            let of_thread = |event: &&LogEvent| number(event, "thread") == Some(thread);
            let numbers: Vec<u64> = self
                .events
                .iter()
                .filter(of_thread)
                .filter_map(|event| number(event, "number"))
                .collect();
            assert!(
                numbers.iter().copied().eq(0..EVENTS),
                "thread {thread}: {numbers:?}"
            );
        }
        let crash = self.crash();
        assert_eq!(crash.level, LogLevel::Critical);
        assert_eq!(crash.target, "signal");
        assert_eq!(number(crash, "signal"), Some(signal as u64), "{crash:?}");
        assert_eq!(self.reason, format!("crashed: {}", crash.message));
    }
}

/// An unsigned field.
pub(crate) fn number(event: &LogEvent, field: &str) -> Option<u64> {
    match event.field(field) {
        Some(FieldValue::U64(value)) => Some(*value),
        _ => None,
    }
}
