//! [`OpenSpans`]: which spans of a trace are slices of their thread, and which are not.
//!
//! Slices of a thread lie within each other or apart. A span that ends in the thread that it began in, as the last that began there, is such a slice. One
//! that ends elsewhere, or before one that began later, is an asynchronous slice, on a line of its own: futures in one thread are.

use std::collections::HashMap;

/// Where a trace puts a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// On its thread.
    Thread,
    /// On a line of its own.
    Alone,
}

/// A span that has not ended.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) thread: u32,
    pub(super) start_ns: u64,
    /// Keys of the trace's event that are known since it began.
    pub(super) keys: String,
}

/// The spans that have not ended, by the number of the process and their own.
#[derive(Debug, Default)]
pub(super) struct OpenSpans {
    spans: HashMap<(u64, u64), Open>,
    /// Of each thread, in the order of their beginnings.
    of_threads: HashMap<(u64, u32), Vec<u64>>,
}

impl OpenSpans {
    pub(super) fn begin(&mut self, pid: u64, id: u64, open: Open) {
        let thread = self.of_threads.entry((pid, open.thread)).or_default();
        thread.push(id);
        self.spans.insert((pid, id), open);
    }

    /// Takes out a span; where it belongs, and when it began if that is known.
    pub(super) fn end(&mut self, pid: u64, id: u64, thread: u32) -> (Place, Option<u64>) {
        let Some(open) = self.spans.remove(&(pid, id)) else {
            return (Place::Thread, None);
        };
        let open_in_thread = self.of_threads.entry((pid, open.thread)).or_default();
        let place = match open_in_thread.last() {
            Some(last) if *last == id && open.thread == thread => Place::Thread,
            _ => Place::Alone,
        };
        open_in_thread.retain(|other| *other != id);
        (place, Some(open.start_ns))
    }

    /// Those that are left, in the order of their beginnings, each with the number of its process.
    pub(super) fn rest(&mut self) -> Vec<(u64, Open)> {
        let spans = std::mem::take(&mut self.spans).into_iter();
        let mut rest: Vec<_> = spans.map(|((pid, _), open)| (pid, open)).collect();
        rest.sort_by_key(|(pid, open)| (open.start_ns, *pid, open.thread));
        rest
    }
}
