//! Lengths of time: as the command line has them, and as people say them. All are in nanoseconds.

use jiff::{Span, SpanRelativeTo};

pub(crate) const SECOND_NS: u64 = 1_000_000_000;

/// What fits, or the longest there is.
pub(crate) fn nanos(nanos: u128) -> u64 {
    u64::try_from(nanos).unwrap_or(u64::MAX)
}

/// A length of time such as `30s`, `1h30m`, `2 days`, in nanoseconds; a day has 24 hours.
pub(crate) fn parse_length(text: &str) -> Result<u64, String> {
    let length = text
        .trim()
        .parse::<Span>()
        .and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()));
    match length {
        Ok(length) if !length.is_negative() => Ok(nanos(length.as_nanos().unsigned_abs())),
        _ => Err("not a length of time; write `30s`, `10m`, `1h30m`, `2 days`".to_owned()),
    }
}

/// A length of time as people say it: three digits, one unit; from a minute on, two units.
pub(crate) fn display_length(length_ns: u64) -> String {
    let seconds = length_ns / SECOND_NS;
    let (large, small) = match seconds {
        0..60 => {
            let (unit_ns, unit) = match length_ns {
                0..1_000 => (1, "ns"),
                1_000..1_000_000 => (1_000, "µs"),
                1_000_000..SECOND_NS => (1_000_000, "ms"),
                _ => (SECOND_NS, "s"),
            };
            let value = length_ns as f64 / unit_ns as f64;
            let digits = match value {
                _ if unit_ns == 1 || value >= 100.0 => 0,
                _ if value >= 10.0 => 1,
                _ => 2,
            };
            let text = format!("{value:.digits$}");
            let text = match digits {
                0 => &text,
                _ => text.trim_end_matches('0').trim_end_matches('.'),
            };
            return format!("{text} {unit}");
        }
        60..3600 => ((seconds / 60, "min"), (seconds % 60, "s")),
        3600..86_400 => ((seconds / 3600, "h"), (seconds / 60 % 60, "min")),
        _ => ((seconds / 86_400, "d"), (seconds / 3600 % 24, "h")),
    };
    match small.0 {
        0 => format!("{} {}", large.0, large.1),
        _ => format!("{} {} {} {}", large.0, large.1, small.0, small.1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: u64 = 60 * SECOND_NS;
    const DAY_NS: u64 = 24 * 60 * MINUTE;

    #[test]
    fn lengths_read_as_people_say_them() {
        for (length, text) in [
            (0, "0 ns"),
            (999, "999 ns"),
            (1_500, "1.5 µs"),
            (12_345_678, "12.3 ms"),
            (5 * SECOND_NS, "5 s"),
            (59 * SECOND_NS, "59 s"),
            (100 * SECOND_NS, "1 min 40 s"),
            (60 * MINUTE, "1 h"),
            (DAY_NS + 61 * MINUTE, "1 d 1 h"),
        ] {
            assert_eq!(display_length(length), text);
        }
    }
}
