//! [`Memory`]: events kept in memory, for tests.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Sink;
use crate::decode::EventRef;
use crate::event::LogEvent;

/// Keeps events in memory, for tests of what a program logs. Clones share the events.
///
/// ```
/// use ttlog_core::sink::Memory;
///
/// let memory = Memory::new();
/// // Give a clone to the builder by `.sink(memory.clone())`, log, flush; then:
/// # fn check(memory: &Memory) {
/// let event = memory.assert_logged(|event| event.message == "User logged in");
/// assert_eq!(event["user_id"], 42);
/// # }
/// assert!(memory.is_empty());
/// ```
#[derive(Debug, Clone, Default)]
pub struct Memory {
    events: Arc<Mutex<VecDeque<LogEvent>>>,
    /// `None`: as many as come.
    capacity: Option<usize>,
}

impl Memory {
    /// Keeps all events.
    pub fn new() -> Memory {
        Memory::default()
    }

    /// Keeps the newest `capacity` events.
    pub fn with_capacity(capacity: usize) -> Memory {
        Memory {
            capacity: Some(capacity),
            ..Memory::default()
        }
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<LogEvent>> {
        // A test that failed while it looked left the events as they were.
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The events, the oldest first.
    pub fn events(&self) -> Vec<LogEvent> {
        self.lock().iter().cloned().collect()
    }

    /// The events, which are then gone.
    pub fn take(&self) -> Vec<LogEvent> {
        std::mem::take(&mut *self.lock()).into()
    }

    /// How many events there are.
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// Forgets the events.
    pub fn clear(&self) {
        self.lock().clear();
    }

    /// The oldest event for which `wanted` is true.
    pub fn find(&self, mut wanted: impl FnMut(&LogEvent) -> bool) -> Option<LogEvent> {
        let events = self.events();
        events.into_iter().find(|event| wanted(event))
    }

    /// The events with this message, the oldest first.
    pub fn with_message(&self, message: &str) -> Vec<LogEvent> {
        let mut events = self.events();
        events.retain(|event| event.message == message);
        events
    }

    /// The oldest event for which `wanted` is true.
    ///
    /// # Panics
    /// There is none; the panic lists the events that there are.
    #[track_caller]
    pub fn assert_logged(&self, wanted: impl FnMut(&LogEvent) -> bool) -> LogEvent {
        match self.find(wanted) {
            Some(event) => event,
            None => panic!("no such event among {}", self.listing()),
        }
    }

    /// Makes sure that `unwanted` is true for no event.
    ///
    /// # Panics
    /// It is for one; the panic lists the events that there are.
    #[track_caller]
    pub fn assert_not_logged(&self, unwanted: impl FnMut(&LogEvent) -> bool) {
        if let Some(event) = self.find(unwanted) {
            panic!("{:?} is among {}", event.message, self.listing());
        }
    }

    fn listing(&self) -> String {
        let mut listing = format!("the {} events logged:", self.len());
        for event in self.events() {
            listing += &format!(
                "\n  {:5} {}: {:?}",
                event.level, event.target, event.message
            );
            for field in &event.fields {
                listing += &format!(" {}={:?}", field.key, field.value);
            }
        }
        listing
    }
}

impl Sink for Memory {
    fn write(&mut self, event: &EventRef<'_>) -> io::Result<()> {
        let event = event.to_log_event();
        let mut events = self.lock();
        events.push_back(event);
        if self
            .capacity
            .is_some_and(|capacity| events.len() > capacity)
        {
            events.pop_front();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LogLevel;
    use crate::format::testing::{event, every_kind_of_value, record, with};

    fn log(memory: &Memory, message: &str, user_id: u32) {
        let event = with(
            event(LogLevel::Info, message),
            [("user_id", user_id.into())],
        );
        memory.clone().write(&record(&event).event()).unwrap();
    }

    #[test]
    fn clones_share_the_events() {
        let memory = Memory::new();
        log(&memory, "a", 1);
        log(&memory, "b", 2);
        log(&memory, "a", 3);
        assert_eq!(memory.len(), 3);
        assert_eq!(memory.with_message("a").len(), 2);
        assert_eq!(
            memory.find(|event| event["user_id"] == 2).unwrap().message,
            "b"
        );
        assert_eq!(memory.take().len(), 3);
        assert!(memory.is_empty());
        log(&memory, "c", 4);
        memory.clear();
        assert_eq!(memory.events(), []);
    }

    #[test]
    fn what_is_kept_is_what_was_logged() {
        let memory = Memory::new();
        let mut fields = every_kind_of_value();
        fields.retain(|(name, _)| *name != "nan");
        let event = with(event(LogLevel::Error, "all"), fields);
        memory.clone().write(&record(&event).event()).unwrap();
        assert_eq!(memory.events(), [event]);
    }

    #[test]
    fn of_a_bounded_memory_the_newest_events_are_there() {
        let memory = Memory::with_capacity(2);
        (0..5).for_each(|number| log(&memory, "x", number));
        let numbers: Vec<_> = memory
            .events()
            .into_iter()
            .map(|e| e["user_id"].clone())
            .collect();
        assert_eq!(numbers, [3, 4]);
    }

    #[test]
    fn an_assertion_gives_the_event() {
        let memory = Memory::new();
        log(&memory, "hello", 42);
        let event = memory.assert_logged(|event| event.message == "hello");
        assert_eq!(event["user_id"], 42);
        assert_eq!(event.field("user_id"), Some(&42.into()));
        memory.assert_not_logged(|event| event.level == LogLevel::Error);
    }

    #[test]
    #[should_panic(expected = "my_app::db: \"hello\" user_id=U64(42)")]
    fn an_assertion_that_fails_lists_the_events() {
        let memory = Memory::new();
        log(&memory, "hello", 42);
        memory.assert_logged(|event| event.message == "bye");
    }

    #[test]
    #[should_panic(expected = "is among the 1 events")]
    fn an_event_that_must_not_be_there_fails_the_assertion() {
        let memory = Memory::new();
        log(&memory, "hello", 42);
        memory.assert_not_logged(|event| event["user_id"] == 42);
    }
}
