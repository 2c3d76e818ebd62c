//! [`Rotation`]: how long a file is used.

use std::time::Duration;

/// How long a file is used before it is set aside. Periods begin at whole multiples of their length after the beginning
/// of 1970 UTC, so a day begins at midnight UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Rotation {
    /// A minute.
    Minutely,
    /// An hour.
    Hourly,
    /// A day.
    Daily,
    /// As long as this, a nanosecond at least.
    Every(Duration),
}

impl Rotation {
    /// The number of the period in which a time is, in nanoseconds since 1970 UTC.
    pub(super) fn period(self, nanos: u64) -> u64 {
        let length = match self {
            Rotation::Minutely => Duration::from_secs(60),
            Rotation::Hourly => Duration::from_secs(60 * 60),
            Rotation::Daily => Duration::from_secs(24 * 60 * 60),
            Rotation::Every(length) => length,
        };
        let length = u64::try_from(length.as_nanos()).unwrap_or(u64::MAX);
        nanos / length.max(1)
    }
}

impl From<Duration> for Rotation {
    fn from(length: Duration) -> Rotation {
        Rotation::Every(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_begin_at_whole_multiples() {
        const SECOND: u64 = 1_000_000_000;
        let cases = [
            (Rotation::Minutely, 60),
            (Rotation::Hourly, 3600),
            (Rotation::Daily, 86400),
            (Duration::from_secs(7).into(), 7),
        ];
        for (rotation, seconds) in cases {
            let begin = seconds * 1000 * SECOND;
            assert_eq!(rotation.period(begin - 1), 999);
            assert_eq!(rotation.period(begin), 1000);
            assert_eq!(rotation.period(begin + seconds * SECOND - 1), 1000);
        }
        assert_eq!(Rotation::Every(Duration::ZERO).period(5), 5);
        assert_eq!(Rotation::Every(Duration::MAX).period(5), 0);
    }
}
