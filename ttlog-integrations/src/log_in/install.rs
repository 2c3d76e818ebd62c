//! [`enable_log_compatibility`]: all of `log` in this process into ttlog, by one call.
//!
//! [`log::max_level`] follows what ttlog wants, whenever that changes. Two threads that change it at once could store their answers in the
//! wrong order; so each asks again after it has stored one, with a fence between that pairs with the other's: who is first then sees
//! what the other has changed.

use std::sync::OnceLock;
use std::sync::atomic::{Ordering, fence};

use log::LevelFilter;
use ttlog_core::LogLevel;
use ttlog_core::bridge::{least_level, on_interest_change};

use super::adapter::TtlogLogAdapter;
use crate::crossing::Backend;
use crate::install_error::InstallError;

/// Brings the records of `log` in this process into ttlog. [`log::max_level`] follows ttlog's levels from now on.
///
/// Where `log` has another logger already, that stays, and what to do about it is said on stderr.
/// [`try_enable_log_compatibility`] gives it as an error instead.
///
/// ```
/// ttlog_integrations::enable_log_compatibility();
/// log::info!(user_id = 123; "User logged in");
/// ```
pub fn enable_log_compatibility() {
    if let Err(error) = try_enable_log_compatibility() {
        error.tell("log's records");
    }
}

/// The same; a second call changes nothing.
///
/// # Errors
/// [`InstallError::Taken`] where `log` has another logger.
pub fn try_enable_log_compatibility() -> Result<(), InstallError> {
    static ADAPTER: TtlogLogAdapter = TtlogLogAdapter::new();
    static IS_INSTALLED: OnceLock<bool> = OnceLock::new();
    let is_installed = IS_INSTALLED.get_or_init(|| {
        let is_free = log::set_logger(&ADAPTER).is_ok();
        if is_free {
            on_interest_change(follow_level);
        }
        is_free
    });
    if *is_installed {
        Ok(())
    } else {
        Err(InstallError::Taken(Backend::Log))
    }
}

/// Makes `log` leave out, at its calls, what nothing in ttlog wants.
fn follow_level() {
    fence(Ordering::SeqCst);
    loop {
        let least = least_level();
        log::set_max_level(max_level_for(least));
        fence(Ordering::SeqCst);
        if least_level() == least {
            return;
        }
    }
}

/// `log` has no level above `Error`, so where only `Critical` is wanted its errors are still asked about, and not let in.
fn max_level_for(least: Option<LogLevel>) -> LevelFilter {
    match least {
        None => LevelFilter::Off,
        Some(LogLevel::Critical | LogLevel::Error) => LevelFilter::Error,
        Some(LogLevel::Warn) => LevelFilter::Warn,
        Some(LogLevel::Info) => LevelFilter::Info,
        Some(LogLevel::Debug) => LevelFilter::Debug,
        Some(LogLevel::Trace) => LevelFilter::Trace,
    }
}
