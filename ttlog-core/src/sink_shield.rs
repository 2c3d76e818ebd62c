//! [`Shield`]: calls a sink so that nothing it does reaches anything but its own account.

use std::any::Any;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crate::decode::EventRef;
use crate::fork;
use crate::report::{panic_message, report};
use crate::sink::{Setback, SetbackKind, Sink};
use crate::sink_state::{Health, SinkState};
use crate::snapshot::Facts;

/// The pauses between two tries of a flush that fails double from the first to the last.
const FIRST_RETRY: Duration = Duration::from_millis(10);
const LAST_RETRY: Duration = Duration::from_secs(1);
/// How often a flush is tried when the thread has to end.
const LAST_TRIES: u32 = 3;

const NOT_TAKEN: &str = "could not take an event";
const NOT_FLUSHED: &str = "could not flush, and tries again";

/// What is to be done after a flush that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Failure {
    /// Try again, later each time.
    Retry,
    /// Try again after so long.
    RetryIn(Duration),
    /// Go on with the rest: events were given up.
    Lost,
}

/// A sink that may fail, panic or hang.
pub(crate) struct Shield {
    sink: Box<dyn Sink>,
    state: Arc<SinkState>,
    /// Events that the sink took since its last good flush.
    unflushed: u64,
    /// Since when it has had anything to flush, if only what counts as no event.
    dirty_since: Option<Instant>,
    /// For how long that may wait for more.
    linger: Duration,
    /// It has to end and could not be flushed: it is called no more.
    is_given_up: bool,
    /// Whether it was told that the sink itself gives up on events.
    has_lost: bool,
    /// The process that the sink belongs to.
    generation: u32,
}

impl Shield {
    pub(crate) fn new(sink: Box<dyn Sink>, linger: Duration, state: Arc<SinkState>) -> Self {
        Shield {
            sink,
            state,
            unflushed: 0,
            dirty_since: None,
            linger,
            is_given_up: false,
            has_lost: false,
            generation: fork::generation(),
        }
    }

    pub(crate) fn start(&mut self, process: &Facts) {
        let what = "could not start";
        match catch_unwind(AssertUnwindSafe(|| self.sink.start(process))) {
            Ok(Ok(())) => {}
            Ok(Err(error)) => self.failed(what, &error.to_string()),
            Err(payload) => self.failed(what, &panicked(payload)),
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
        match self.try_write(event) {
            // It is full.
            Err(Some(_)) if self.flush() => {}
            Err(_) => return false,
            Ok(()) => return true,
        }
        match self.try_write(event) {
            Ok(()) => true,
            Err(full) => {
                if let Some(error) = full {
                    self.failed(NOT_TAKEN, &error.to_string());
                }
                false
            }
        }
    }

    /// What is given back as an error is that the sink is full; all others are told of.
    fn try_write(&mut self, event: &EventRef<'_>) -> Result<(), Option<io::Error>> {
        if self.is_left_behind() || self.is_given_up {
            return Err(None);
        }
        if self.dirty_since.is_none() {
            self.dirty_since = Some(Instant::now());
        }
        match catch_unwind(AssertUnwindSafe(|| self.sink.write(event))) {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(error)) if error.kind() == io::ErrorKind::WouldBlock => return Err(Some(error)),
            Ok(Err(error)) => self.failed(NOT_TAKEN, &error.to_string()),
            Err(payload) => self.failed(NOT_TAKEN, &panicked(payload)),
        }
        Err(None)
    }

    /// For how long what the sink took may still wait for more.
    pub(crate) fn may_linger_for(&self) -> Duration {
        match self.dirty_since {
            Some(since) => self.linger.saturating_sub(since.elapsed()),
            None => Duration::ZERO,
        }
    }

    /// Flushes the sink if it took anything, again and again if it fails; `false` if the thread has to end without
    /// success.
    pub(crate) fn flush(&mut self) -> bool {
        let mut pause = FIRST_RETRY;
        let mut last_tries = LAST_TRIES;
        while self.dirty_since.is_some() && !self.is_left_behind() && !self.is_given_up {
            let Err(failure) = self.try_flush() else {
                self.dirty_since = None;
                self.state.set_health(Health::Well);
                self.state.progress(1);
                break;
            };
            if failure == Failure::Lost {
                continue;
            }
            self.state.set_health(Health::Failing);
            if self.state.is_stopping() {
                last_tries -= 1;
                if last_tries == 0 {
                    self.state.delivered_was_dropped(self.unflushed);
                    self.is_given_up = true;
                }
            } else if let Failure::RetryIn(pause) = failure {
                self.wait(pause);
            } else {
                thread::park_timeout(pause);
                pause = (pause * 2).min(LAST_RETRY);
            }
        }
        self.unflushed = 0;
        !self.is_left_behind() && !self.is_given_up
    }

    /// Waits for as long as the sink has said, unless it has to end.
    fn wait(&self, pause: Duration) {
        let since = Instant::now();
        while !self.state.is_stopping() {
            let left = pause.saturating_sub(since.elapsed());
            if left.is_zero() {
                return;
            }
            thread::park_timeout(left);
        }
    }

    fn try_flush(&mut self) -> Result<(), Failure> {
        let error = match catch_unwind(AssertUnwindSafe(|| self.sink.flush())) {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(error)) => error,
            Err(payload) => {
                self.failed(NOT_FLUSHED, &panicked(payload));
                return Err(Failure::Retry);
            }
        };
        let events = match Setback::of(&error) {
            Some(SetbackKind::Lost(events)) => events.min(self.unflushed),
            _ => 0,
        };
        if events > 0 {
            self.gives_up(events, &error);
            return Err(Failure::Lost);
        }
        self.failed(NOT_FLUSHED, &error.to_string());
        Err(match Setback::of(&error) {
            Some(SetbackKind::RetryIn(pause)) => Failure::RetryIn(pause),
            _ => Failure::Retry,
        })
    }

    /// The sink has lost events that it took. The first time is reported, whatever failed before that was to be tried again.
    #[cold]
    fn gives_up(&mut self, events: u64, why: &io::Error) {
        self.unflushed -= events;
        self.state.delivered_was_dropped(events);
        self.state.errors(1);
        if !std::mem::replace(&mut self.has_lost, true) {
            let name = &self.state.name;
            report(&format!(
                "sink {name} has lost {events} events: {why} (reported once)"
            ));
        }
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
