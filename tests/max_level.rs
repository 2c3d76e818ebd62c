//! The features `max_level_*` compile calls out. Runs with `--features max_level_warn`.
#![cfg(feature = "max_level_warn")]

use ttlog::sink::Memory;
use ttlog::{LogLevel, enabled, info, log, warn};

#[test]
fn what_is_compiled_out_is_neither_recorded_nor_evaluated() {
    let memory = Memory::new();
    let handle = ttlog::init()
        .filter("trace")
        .sink(memory.clone())
        .build()
        .unwrap();
    let mut evaluated = 0;
    let mut count = || {
        evaluated += 1;
        evaluated
    };
    handle.scope(|| {
        info!("not there", value = count());
        log!(LogLevel::Info, "nor this", value = count());
        assert!(!enabled!(LogLevel::Info) && enabled!(LogLevel::Warn));
        warn!("there", value = count());
    });
    assert!(handle.flush());
    let events = memory.events();
    assert_eq!(events.len(), 1);
    assert_eq!((events[0].message.as_str(), evaluated), ("there", 1));
}
