//! [`Filters`]: the options that say which events are wanted.

use std::str::FromStr;

use clap::Args;
use regex::Regex;
use ttlog_core::LogLevel;

use crate::condition::Condition;
use crate::length::parse_length;
use crate::time::When;

/// Which events are wanted; an event has to satisfy all that is given.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Which events")]
pub(crate) struct Filters {
    /// Only events of this level and more severe ones: trace, debug, info, warn, error, critical
    #[arg(short, long)]
    pub(crate) level: Option<LogLevel>,

    /// Only events of this target and the modules below it; may be given more than once
    ///
    /// `shop::db` takes `shop::db::pool` and not `shop::dbms`.
    #[arg(short, long, value_name = "TARGET")]
    pub(crate) target: Vec<String>,

    /// Only events whose fields are so, such as `status>=500`; all have to hold if there are several
    #[arg(
        short = 'w',
        long = "where",
        value_name = "CONDITION",
        allow_hyphen_values = true
    )]
    pub(crate) conditions: Vec<Condition>,

    /// Only events with a match in the message or in a field's value
    ///
    /// The syntax is that of Rust's crate `regex`; `(?i)` in front ignores case.
    #[arg(short, long, value_name = "REGEX", allow_hyphen_values = true)]
    pub(crate) grep: Option<Regex>,

    /// Only events from this time on: `10m` before now, `end-30s`, `2026-01-31 12:00`, `yesterday`
    #[arg(short, long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) since: Option<When>,

    /// Only events before this time, given as for --since
    #[arg(short, long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) until: Option<When>,

    /// Only the last N of the events that the other options let through; or, as `30s`, those up to so long before the
    /// last event
    #[arg(short = 'n', long, value_name = "N|LENGTH")]
    pub(crate) last: Option<Last>,

    /// Only events of the thread with this name or number; may be given more than once
    #[arg(long, value_name = "NAME|NUMBER")]
    pub(crate) thread: Vec<String>,

    /// Only files of this service; may be given more than once
    #[arg(long, value_name = "NAME")]
    pub(crate) service: Vec<String>,
}

impl Filters {
    /// The times that no event may be before.
    pub(crate) fn since(&self) -> impl Iterator<Item = When> {
        let last = match self.last {
            Some(Last::Length(length)) => Some(When::BeforeEnd(length)),
            _ => None,
        };
        self.since.into_iter().chain(last)
    }

    /// How many events are wanted, at most.
    pub(crate) fn last_count(&self) -> Option<usize> {
        match self.last {
            Some(Last::Count(count)) => Some(count),
            _ => None,
        }
    }

    /// Whether the times ask for when the first and the last event happened.
    pub(crate) fn needs_time_span(&self) -> bool {
        self.since().chain(self.until).any(When::needs_events)
    }
}

/// What `--last` asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Last {
    /// So many events.
    Count(usize),
    /// Those of so many nanoseconds.
    Length(u64),
}

impl FromStr for Last {
    type Err = String;

    fn from_str(text: &str) -> Result<Last, String> {
        if text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty() {
            return Ok(Last::Count(text.parse().unwrap_or(usize::MAX)));
        }
        parse_length(text).map(Last::Length).map_err(|_| {
            "neither a number of events such as `200` nor a length of time such as `30s`".to_owned()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_is_a_number_of_events_or_a_length_of_time() {
        assert_eq!("200".parse(), Ok(Last::Count(200)));
        assert_eq!("30s".parse(), Ok(Last::Length(30_000_000_000)));
        assert_eq!("99999999999999999999".parse(), Ok(Last::Count(usize::MAX)));
        assert!("".parse::<Last>().is_err() && "-5".parse::<Last>().is_err());
    }
}
