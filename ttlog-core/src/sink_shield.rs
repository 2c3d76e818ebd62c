//! [`Shield`]: calls a sink so that nothing it does reaches anything but its own account.

use std::any::Any;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crate::decode::EventRef;
use crate::fork;
use crate::report::{panic_message, report};
use crate::sink::Sink;
use crate::sink_state::{Health, SinkState};

/// The pauses between two tries of a flush that fails double from the first to the last.
const FIRST_RETRY: Duration = Duration::from_millis(10);
const LAST_RETRY: Duration = Duration::from_secs(1);
/// How often a flush is tried when the thread has to end.
const LAST_TRIES: u32 = 3;

/// A sink that may fail, panic or hang.
pub(crate) struct Shield {
    sink: Box<dyn Sink>,
    state: Arc<SinkState>,
    /// Events that the sink took since its last good flush.
    unflushed: u64,
    /// Whether it took anything since, if only what counts as no event.
    is_dirty: bool,
    /// The process that the sink belongs to.
    generation: u32,
}

impl Shield {
    pub(crate) fn new(sink: Box<dyn Sink>, state: Arc<SinkState>) -> Self {
        Shield {
            sink,
            state,
            unflushed: 0,
            is_dirty: false,
            generation: fork::generation(),
        }
    }

    /// The sink itself has forked: what it keeps is the parent's, and this thread has nothing more to do.
    fn is_left_behind(&self) -> bool {
        self.generation != fork::generation()
    }

    /// Gives the sink an event, and counts what became of it.
    pub(crate) fn deliver(&mut self, event: &EventRef<'_>) {
        if self.write(event) {
            self.state.delivered(1);
            self.unflushed += 1;
        } else {
            self.state.dropped(1);
        }
    }

    /// Gives the sink an event; whether it took it.
    pub(crate) fn write(&mut self, event: &EventRef<'_>) -> bool {
        if self.is_left_behind() {
            return false;
        }
        self.is_dirty = true;
        match catch_unwind(AssertUnwindSafe(|| self.sink.write(event))) {
            Ok(Ok(())) => return true,
            Ok(Err(error)) => self.failed("could not take an event", &error.to_string()),
            Err(payload) => self.failed("could not take an event", &panicked(payload)),
        }
        false
    }

    /// Flushes the sink if it took anything, again and again if it fails; `false` if the thread has to end without
    /// success.
    pub(crate) fn flush(&mut self) -> bool {
        let mut pause = FIRST_RETRY;
        let mut last_tries = LAST_TRIES;
        while self.is_dirty && !self.is_left_behind() && !self.try_flush() {
            self.state.set_health(Health::Failing);
            if self.state.is_stopping() {
                last_tries -= 1;
                if last_tries == 0 {
                    self.state.delivered_was_dropped(self.unflushed);
                    return false;
                }
            }
            thread::park_timeout(pause);
            pause = (pause * 2).min(LAST_RETRY);
        }
        if self.is_left_behind() {
            return false;
        }
        if self.is_dirty {
            self.state.set_health(Health::Well);
            self.state.progress(1);
        }
        self.unflushed = 0;
        self.is_dirty = false;
        true
    }

    fn try_flush(&mut self) -> bool {
        match catch_unwind(AssertUnwindSafe(|| self.sink.flush())) {
            Ok(Ok(())) => return true,
            Ok(Err(error)) => self.failed("could not flush, and tries again", &error.to_string()),
            Err(payload) => self.failed("could not flush, and tries again", &panicked(payload)),
        }
        false
    }

    /// Reports the first failure, and counts all.
    #[cold]
    fn failed(&self, what: &str, why: &str) {
        if self.state.errors(1) {
            let name = &self.state.name;
            report(&format!("sink {name} {what}: {why} (reported once)"));
        }
    }
}

impl Drop for Shield {
    fn drop(&mut self) {
        // A sink may panic in its drop, too. Until that is through, something stands in its place.
        let sink = std::mem::replace(&mut self.sink, Box::new(Nothing));
        if self.is_left_behind() {
            std::mem::forget(sink);
            return;
        }
        let dropped = catch_unwind(AssertUnwindSafe(|| drop(sink)));
        if let Err(payload) = dropped {
            self.failed("could not be closed", &panicked(payload));
        }
    }
}

/// What a caught panic said. The payload is not dropped, because that could panic again.
fn panicked(payload: Box<dyn Any + Send>) -> String {
    let text = format!("panicked: {}", panic_message(&*payload));
    std::mem::forget(payload);
    text
}

struct Nothing;

impl Sink for Nothing {
    fn write(&mut self, _event: &EventRef<'_>) -> io::Result<()> {
        Ok(())
    }
}
