//! [`Redacted`]: what is recorded in place of a value that must not be.

use std::fmt;

use crate::slot::{Recorded, Slot};
use crate::value::Value;

/// What is recorded in place of a value that must not be.
pub(crate) const REDACTED: &str = "[redacted]";

/// Stands for a value that must not be recorded: a field with it, and a message that shows it, say `[redacted]`.
///
/// ```
/// use ttlog_core::redact;
/// assert_eq!(redact("hunter2").to_string(), "[redacted]");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Redacted;

/// Hides a value that must not be recorded: `info!("logged in", user, password = redact(&password))`. It isn't looked at.
pub fn redact<T>(_value: T) -> Redacted {
    Redacted
}

impl Value for Redacted {
    fn record(&self, slot: Slot<'_>) -> Recorded {
        slot.str(REDACTED)
    }
}

impl fmt::Display for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(REDACTED)
    }
}
