//! [`Message`]: what can be asked of the snapshot thread.

use crate::answer::Answer;
use crate::level::LogLevel;
use crate::parts::Parts;

/// What can be asked of the snapshot thread, which looks for it at least every 40 ms; see [`TtlogHandle::sender`](crate::TtlogHandle::sender).
#[derive(Debug)]
#[non_exhaustive]
pub enum Message {
    /// Write a snapshot with this reason. Failures are reported on stderr.
    Snapshot(String),
    /// Bring everything logged before to every sink. [`TtlogHandle::flush`](crate::TtlogHandle::flush) waits for it.
    Flush,
    /// Change the level of the targets that no directive covers.
    SetLevel(LogLevel),
    /// Change the directives; see [`TtlogHandle::set_filter`](crate::TtlogHandle::set_filter).
    SetFilter(String),
    /// For ttlog's own use.
    #[doc(hidden)]
    Internal(Internal),
}

/// What only ttlog itself asks of the snapshot thread.
#[derive(Debug)]
pub struct Internal(pub(crate) Task);

#[derive(Debug)]
pub(crate) enum Task {
    /// Empty the rings as far as possible, once, then answer.
    Sync(Answer),
    /// Empty the rings of all that is in them now, then answer with the position in the recorder.
    Drain(Answer),
    /// Take the snapshots that triggers have put off, then answer.
    Settle(Answer),
    /// Go on with another recorder and other sinks.
    Replace(Box<Parts>),
    /// End, once the rings are empty.
    Stop,
    /// Panic, as if ttlog had a mistake.
    #[cfg(test)]
    Panic,
}
