//! [`When`]: a time on the command line.

use std::str::FromStr;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// A time on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// So many nanoseconds before the snapshot.
    Before(u64),
    /// Nanoseconds since 1970 UTC.
    At(u64),
}

impl When {
    /// The time in nanoseconds since 1970 UTC; `None` if the snapshot doesn't say when it was made.
    pub(crate) fn resolve(self, snapshot_time_ns: Option<u64>) -> Option<u64> {
        match self {
            When::At(time_ns) => Some(time_ns),
            When::Before(length_ns) => Some(snapshot_time_ns?.saturating_sub(length_ns)),
        }
    }
}

impl FromStr for When {
    type Err = String;

    fn from_str(text: &str) -> Result<When, String> {
        let text = text.trim();
        if let Ok(length) = text.parse::<SignedDuration>() {
            return u64::try_from(length.as_nanos())
                .map(When::Before)
                .map_err(|_| "a length of time is counted back from the snapshot, so it can't be negative or above 584 years".to_owned());
        }
        let time = text.parse::<Timestamp>().or_else(|error| {
            let utc = |time: DateTime| time.to_zoned(TimeZone::UTC).map(|zoned| zoned.timestamp());
            // The first error tells what is wrong with a time that has an offset.
            text.parse::<DateTime>().and_then(utc).map_err(|_| error)
        });
        let time = time.map_err(|_| {
            "neither a length of time such as `10m` nor a time such as 2026-01-31T00:00:00Z"
                .to_owned()
        })?;
        Ok(When::At(u64::try_from(time.as_nanosecond()).unwrap_or(0)))
    }
}

/// A time as text, with nanoseconds where it has them.
pub(crate) fn display(time_ns: u64) -> String {
    Timestamp::from_nanosecond(time_ns.into())
        .map_or_else(|_| format!("{time_ns} ns"), |time| time.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: u64 = 60_000_000_000;

    #[test]
    fn lengths_are_counted_back_from_the_snapshot() {
        for (text, minutes) in [
            ("10m", 10),
            ("2h", 120),
            ("2h 30m", 150),
            ("1h30m", 90),
            ("90s", 1),
        ] {
            let when: When = text.parse().unwrap();
            let extra = if text == "90s" { MINUTE / 2 } else { 0 };
            assert_eq!(when, When::Before(minutes * MINUTE + extra), "{text}");
        }
        assert_eq!(When::Before(7).resolve(Some(10)), Some(3));
        assert_eq!(When::Before(11).resolve(Some(10)), Some(0));
        assert_eq!(When::Before(7).resolve(None), None);
    }

    #[test]
    fn times_are_utc_unless_they_have_an_offset() {
        let time = When::At(1_769_817_600_000_000_000);
        for text in [
            "2026-01-31T00:00:00Z",
            "2026-01-31T00:00:00",
            "2026-01-31 00:00",
            "2026-01-31",
            "2026-01-31T01:30:00+01:30",
        ] {
            assert_eq!(text.parse(), Ok(time), "{text}");
        }
        let half = When::At(1_769_817_600_500_000_000);
        assert_eq!("2026-01-31T00:00:00.5Z".parse(), Ok(half));
        assert_eq!("1960-01-01T00:00:00Z".parse(), Ok(When::At(0)));
        assert_eq!(display(1_769_817_600_000_000_000), "2026-01-31T00:00:00Z");
    }

    #[test]
    fn what_is_neither_is_refused() {
        for text in [
            "",
            "yesterday",
            "10 parsecs",
            "-10m",
            "2026-13-01T00:00:00Z",
        ] {
            assert!(text.parse::<When>().is_err(), "{text}");
        }
    }
}
