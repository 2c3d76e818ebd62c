//! [`Tidy`]: what becomes of the files that were set aside: they are compressed, and the oldest removed.
//!
//! Removing is done at once. Compressing takes time, so it is done on a thread of its own; there is never more than one, and
//! what is set aside while it works is left to it or to the next one. Both may meet at a file: one that is gone is no
//! failure.

use std::fs;
use std::io;
use std::path::Path;
#[cfg(feature = "compression")]
use std::thread::{Builder, JoinHandle};

use super::names::{Names, Rolled, State};

/// So many files that wait to be compressed don't count as bytes: they will soon be a fraction of what they are.
const MOST_WAITING: u32 = 4;

/// What is kept.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Keep {
    pub(super) files: Option<usize>,
    pub(super) bytes: Option<u64>,
    #[cfg(feature = "compression")]
    pub(super) compressed: bool,
}

impl Keep {
    fn is_compressing(self) -> bool {
        #[cfg(feature = "compression")]
        return self.compressed;
        #[cfg(not(feature = "compression"))]
        return false;
    }
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
    pub(super) fn run(&mut self) -> io::Result<()> {
        // Where the worker can't keep up, the limits hold all the same.
        let pruned = prune(&self.names, self.keep);
        #[cfg(feature = "compression")]
        if self.keep.compressed {
            self.again = true;
        }
        pruned.and(self.poll())
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
    let mut result = Ok(());
    for rolled in names.rolled()? {
        // No other worker is at it, so it was left by a crash.
        if rolled.state == State::Incomplete {
            result = result.and(remove(&rolled.path));
        }
    }
    let mut failed = Vec::new();
    loop {
        result = result.and(prune(names, keep));
        // Looked up each time: what was next may be gone, and there may be more.
        let is_next =
            |rolled: &Rolled| rolled.state == State::Plain && !failed.contains(&rolled.path);
        let Some(next) = names.rolled()?.into_iter().find(is_next) else {
            return result;
        };
        if let Err(error) = super::compress::compress(&next) {
            result = result.and(Err(error));
            failed.push(next.path);
        }
    }
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
    let (mut bytes, mut waiting) = (0, 0);
    let kept = rolled
        .iter()
        .rev()
        .take(keep.files.unwrap_or(usize::MAX))
        .take_while(|rolled| {
            if keep.is_compressing() && rolled.state == State::Plain && waiting < MOST_WAITING {
                waiting += 1;
            } else {
                bytes += rolled.bytes;
            }
            bytes <= keep.bytes.unwrap_or(u64::MAX)
        })
        .count();
    rolled.len() - kept
}
