//! [`InitError`]: why a pipeline could not be started.

use std::fmt;
use std::io;
#[cfg(feature = "black-box")]
use std::path::PathBuf;

/// Why a pipeline could not be started.
#[derive(Debug)]
#[non_exhaustive]
pub enum InitError {
    /// ttlog was initialized before: there is one global pipeline in a process. [`TtlogBuilder::build`](crate::TtlogBuilder::build) makes others.
    AlreadyInitialized,
    /// A size is out of the range that is named.
    OutOfRange {
        /// The setting's name.
        setting: &'static str,
        /// What it may be, in words.
        allowed: String,
    },
    /// There is no memory for the recorder.
    OutOfMemory {
        /// How many bytes it would have had.
        bytes: usize,
    },
    /// A thread could not be started.
    Thread(io::Error),
    /// The black box can't be used.
    #[cfg(feature = "black-box")]
    BlackBox {
        /// Where it is.
        path: PathBuf,
        /// What could not be done with it.
        doing: &'static str,
        /// Why.
        source: io::Error,
    },
    /// What records fatal signals can't be made ready.
    #[cfg(feature = "signals")]
    FatalSignals {
        /// What could not be done.
        doing: &'static str,
        /// Why.
        source: io::Error,
    },
    /// Another process, or another pipeline of this one, has the black box.
    #[cfg(feature = "black-box")]
    BlackBoxInUse {
        /// Where it is.
        path: PathBuf,
        /// The process that has it, if the black box tells.
        pid: Option<u64>,
    },
    /// The handler of a signal could not be put in place.
    Signal(io::Error),
}

impl fmt::Display for InitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            InitError::AlreadyInitialized => f.write_str(
                "ttlog is initialized already; `build()` makes a pipeline beside the global one",
            ),
            InitError::OutOfRange { setting, allowed } => {
                write!(f, "ttlog's setting `{setting}` is out of range: {allowed}")
            }
            InitError::OutOfMemory { bytes } => {
                write!(f, "there is no memory for a recorder of {bytes} bytes")
            }
            InitError::Thread(error) => write!(f, "ttlog can't start a thread: {error}"),
            #[cfg(feature = "black-box")]
            InitError::BlackBox {
                path,
                doing,
                source,
            } => write!(f, "could not {doing} the black box {path:?}: {source}"),
            #[cfg(feature = "signals")]
            InitError::FatalSignals { doing, source } => {
                write!(f, "could not {doing}, to record fatal signals: {source}")
            }
            #[cfg(feature = "black-box")]
            InitError::BlackBoxInUse { path, pid } => {
                write!(f, "the black box {path:?} is in use")?;
                match pid {
                    Some(pid) => write!(f, " by process {pid}"),
                    None => Ok(()),
                }
            }
            InitError::Signal(error) => write!(f, "ttlog can't handle a signal: {error}"),
        }
    }
}

impl std::error::Error for InitError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            InitError::Thread(error) | InitError::Signal(error) => Some(error),
            #[cfg(feature = "black-box")]
            InitError::BlackBox { source, .. } => Some(source),
            #[cfg(feature = "signals")]
            InitError::FatalSignals { source, .. } => Some(source),
            _ => None,
        }
    }
}
