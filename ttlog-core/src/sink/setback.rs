//! [`Setback`]: what a sink that keeps events has to say of a flush that failed, beside that it did.

use std::error::Error;
use std::fmt;
use std::io;
use std::time::Duration;

/// What a [flush](super::Sink::flush) that failed may carry in its [`io::Error`]: when to try again, or what is lost for good.
///
/// ```
/// use std::time::Duration;
/// use ttlog_core::sink::Setback;
///
/// let busy = Setback::retry_in(Duration::from_secs(5), "the server is busy");
/// assert_eq!(busy.to_string(), "the server is busy");
/// ```
#[derive(Debug)]
pub struct Setback {
    kind: Kind,
    why: Box<str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    RetryIn(Duration),
    Lost(u64),
}

impl Setback {
    /// Nothing is lost yet, and flush is to be called again after `pause`, or at once where the sink has to end.
    pub fn retry_in(pause: Duration, why: impl Into<Box<str>>) -> io::Error {
        Setback::error(Kind::RetryIn(pause), why.into())
    }

    /// So many of the events that were taken since the last good flush are lost: the sink doesn't keep them any longer. Flush is called again at once for those that it
    /// keeps. They count as dropped, and the first loss of a sink is reported on stderr.
    pub fn lost(events: u64, why: impl Into<Box<str>>) -> io::Error {
        Setback::error(Kind::Lost(events), why.into())
    }

    fn error(kind: Kind, why: Box<str>) -> io::Error {
        io::Error::other(Setback { kind, why })
    }

    /// What an error carries.
    pub(crate) fn of(error: &io::Error) -> Option<Kind> {
        let setback: &Setback = error.get_ref()?.downcast_ref()?;
        Some(setback.kind)
    }
}

impl fmt::Display for Setback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

impl Error for Setback {}
