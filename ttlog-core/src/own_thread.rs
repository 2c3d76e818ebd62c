//! How ttlog starts the threads that it needs itself.

use std::io;
use std::thread;

/// Starts a thread of this name.
///
/// `work` is boxed and not a generic parameter: else each caller would have a copy of what std does to start a thread, and that is long.
///
/// # Errors
/// The system refuses a thread; `work` is dropped.
pub(crate) fn start(name: &str, work: Box<dyn FnOnce() + Send>) -> io::Result<()> {
    thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .map(drop)
}
