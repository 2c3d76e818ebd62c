//! ttlog and the bridges into it, started by one call.

use ttlog_core::TtlogHandle;

use crate::install_error::InstallError;

/// Starts ttlog with its defaults, and brings the records of `log` into it.
///
/// Where `log` has another logger already, that stays, and what to do about it is said on stderr. For other settings, start ttlog by
/// [`ttlog_core::init`] and call [`enable_log_compatibility`](crate::enable_log_compatibility) beside it.
///
/// ```
/// let handle = ttlog_integrations::init_with_log_compatibility();
/// log::info!(user_id = 123; "User logged in");
/// # handle.flush();
/// ```
///
/// # Panics
/// As [`TtlogBuilder::init`](ttlog_core::TtlogBuilder::init).
#[cfg(feature = "log")]
pub fn init_with_log_compatibility() -> TtlogHandle {
    crate::enable_log_compatibility();
    ttlog_core::init().init()
}

/// The same with an error in place of the words on stderr and of the panic.
///
/// # Errors
/// [`InstallError::Taken`] where `log` has another logger; then nothing has changed. [`InstallError::Init`] where ttlog can't be started, or was
/// initialized before; then the records of `log` go where ttlog's own events go.
#[cfg(feature = "log")]
pub fn try_init_with_log_compatibility() -> Result<TtlogHandle, InstallError> {
    crate::try_enable_log_compatibility()?;
    Ok(ttlog_core::init().try_init()?)
}

/// Starts ttlog with its defaults, and gives a logger of `slog` whose records, and those of the loggers made from it, go into it.
///
/// For other settings, start ttlog by [`ttlog_core::init`] and make a logger with a [`TtlogSlogDrain`](crate::TtlogSlogDrain).
///
/// ```
/// let (handle, logger) = ttlog_integrations::init_with_slog_compatibility();
/// slog::info!(logger, "User logged in"; "user_id" => 123);
/// # handle.flush();
/// ```
///
/// # Panics
/// As [`TtlogBuilder::init`](ttlog_core::TtlogBuilder::init).
#[cfg(feature = "slog")]
pub fn init_with_slog_compatibility() -> (TtlogHandle, slog::Logger) {
    (ttlog_core::init().init(), slog_root())
}

/// The same with an error in place of the panic.
///
/// # Errors
/// [`InstallError::Init`] where ttlog can't be started, or was initialized before.
#[cfg(feature = "slog")]
pub fn try_init_with_slog_compatibility() -> Result<(TtlogHandle, slog::Logger), InstallError> {
    Ok((ttlog_core::init().try_init()?, slog_root()))
}

#[cfg(feature = "slog")]
fn slog_root() -> slog::Logger {
    slog::Logger::root(crate::TtlogSlogDrain::new(), slog::o!())
}

/// Starts ttlog with its defaults, and brings everything into it for which this crate has a feature turned on: the events and spans of `tracing`, the
/// records of `log`. `slog` has no global logger: give those of the program a `TtlogSlogDrain`.
///
/// Where another system has its one global place taken already, what is there stays, and what to do about it is said on stderr.
///
/// # Panics
/// As [`TtlogBuilder::init`](ttlog_core::TtlogBuilder::init).
pub fn init_all() -> TtlogHandle {
    #[cfg(feature = "tracing")]
    crate::enable_tracing_compatibility();
    #[cfg(feature = "log")]
    crate::enable_log_compatibility();
    ttlog_core::init().init()
}

/// The same with an error in place of the words on stderr and of the panic. Bridges that were put in place before the error stay.
///
/// # Errors
/// [`InstallError::Taken`] says whose global place is taken; then ttlog is not started. [`InstallError::Init`] where ttlog can't be started, or was
/// initialized before.
pub fn try_init_all() -> Result<TtlogHandle, InstallError> {
    #[cfg(feature = "tracing")]
    crate::try_enable_tracing_compatibility()?;
    #[cfg(feature = "log")]
    crate::try_enable_log_compatibility()?;
    Ok(ttlog_core::init().try_init()?)
}
