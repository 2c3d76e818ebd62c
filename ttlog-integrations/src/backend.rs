//! Which system ttlog's events go to, and how that is chosen.
//!
//! A choice is made under one lock. While it changes, nothing comes in from the system before and from the one after, so that no event is given
//! twice; core sees to it that none is lost.

use std::error::Error;
use std::fmt;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Mutex, PoisonError};

use ttlog_core::{Logger, bridge};

use crate::crossing::{self, Backend};

/// The choice in force; relaxed, for it stands alone.
static BACKEND: AtomicU8 = AtomicU8::new(Backend::Native as u8);
/// Locked while the choice changes.
static CHANGE: Mutex<()> = Mutex::new(());

const ALL: [Backend; 4] = [
    Backend::Native,
    Backend::Tracing,
    Backend::Log,
    Backend::Slog,
];

/// Gives ttlog's events to another system from now on, or to ttlog's own runtime again. What was recorded before goes where it would have gone.
///
/// It may be changed at any time, by any thread. Where the application says no level, neither by `init` nor by `RUST_LOG`, the other system alone says what is
/// wanted; else it is asked for what ttlog's filter lets through. A [custom logger](ttlog_core::install_logger) that was installed gives way.
///
/// ```
/// # #[cfg(feature = "log")] {
/// use ttlog_integrations::{Backend, logger, set_backend};
///
/// set_backend(Backend::Log)?;
/// assert_eq!(logger().backend(), Backend::Log);
/// set_backend(Backend::Native)?;
/// # }
/// # Ok::<(), ttlog_integrations::BackendError>(())
/// ```
///
/// # Errors
/// See [`BackendError`]. Nothing has changed then.
pub fn set_backend(backend: Backend) -> Result<(), BackendError> {
    let _change = CHANGE.lock().unwrap_or_else(PoisonError::into_inner);
    let new = logger_for(backend)?;
    let old = current();
    crossing::shut(&[old, backend]);
    BACKEND.store(backend as u8, Ordering::Relaxed);
    match new {
        Some(logger) => bridge::install_backend(logger),
        None if old == Backend::Native => {}
        None => drop(ttlog_core::uninstall_logger()),
    }
    crossing::shut(&[backend]);
    Ok(())
}

/// The choice in force.
pub(crate) fn current() -> Backend {
    ALL[usize::from(BACKEND.load(Ordering::Relaxed))]
}

/// `None` for ttlog's own runtime.
fn logger_for(backend: Backend) -> Result<Option<Box<dyn Logger>>, BackendError> {
    match backend {
        Backend::Native => Ok(None),
        #[cfg(feature = "tracing")]
        Backend::Tracing => crate::tracing_out::TracingLogger::checked()
            .map(|logger| Some(Box::new(logger) as Box<dyn Logger>)),
        #[cfg(feature = "log")]
        Backend::Log => crate::log_out::LogLogger::checked()
            .map(|logger| Some(Box::new(logger) as Box<dyn Logger>)),
        #[cfg(feature = "slog")]
        Backend::Slog => crate::slog_out::SlogLogger::of_application()
            .map(|logger| Some(Box::new(logger) as Box<dyn Logger>)),
        #[cfg(not(all(feature = "tracing", feature = "log", feature = "slog")))]
        missing => Err(BackendError::NotCompiledIn(missing)),
    }
}

/// Chooses what the environment variable `TTLOG_BACKEND` says, `native`, `tracing`, `log` or `slog`; where it says nothing, the one of the features
/// `default-tracing`, `default-log`, `default-slog` that is on, the first of them in this order; else ttlog's own runtime. Gives what was chosen.
///
/// To be called when the program starts, before its first event; [`set_backend`] wins over it later. What can't be chosen is told in one line on stderr, and
/// ttlog's own runtime has the events.
pub fn init_backend_from_env() -> Backend {
    let value = std::env::var_os("TTLOG_BACKEND").unwrap_or_default();
    let value = value.to_string_lossy();
    let chosen = match value.trim() {
        "" => of_features(),
        value => match named(value) {
            Some(backend) => backend,
            None => {
                let choices = "none of native, tracing, log, slog";
                bridge::report(&format!(
                    "TTLOG_BACKEND: {value:?} is {choices}; ttlog's own runtime has the events"
                ));
                Backend::Native
            }
        },
    };
    match set_backend(chosen) {
        Ok(()) => chosen,
        Err(error) => {
            bridge::report(&format!("{error}; ttlog's own runtime has the events"));
            // It can be chosen always.
            let _ = set_backend(Backend::Native);
            Backend::Native
        }
    }
}

fn named(name: &str) -> Option<Backend> {
    ALL.into_iter()
        .find(|backend| name.eq_ignore_ascii_case(backend.as_str()))
}

const fn of_features() -> Backend {
    if cfg!(feature = "default-tracing") {
        Backend::Tracing
    } else if cfg!(feature = "default-log") {
        Backend::Log
    } else if cfg!(feature = "default-slog") {
        Backend::Slog
    } else {
        Backend::Native
    }
}

impl Backend {
    /// Its name, as `TTLOG_BACKEND` has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Backend::Native => "native",
            Backend::Tracing => "tracing",
            Backend::Log => "log",
            Backend::Slog => "slog",
        }
    }
}

/// Why ttlog's events can't be given to a system.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum BackendError {
    /// The feature of its name is not on.
    NotCompiledIn(Backend),
    /// There is no logger of `slog`: `set_slog_logger` gives one.
    NoSlogLogger,
    /// All that the system has is a bridge into ttlog: the events would come back, and go nowhere.
    LeadsBack(Backend),
}

impl fmt::Display for BackendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BackendError::NotCompiledIn(backend) => {
                let name = backend.as_str();
                write!(
                    f,
                    "events can't go to {name}: ttlog-integrations was built without its feature `{name}`"
                )
            }
            BackendError::NoSlogLogger => {
                f.write_str("events can't go to slog: `set_slog_logger` was not called before")
            }
            BackendError::LeadsBack(backend) => {
                let name = backend.as_str();
                write!(
                    f,
                    "events can't go to {name}: all that it has is ttlog itself"
                )
            }
        }
    }
}

impl Error for BackendError {}
