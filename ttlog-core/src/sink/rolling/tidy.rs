//! [`Tidy`]: what becomes of the files that were set aside: they are compressed, and the oldest removed.
//!
//! Removing is done at once. Compressing takes time, so it is done, together with removing, on a thread of its own;
//! there is never more than one, and what is set aside while it works is left for the next one.

use std::fs;
use std::io;
use std::path::Path;
#[cfg(feature = "compression")]
use std::thread::{Builder, JoinHandle};

use super::names::{Names, Rolled, State};

/// What is kept.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Keep {
    pub(super) files: Option<usize>,
    pub(super) bytes: Option<u64>,
    #[cfg(feature = "compression")]
    pub(super) compressed: bool,
}

/// Keeps the directory tidy.
#[derive(Debug)]
pub(super) struct Tidy {
    names: Names,
    keep: Keep,
    #[cfg(feature = "compression")]
    worker: Option<JoinHandle<io::Result<()>>>,
    /// Something was set aside while the worker was busy.
    #[cfg(feature = "compression")]
    again: bool,
}

impl Tidy {
    pub(super) fn new(names: Names, keep: Keep) -> Tidy {
        Tidy {
            names,
            keep,
            #[cfg(feature = "compression")]
            worker: None,
            #[cfg(feature = "compression")]
            again: false,
        }
    }

    /// Tidies up, or has somebody do it.
    ///
    /// # Errors
    /// A file could not be removed; or the last worker could not compress one.
    #[cfg(feature = "compression")]
    pub(super) fn run(&mut self) -> io::Result<()> {
        if !self.keep.compressed {
            return prune(&self.names, self.keep);
        }
        self.again = true;
        self.poll()
    }

    /// The same where nothing is ever compressed.
    #[cfg(not(feature = "compression"))]
    pub(super) fn run(&mut self) -> io::Result<()> {
        prune(&self.names, self.keep)
    }

    /// Looks after the worker: takes what it reports, and starts the next where there is more to do.
    #[cfg(feature = "compression")]
    pub(super) fn poll(&mut self) -> io::Result<()> {
        let mut result = Ok(());
        if let Some(worker) = self.worker.take_if(|worker| worker.is_finished()) {
            let panicked = |_| Err(io::Error::other("the thread that compresses panicked"));
            result = worker.join().unwrap_or_else(panicked);
        }
        if self.again && self.worker.is_none() {
            let (names, keep) = (self.names.clone(), self.keep);
            let work = move || compress_and_prune(&names, keep);
            self.worker = Some(Builder::new().name("ttlog-gzip".into()).spawn(work)?);
            self.again = false;
        }
        result
    }

    #[cfg(not(feature = "compression"))]
    pub(super) fn poll(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// Waits until nothing is left to do.
    #[cfg(all(test, feature = "compression"))]
    pub(super) fn wait(&mut self) -> io::Result<()> {
        while self.again || self.worker.is_some() {
            self.poll()?;
            std::thread::yield_now();
        }
        Ok(())
    }
}

#[cfg(feature = "compression")]
fn compress_and_prune(names: &Names, keep: Keep) -> io::Result<()> {
    // Pruned first as well, so that nothing is compressed only to be removed.
    prune(names, keep)?;
    let mut result = Ok(());
    for rolled in names.rolled()? {
        match rolled.state {
            State::Plain => result = result.and(super::compress::compress(&rolled)),
            // No other worker is at it, so it was left by a crash.
            State::Incomplete => result = result.and(remove(&rolled.path)),
            State::Compressed => {}
        }
    }
    result.and(prune(names, keep))
}

/// Removes the oldest files until what is left may be kept.
fn prune(names: &Names, keep: Keep) -> io::Result<()> {
    if keep.files.is_none() && keep.bytes.is_none() {
        return Ok(());
    }
    let mut rolled = names.rolled()?;
    rolled.retain(|rolled| rolled.state != State::Incomplete);
    let mut result = Ok(());
    for rolled in &rolled[..surplus(&rolled, keep)] {
        result = result.and(remove(&rolled.path));
    }
    result
}

/// Removes a file unless somebody was faster.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

/// How many files, from the oldest on, are too many.
fn surplus(rolled: &[Rolled], keep: Keep) -> usize {
    let mut bytes = 0;
    let kept = rolled
        .iter()
        .rev()
        .take(keep.files.unwrap_or(usize::MAX))
        .take_while(|rolled| {
            bytes += rolled.bytes;
            bytes <= keep.bytes.unwrap_or(u64::MAX)
        })
        .count();
    rolled.len() - kept
}
