//! The macros through a crate that re-exports them, where no crate is called `ttlog`.

use std::io;
use std::sync::{Arc, Mutex};

use ttlog_test_rename::{EventRef, LogEvent, LogLevel, Sink, info, log_order, logging, note};

/// Keeps what it is given.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<LogEvent>>>);

impl Sink for Kept {
    fn write(&mut self, event: &EventRef<'_>) -> io::Result<()> {
        self.0.lock().unwrap().push(event.to_log_event());
        Ok(())
    }
}

fn messages(call: impl FnOnce()) -> Vec<String> {
    let kept = Kept::default();
    let builder = ttlog_test_rename::init().level(LogLevel::Trace);
    let handle = builder.sink(kept.clone()).build().unwrap();
    handle.scope(call);
    assert!(handle.flush());
    let events = kept.0.lock().unwrap();
    events.iter().map(|event| event.message.clone()).collect()
}

#[test]
fn a_renamed_crate_logs() {
    assert_eq!(messages(ttlog_test_rename::log).len(), 10 + 2 * 3 + 3);
}

#[test]
fn a_crate_that_was_handed_on_logs() {
    let user = "Ada";
    let messages = messages(|| {
        info!("info {user}", user);
        note!("note {}", user);
        logging::log!(LogLevel::Warn, "log {user}", attempt = 1);
        log_order!(7, "order of {user}");
    });
    assert_eq!(
        messages,
        ["info Ada", "note Ada", "log Ada", "order of Ada"]
    );
}

#[test]
fn fields_are_derived_through_any_path() {
    #[derive(logging::Fields)]
    #[ttlog(crate = ttlog_test_rename::logging)]
    struct Attempt {
        number: u8,
    }
    assert_eq!(
        messages(|| info!("text", ..Attempt { number: 1 })),
        ["text"]
    );
}
