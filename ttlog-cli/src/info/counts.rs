//! [`Counts`]: what is counted over all events.

use std::collections::HashMap;

use hashbrown::HashMap as BorrowingMap;
use ttlog_core::{EventRef, LogLevel, RecordKind};

use super::timeline::Timeline;

/// How many log calls and threads are told apart; a file that has more has them by malice or by mistake.
const MOST_KEYS: usize = 1 << 16;

/// What identifies a log call, and how it is shown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Call {
    pub(super) level: LogLevel,
    pub(super) target: String,
    pub(super) file: String,
    pub(super) line: u32,
    pub(super) message: String,
}

/// The same, borrowed from an event.
#[derive(Hash)]
struct CallRef<'a> {
    level: LogLevel,
    target: &'a str,
    file: &'a str,
    line: u32,
    message: &'a str,
}

impl hashbrown::Equivalent<Call> for CallRef<'_> {
    fn equivalent(&self, call: &Call) -> bool {
        // What tells calls apart soonest comes first.
        self.line == call.line
            && self.message == call.message
            && self.file == call.file
            && self.target == call.target
            && self.level == call.level
    }
}

impl From<&CallRef<'_>> for Call {
    fn from(call: &CallRef<'_>) -> Call {
        Call {
            level: call.level,
            target: call.target.to_owned(),
            file: call.file.to_owned(),
            line: call.line,
            message: call.message.to_owned(),
        }
    }
}

/// What is counted of a thread.
#[derive(Debug, Default)]
pub(super) struct Thread {
    pub(super) name: Option<String>,
    pub(super) events: u64,
}

/// What is counted over all events.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) events: u64,
    /// Spans that have begun, and those that have ended.
    pub(super) spans_begun: u64,
    pub(super) spans_ended: u64,
    pub(super) levels: [u64; LogLevel::ALL.len()],
    pub(super) threads: HashMap<u32, Thread>,
    pub(super) calls: BorrowingMap<Call, u64>,
    pub(super) timeline: Timeline,
    /// When the first and the last event happened.
    pub(super) span: Option<(u64, u64)>,
}

impl Counts {
    pub(super) fn add(&mut self, event: &EventRef<'_>) {
        match event.kind() {
            RecordKind::Event => {}
            RecordKind::SpanBegin => return self.spans_begun += 1,
            RecordKind::SpanEnd => return self.spans_ended += 1,
            _ => return,
        }
        self.events += 1;
        self.levels[event.level() as usize] += 1;
        let time = event.timestamp_nanos();
        let (first, last) = self.span.unwrap_or((time, time));
        self.span = Some((first.min(time), last.max(time)));
        self.timeline.add(time, event.level());
        self.add_thread(event);
        self.add_call(event);
    }

    fn add_thread(&mut self, event: &EventRef<'_>) {
        let id = event.thread_id();
        if let Some(thread) = self.threads.get_mut(&id) {
            thread.events += 1;
        } else if self.threads.len() < MOST_KEYS {
            let name = event.thread_name().map(str::to_owned);
            self.threads.insert(id, Thread { name, events: 1 });
        }
    }

    fn add_call(&mut self, event: &EventRef<'_>) {
        let call = CallRef {
            level: event.level(),
            target: event.target(),
            file: event.file(),
            line: event.line(),
            message: event.message_template(),
        };
        if let Some(count) = self.calls.get_mut(&call) {
            *count += 1;
        } else if self.calls.len() < MOST_KEYS {
            self.calls.insert(Call::from(&call), 1);
        }
    }

    /// The threads with most events, most first.
    pub(super) fn busiest_threads(&self, top: usize) -> Vec<(u32, &Thread)> {
        let mut threads: Vec<_> = self
            .threads
            .iter()
            .map(|(id, thread)| (*id, thread))
            .collect();
        threads.sort_by_key(|(id, thread)| (u64::MAX - thread.events, *id));
        threads.truncate(top);
        threads
    }

    /// The log calls with most events, most first; of those with as many, the more severe.
    pub(super) fn busiest_calls(&self, top: usize) -> Vec<(&Call, u64)> {
        let mut calls: Vec<_> = self
            .calls
            .iter()
            .map(|(call, count)| (call, *count))
            .collect();
        calls.sort_by(|(one, one_count), (other, other_count)| {
            other_count
                .cmp(one_count)
                .then(other.level.cmp(&one.level))
                .then_with(|| one.cmp(other))
        });
        calls.truncate(top);
        calls
    }
}
