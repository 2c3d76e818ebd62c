//! [`ChildSink`]: how a sink goes on in a child of `fork`.

use std::fmt;
use std::io;

use super::Sink;

type Make = dyn FnOnce() -> io::Result<Box<dyn Sink>> + Send;

/// How a sink goes on in a child of `fork`; see [`Sink::for_child`].
pub struct ChildSink(Box<Make>);

impl ChildSink {
    /// `make` is called once in each child that logs, at its first log call, on the thread that makes it. What it has captured are the
    /// child's copies of what the parent has. It must not rely on other threads, or on locks that others may have held.
    ///
    /// Where it gives an error, that is reported on stderr, and the child does without the sink.
    pub fn new<S: Sink>(make: impl FnOnce() -> io::Result<S> + Send + 'static) -> ChildSink {
        ChildSink(Box::new(|| Ok(Box::new(make()?))))
    }

    pub(crate) fn make(self) -> io::Result<Box<dyn Sink>> {
        (self.0)()
    }
}

impl fmt::Debug for ChildSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChildSink").finish_non_exhaustive()
    }
}
