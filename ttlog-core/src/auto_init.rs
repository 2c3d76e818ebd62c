//! Whether a log call before `init` starts ttlog by itself.
//!
//! The application says so by [`auto_init`]; where it says nothing, the environment variable `TTLOG_AUTO_INIT` does, which is read when something
//! would be started for the first time. `CHOICE` stands alone: relaxed. Where it changes, call sites are answered anew, so that calls which may
//! start nothing cost what those cost that are not wanted.

use std::sync::atomic::{AtomicU8, Ordering};

use crate::callsite;
use crate::report::report;

const OF_ENVIRONMENT: u8 = 0;
const ON: u8 = 1;
const OFF: u8 = 2;

static CHOICE: AtomicU8 = AtomicU8::new(OF_ENVIRONMENT);

/// Says whether a log call before [`init`](crate::init) starts ttlog by itself, with the console and the level of `RUST_LOG` or `Info`. It does unless
/// this is called with `false`, or the environment variable `TTLOG_AUTO_INIT` is `off`; what is said here wins.
///
/// Turned off, calls before `init` cost what disabled ones do and record nothing, and that counts as no loss. `init` works as ever, and so do
/// [`build`](crate::TtlogBuilder::build), [`install_logger`](crate::install_logger) and the child of a process that had called `init`. What runs
/// already goes on.
///
/// ```
/// ttlog_core::auto_init(false);
/// assert!(!ttlog_core::is_enabled(ttlog_core::LogLevel::Critical, "my_app"));
/// ```
pub fn auto_init(enabled: bool) {
    CHOICE.store(if enabled { ON } else { OFF }, Ordering::Relaxed);
    callsite::refresh();
}

/// Whether something may be started now.
pub(crate) fn is_on() -> bool {
    if CHOICE.load(Ordering::Relaxed) == OF_ENVIRONMENT {
        let choice = if is_off_in_environment() { OFF } else { ON };
        // What the application says meanwhile wins.
        let (expected, order) = (OF_ENVIRONMENT, Ordering::Relaxed);
        let is_first = CHOICE.compare_exchange(expected, choice, order, order);
        if choice == OFF && is_first.is_ok() {
            callsite::refresh();
        }
    }
    !is_off()
}

/// Whether it is known that nothing is started.
pub(crate) fn is_off() -> bool {
    CHOICE.load(Ordering::Relaxed) == OFF
}

fn is_off_in_environment() -> bool {
    let value = std::env::var_os("TTLOG_AUTO_INIT").unwrap_or_default();
    let value = value.to_string_lossy();
    let is_off = parse(&value);
    if is_off.is_none() {
        report(&format!("TTLOG_AUTO_INIT: {value:?} is neither on nor off"));
    }
    is_off.unwrap_or(false)
}

/// Whether a value means off; `None` where it means nothing.
fn parse(value: &str) -> Option<bool> {
    match value.trim().to_ascii_lowercase().as_str() {
        "off" | "0" | "false" | "no" => Some(true),
        "" | "on" | "1" | "true" | "yes" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn the_usual_words_are_understood_in_any_case() {
        for off in ["off", "0", "FALSE", " no "] {
            assert_eq!(parse(off), Some(true), "{off}");
        }
        for on in ["", "on", "1", "True", "yes"] {
            assert_eq!(parse(on), Some(false), "{on}");
        }
        assert_eq!(parse("never"), None);
    }
}
