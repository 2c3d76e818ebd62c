//! [`LogLevel`]: how severe an event is.

use std::fmt;
use std::str::FromStr;

/// How severe an event is; a greater level is more severe.
///
/// ```
/// use ttlog_core::LogLevel;
/// assert!(LogLevel::Critical > LogLevel::Error);
/// assert_eq!("warn".parse(), Ok(LogLevel::Warn));
/// ```
#[repr(u8)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LogLevel {
    /// Steps of an algorithm, of use to its author.
    Trace = 0,
    /// What helps to find a fault.
    Debug = 1,
    /// What an operator wants to know of a healthy service.
    Info = 2,
    /// Something unexpected that the service coped with.
    Warn = 3,
    /// Something failed.
    Error = 4,
    /// The service, or a large part of it, can't go on. OpenTelemetry calls it FATAL.
    Critical = 5,
}

impl LogLevel {
    /// All levels, from the least to the most severe.
    pub const ALL: [LogLevel; 6] = [
        LogLevel::Trace,
        LogLevel::Debug,
        LogLevel::Info,
        LogLevel::Warn,
        LogLevel::Error,
        LogLevel::Critical,
    ];

    /// [`LogLevel::Trace`], as `tracing` spells it; so are those that follow.
    pub const TRACE: LogLevel = LogLevel::Trace;
    /// [`LogLevel::Debug`]
    pub const DEBUG: LogLevel = LogLevel::Debug;
    /// [`LogLevel::Info`]
    pub const INFO: LogLevel = LogLevel::Info;
    /// [`LogLevel::Warn`]
    pub const WARN: LogLevel = LogLevel::Warn;
    /// [`LogLevel::Error`]
    pub const ERROR: LogLevel = LogLevel::Error;
    /// [`LogLevel::Critical`]
    pub const CRITICAL: LogLevel = LogLevel::Critical;

    /// The level's name in capitals, as text output shows it.
    pub const fn as_str(self) -> &'static str {
        match self {
            LogLevel::Trace => "TRACE",
            LogLevel::Debug => "DEBUG",
            LogLevel::Info => "INFO",
            LogLevel::Warn => "WARN",
            LogLevel::Error => "ERROR",
            LogLevel::Critical => "CRITICAL",
        }
    }

    /// The level of a number from 0 (`Trace`) to 5 (`Critical`), `None` for any other.
    pub const fn from_u8(number: u8) -> Option<LogLevel> {
        if (number as usize) < Self::ALL.len() {
            Some(Self::ALL[number as usize])
        } else {
            None
        }
    }
}

impl fmt::Display for LogLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The text is not the name of a level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseLevelError {
    text: String,
}

impl fmt::Display for ParseLevelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "no level is called {:?}; the levels are trace, debug, info, warn, error, critical",
            self.text
        )
    }
}

impl std::error::Error for ParseLevelError {}

impl FromStr for LogLevel {
    type Err = ParseLevelError;

    /// Reads a level's name in any case.
    fn from_str(text: &str) -> Result<Self, ParseLevelError> {
        Self::ALL
            .into_iter()
            .find(|level| level.as_str().eq_ignore_ascii_case(text))
            .ok_or_else(|| ParseLevelError { text: text.into() })
    }
}

/// Which levels are compiled in, by their numbers.
///
/// Chosen by the features `max_level_*` and, where debug assertions are off, `release_max_level_*`; of several the
/// strictest wins.
const COMPILED_IN: [bool; 6] = {
    let always = if cfg!(feature = "max_level_off") {
        6
    } else if cfg!(feature = "max_level_critical") {
        5
    } else if cfg!(feature = "max_level_error") {
        4
    } else if cfg!(feature = "max_level_warn") {
        3
    } else if cfg!(feature = "max_level_info") {
        2
    } else if cfg!(feature = "max_level_debug") {
        1
    } else {
        0
    };
    let release = if cfg!(debug_assertions) {
        0
    } else if cfg!(feature = "release_max_level_off") {
        6
    } else if cfg!(feature = "release_max_level_critical") {
        5
    } else if cfg!(feature = "release_max_level_error") {
        4
    } else if cfg!(feature = "release_max_level_warn") {
        3
    } else if cfg!(feature = "release_max_level_info") {
        2
    } else if cfg!(feature = "release_max_level_debug") {
        1
    } else {
        0
    };
    let mut compiled_in = [false; 6];
    let mut level = if always > release { always } else { release };
    while level < compiled_in.len() {
        compiled_in[level] = true;
        level += 1;
    }
    compiled_in
};

/// Whether calls of this level are compiled in (see the features `max_level_*`).
#[inline(always)]
pub const fn compiled_in(level: LogLevel) -> bool {
    COMPILED_IN[level as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_is_read_back_from_its_name_and_number() {
        for level in LogLevel::ALL {
            assert_eq!(level.as_str().to_lowercase().parse(), Ok(level));
            assert_eq!(LogLevel::from_u8(level as u8), Some(level));
        }
        assert_eq!(LogLevel::from_u8(6), None);
        assert!(
            "loud"
                .parse::<LogLevel>()
                .unwrap_err()
                .to_string()
                .contains("\"loud\"")
        );
    }
}
