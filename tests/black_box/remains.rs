//! What a start on the path of a black box finds of the run before, held against what the run said of its progress.

use std::fs;
use std::path::PathBuf;

use ttlog::snapshot::fact;
use ttlog::{FieldValue, LogEvent, SnapshotReader};

use crate::child::{Scene, THREADS, check_of};

/// What was saved of a run.
pub(crate) struct Remains {
    pub(crate) reason: String,
    pub(crate) events: Vec<LogEvent>,
    pub(crate) recorded: u64,
}

impl Scene {
    /// Starts on the path again; gives what was saved, `None` where nothing was.
    pub(crate) fn remains(&self) -> Option<Remains> {
        let _ = fs::remove_dir_all(self.snapshots());
        ttlog::init()
            .recorder_only()
            .capacity_bytes(1)
            .snapshot_dir(self.snapshots())
            .black_box(self.black_box())
            .build()
            .unwrap();
        let files: Vec<PathBuf> = match fs::read_dir(self.snapshots()) {
            Ok(directory) => directory.map(|entry| entry.unwrap().path()).collect(),
            Err(_) => Vec::new(),
        };
        assert!(files.len() <= 1, "{files:?}");
        let mut reader = SnapshotReader::open(files.first()?).unwrap();
        let events = reader.log_events().unwrap();
        assert!(reader.is_complete(), "{:?}", reader.flaws());
        Some(Remains {
            reason: reader.facts().text(fact::REASON).unwrap().to_owned(),
            recorded: reader.facts().number(fact::RECORDED).unwrap(),
            events,
        })
    }

    /// What the child said of its progress.
    fn said(&self) -> Vec<(u64, u64)> {
        let bytes = fs::read(self.progress()).unwrap();
        let (words, _) = bytes.as_chunks::<8>();
        let words: Vec<u64> = words.iter().map(|word| u64::from_ne_bytes(*word)).collect();
        words.chunks(2).map(|pair| (pair[0], pair[1])).collect()
    }

    /// Asserts that everything is there whose call had returned and that fits; gives how many events that were.
    pub(crate) fn assert_nothing_is_missing(
        &self,
        remains: &Remains,
        capacity_bytes: usize,
    ) -> usize {
        let oldest_ns = remains
            .events
            .first()
            .map_or(0, |event| event.timestamp_nanos);
        let mut total = 0;
        let mut complete = true;
        for (thread, (returned, returned_ns)) in (0..THREADS as u64).zip(self.said()) {
            let numbers = numbers_of(&remains.events, thread);
            let contiguous = numbers.windows(2).all(|pair| pair[1] == pair[0] + 1);
            assert!(
                contiguous,
                "events of thread {thread} are missing or out of order"
            );
            match (numbers.first(), numbers.last()) {
                (Some(first), Some(last)) => {
                    // The child may have been stopped between an event and saying so.
                    let range = returned..=returned + 1;
                    assert!(
                        range.contains(&(last + 1)),
                        "{last} is the last of {returned}"
                    );
                    complete &= *first == 0;
                }
                _ => {
                    // All of its events are older than those that there was room for. Clocks differ a little.
                    let older = returned_ns < oldest_ns + 1_000_000;
                    assert!(
                        returned == 0 || older,
                        "{returned} events of thread {thread}"
                    );
                    complete &= returned == 0;
                }
            }
            total += numbers.len();
        }
        // The shortest event has six words in the recorder.
        let room_for = capacity_bytes / 8 / 20;
        assert!(
            complete || total >= room_for,
            "only {total} events were kept"
        );
        assert!(remains.recorded >= total as u64);
        total
    }
}

/// The numbers of a thread's events in their order. Each event must be whole.
fn numbers_of(events: &[LogEvent], thread: u64) -> Vec<u64> {
    let mut last_ns = 0;
    let of_thread = events
        .iter()
        .filter(|event| event.message.starts_with("one ") && number(event, "thread") == thread);
    of_thread
        .map(|event| {
            let value = number(event, "number");
            assert_eq!(number(event, "check"), check_of(thread, value), "{event:?}");
            assert_eq!(
                event.thread_name.as_deref(),
                Some(&*format!("worker-{thread}"))
            );
            if let Some(FieldValue::Str(text)) = event.field("text") {
                assert_eq!(text.trim_end_matches('-'), value.to_string());
                assert_eq!(event.message, "one with a text");
            }
            assert!(event.timestamp_nanos >= last_ns, "out of order: {event:?}");
            last_ns = event.timestamp_nanos;
            value
        })
        .collect()
}

fn number(event: &LogEvent, field: &str) -> u64 {
    match event.field(field) {
        Some(FieldValue::U64(value)) => *value,
        other => panic!("{field} of {event:?} is {other:?}"),
    }
}
