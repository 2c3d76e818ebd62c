//! ttlog and the bridges into it, started by one call.

use ttlog_core::TtlogHandle;

use crate::install_error::InstallError;
use crate::log_in::{enable_log_compatibility, try_enable_log_compatibility};

/// Starts ttlog with its defaults, and brings the records of `log` into it.
///
/// Where `log` has another logger already, that stays, and what to do about it is said on stderr. For other settings, start ttlog by
/// [`ttlog_core::init`] and call [`enable_log_compatibility`] beside it.
///
/// ```
/// let handle = ttlog_integrations::init_with_log_compatibility();
/// log::info!(user_id = 123; "User logged in");
/// # handle.flush();
/// ```
///
/// # Panics
/// As [`TtlogBuilder::init`](ttlog_core::TtlogBuilder::init).
pub fn init_with_log_compatibility() -> TtlogHandle {
    enable_log_compatibility();
    ttlog_core::init().init()
}

/// The same with an error in place of the words on stderr and of the panic.
///
/// # Errors
/// [`InstallError::Taken`] where `log` has another logger; then nothing has changed. [`InstallError::Init`] where ttlog can't be started, or was
/// initialized before; then the records of `log` go where ttlog's own events go.
pub fn try_init_with_log_compatibility() -> Result<TtlogHandle, InstallError> {
    try_enable_log_compatibility()?;
    Ok(ttlog_core::init().try_init()?)
}
