use crate::event_builder::EventBuilder;
use crate::message::Task;
use crate::sink::Memory;
use crate::sink::testing::TempDir;
use crate::{LogLevel, SnapshotReader, emit_fast, init};

fn log(message: &str) {
    let event = EventBuilder::with_capacity(0).level(LogLevel::Info);
    emit_fast(event.message(message.to_owned()).build());
}

#[test]
fn a_mistake_on_this_thread_keeps_no_caller_waiting_and_what_it_loses_is_counted() {
    let directory = TempDir::new();
    let memory = Memory::new();
    let handle = init()
        .ring_bytes(8 << 10)
        .max_event_bytes(1 << 10)
        .sink(memory.clone())
        .snapshot_dir(directory.path(""))
        .build()
        .unwrap();
    handle.scope(|| log("before"));
    assert!(handle.flush());
    handle.pipeline().flow.ask(Task::Panic).unwrap();
    while handle.pipeline().flow.is_alive() {
        std::thread::yield_now();
    }
    // More than a ring holds, with the policy that waits.
    handle.scope(|| (0..10_000).for_each(|_| log("after")));
    assert!(!handle.flush());
    let stats = handle.stats();
    assert_eq!(stats.recorded, 10_001);
    assert!(stats.dropped > 9_000, "{stats}");
    let path = handle.snapshot("after the mistake").unwrap();
    let events = SnapshotReader::open(path).unwrap().log_events().unwrap();
    assert_eq!(events[0].message, "before");
    // What is in the ring is there as well.
    assert_eq!(events.len() as u64, stats.recorded - stats.dropped);
    assert_eq!(memory.len(), 1);
}
