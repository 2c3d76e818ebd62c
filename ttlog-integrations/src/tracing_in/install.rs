//! [`enable_tracing_compatibility`]: all of `tracing` in this process into ttlog, by one call.

use std::io::{self, Write};

use tracing_core::Dispatch;
use tracing_core::dispatcher::{get_default, set_global_default};

use super::interest;
use super::subscriber::TtlogSubscriber;
use crate::crossing::Backend;
use crate::install_error::InstallError;

/// Brings the events and spans of `tracing` in this process into ttlog, by a global [`TtlogSubscriber`].
///
/// Where `tracing` has another global subscriber already, that stays, and what to do about it is said on stderr.
/// [`try_enable_tracing_compatibility`] gives it as an error instead.
///
/// ```
/// ttlog_integrations::enable_tracing_compatibility();
/// tracing::info!(user_id = 123, "User logged in");
/// ```
pub fn enable_tracing_compatibility() {
    if let Err(error) = try_enable_tracing_compatibility() {
        // Without a stderr there is nobody to tell.
        let _ = writeln!(
            io::stderr(),
            "ttlog: tracing's events don't come into ttlog: {error}"
        );
    }
}

/// The same; a second call changes nothing.
///
/// # Errors
/// [`InstallError::Taken`] where `tracing` has another global subscriber.
pub fn try_enable_tracing_compatibility() -> Result<(), InstallError> {
    if get_default(interest::is_bridged) {
        return Ok(());
    }
    set_global_default(Dispatch::new(TtlogSubscriber::new()))
        .map_err(|_| InstallError::Taken(Backend::Tracing))
}
