//! [`InstallError`]: why a bridge into ttlog could not be put in place.

use std::error::Error;
use std::fmt;
#[cfg(feature = "log")]
use std::io::{self, Write};

use ttlog_core::InitError;

use crate::crossing::Backend;

/// Why a bridge into ttlog could not be put in place.
#[derive(Debug)]
#[non_exhaustive]
pub enum InstallError {
    /// The place in the other system that there is once in a process has been taken. What was there stays there.
    Taken(Backend),
    /// ttlog itself could not be started.
    Init(InitError),
}

#[cfg(feature = "log")]
impl InstallError {
    /// Says on stderr that something doesn't come into ttlog, and why.
    pub(crate) fn tell(&self, what: &str) {
        // Without a stderr there is nobody to tell.
        let _ = writeln!(io::stderr(), "ttlog: {what} don't come into ttlog: {self}");
    }
}

impl fmt::Display for InstallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            InstallError::Taken(Backend::Log) => f.write_str(
                "`log` has a logger already, which can't be replaced: leave out the call that installs it (as `env_logger::init()` does), \
                 or make that logger pass its records on to a `TtlogLogAdapter`",
            ),
            InstallError::Taken(Backend::Tracing) => f.write_str(
                "`tracing` has a global subscriber already, which can't be replaced: leave out the call that installs it (as \
                 `tracing_subscriber::fmt::init()` does), or add ttlog's layer to it",
            ),
            InstallError::Taken(system) => {
                write!(f, "another logger is in place already in {system:?}")
            }
            InstallError::Init(error) => write!(f, "ttlog can't be started: {error}"),
        }
    }
}

impl Error for InstallError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            InstallError::Init(error) => Some(error),
            InstallError::Taken(_) => None,
        }
    }
}

impl From<InitError> for InstallError {
    fn from(error: InitError) -> Self {
        InstallError::Init(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_which_place_is_taken_and_what_to_do() {
        let said = InstallError::Taken(Backend::Log).to_string();
        assert!(
            said.contains("`log`") && said.contains("leave out"),
            "{said}"
        );
        let said = InstallError::Taken(Backend::Tracing).to_string();
        assert!(
            said.contains("`tracing`") && said.contains("layer"),
            "{said}"
        );
        let error = InstallError::from(InitError::AlreadyInitialized);
        assert!(error.to_string().contains("already") && error.source().is_some());
    }
}
