//! The sequences that colour a terminal, and which part of an event has which.

use crate::LogLevel;

pub(super) const RESET: &str = "\x1b[0m";
pub(super) const DIM: &str = "\x1b[2m";
pub(super) const BOLD: &str = "\x1b[1m";
pub(super) const DIM_ITALIC: &str = "\x1b[2;3m";

/// The colour of a level.
pub(super) fn of_level(level: LogLevel) -> &'static str {
    match level {
        LogLevel::Trace => "\x1b[35m",
        LogLevel::Debug => "\x1b[34m",
        LogLevel::Info => "\x1b[32m",
        LogLevel::Warn => "\x1b[33m",
        LogLevel::Error => "\x1b[31m",
        LogLevel::Critical => "\x1b[1;97;41m",
    }
}

/// Writes what `write` writes in a style; where colours are off, without.
#[inline(always)]
pub(super) fn paint(out: &mut String, colored: bool, style: &str, write: impl FnOnce(&mut String)) {
    if colored {
        out.push_str(style);
    }
    write(out);
    if colored {
        out.push_str(RESET);
    }
}
