//! [`When`]: a time on the command line.
//!
//! A bare length of time counts back from now, as `journalctl` has it. `end` and `start` are the last and the first event
//! of what is read: who has the snapshot of a crash asks for what came before its end, whenever that was.

use std::str::FromStr;
use std::time::{SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;

use crate::length::{SECOND_NS, nanos, parse_length};

const DAY_NS: u64 = 24 * 60 * 60 * SECOND_NS;

/// A time on the command line. All lengths are nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// Nanoseconds since 1970 UTC.
    At(u64),
    /// So long before now.
    BeforeNow(u64),
    /// So many days before the beginning of today.
    DaysAgo(u64),
    /// At this time of day, today.
    Today(u64),
    /// So long after the first event.
    AfterStart(u64),
    /// So long before the last event.
    BeforeEnd(u64),
}

/// What times can be relative to, in nanoseconds since 1970 UTC.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Anchors {
    pub(crate) now: u64,
    /// The first and the last event; `None` where there are no events, or nobody asked.
    pub(crate) events: Option<(u64, u64)>,
}

impl Anchors {
    /// The clock's time, and the first and the last event.
    pub(crate) fn new(events: Option<(u64, u64)>) -> Anchors {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        Anchors {
            now: now.map_or(0, |since| nanos(since.as_nanos())),
            events,
        }
    }
}

impl When {
    /// Whether [`Anchors::events`] is needed.
    pub(crate) fn needs_events(self) -> bool {
        matches!(self, When::AfterStart(_) | When::BeforeEnd(_))
    }

    /// The time in nanoseconds since 1970 UTC. Where there are no events, any will do.
    pub(crate) fn resolve(self, anchors: Anchors) -> u64 {
        let today = anchors.now / DAY_NS * DAY_NS;
        let (first, last) = anchors.events.unwrap_or_default();
        match self {
            When::At(time) => time,
            When::BeforeNow(length) => anchors.now.saturating_sub(length),
            When::DaysAgo(days) => today.saturating_sub(days.saturating_mul(DAY_NS)),
            When::Today(time) => today.saturating_add(time),
            When::AfterStart(length) => first.saturating_add(length),
            When::BeforeEnd(length) => last.saturating_sub(length),
        }
    }
}

impl FromStr for When {
    type Err = String;

    fn from_str(text: &str) -> Result<When, String> {
        let text = text.trim();
        match text {
            "now" => return Ok(When::BeforeNow(0)),
            "today" => return Ok(When::DaysAgo(0)),
            "yesterday" => return Ok(When::DaysAgo(1)),
            "start" => return Ok(When::AfterStart(0)),
            "end" => return Ok(When::BeforeEnd(0)),
            _ => {}
        }
        if let Some(length) = after(text, "end", '-') {
            return parse_length(length).map(When::BeforeEnd);
        }
        if let Some(length) = after(text, "start", '+') {
            return parse_length(length).map(When::AfterStart);
        }
        if let Some(seconds) = text.strip_prefix('@') {
            return parse_unix(seconds)
                .ok_or_else(|| format!("`@{seconds}` is no number of seconds since 1970"));
        }
        if let Some(time) = parse_time(text) {
            return Ok(time);
        }
        let length = text.strip_prefix('-').unwrap_or(text);
        let length = length.strip_suffix("ago").unwrap_or(length);
        parse_length(length).map(When::BeforeNow).map_err(|_| {
            "not a time; write `10m` or `-10m` (before now), `end-30s` (before the last event), `start+5s`, \
             `2026-01-31 12:00` (UTC), `2026-01-31T12:00:00+01:00`, `12:00`, `today`, `yesterday`, `now` or `@1769817600`"
                .to_owned()
        })
    }
}

/// What follows a word and a sign.
fn after<'a>(text: &'a str, word: &str, sign: char) -> Option<&'a str> {
    text.strip_prefix(word)?.trim_start().strip_prefix(sign)
}

/// Seconds since 1970, perhaps with a fraction.
fn parse_unix(text: &str) -> Option<When> {
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > 9 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let nanos: u64 = format!("{fraction:0<9}").parse().ok()?;
    let seconds: u64 = seconds.parse().ok()?;
    Some(When::At(
        seconds.checked_mul(SECOND_NS)?.checked_add(nanos)?,
    ))
}

/// A date with or without a time, or a time of day.
fn parse_time(text: &str) -> Option<When> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(at(time));
    }
    // Without these the text can be a length of time only, and `20` is not the twentieth hour.
    if !text.contains([':', '-']) || text.starts_with('-') {
        return None;
    }
    if let Ok(date) = text.parse::<DateTime>() {
        return Some(at(date.to_zoned(TimeZone::UTC).ok()?.timestamp()));
    }
    let of_day = text.parse::<Time>().ok()?.duration_since(Time::midnight());
    Some(When::Today(nanos(of_day.as_nanos().unsigned_abs())))
}

fn at(time: Timestamp) -> When {
    When::At(u64::try_from(time.as_nanosecond()).unwrap_or(0))
}

/// A time as text, with nanoseconds where it has them.
pub(crate) fn display(time_ns: u64) -> String {
    Timestamp::from_nanosecond(time_ns.into())
        .map_or_else(|_| format!("{time_ns} ns"), |time| time.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: u64 = 60 * SECOND_NS;
    /// 2026-01-31T00:00:00Z.
    const MIDNIGHT: u64 = 1_769_817_600 * SECOND_NS;

    #[test]
    fn lengths_are_counted_back_from_now() {
        for (text, length) in [
            ("10m", 10 * MINUTE),
            ("-5m", 5 * MINUTE),
            ("2h", 120 * MINUTE),
            ("2h 30m", 150 * MINUTE),
            ("1h30m", 90 * MINUTE),
            ("90s ago", MINUTE * 3 / 2),
            ("2d", 2 * DAY_NS),
            ("1w", 7 * DAY_NS),
            ("now", 0),
        ] {
            assert_eq!(text.parse(), Ok(When::BeforeNow(length)), "{text}");
        }
    }

    #[test]
    fn start_and_end_are_the_first_and_the_last_event() {
        let anchors = Anchors {
            now: 1000,
            events: Some((100, 200)),
        };
        for (text, time) in [
            ("end", 200),
            ("end-50ns", 150),
            ("end - 1s", 0),
            ("start", 100),
            ("start+7ns", 107),
            ("now", 1000),
        ] {
            let when: When = text.parse().unwrap();
            assert_eq!(when.resolve(anchors), time, "{text}");
            assert_eq!(when.needs_events(), text != "now");
        }
    }

    #[test]
    fn days_begin_at_midnight_utc() {
        let anchors = Anchors {
            now: MIDNIGHT + 3 * MINUTE,
            events: None,
        };
        for (text, time) in [
            ("today", MIDNIGHT),
            ("yesterday", MIDNIGHT - DAY_NS),
            ("12:00", MIDNIGHT + DAY_NS / 2),
            ("00:00:01.5", MIDNIGHT + SECOND_NS * 3 / 2),
        ] {
            assert_eq!(text.parse::<When>().unwrap().resolve(anchors), time);
        }
    }

    #[test]
    fn times_are_utc_unless_they_have_an_offset() {
        for text in [
            "2026-01-31T00:00:00Z",
            "2026-01-31T00:00:00",
            "2026-01-31 00:00",
            "2026-01-31",
            "2026-01-31T01:30:00+01:30",
            "@1769817600",
        ] {
            assert_eq!(text.parse(), Ok(When::At(MIDNIGHT)), "{text}");
        }
        let half = When::At(MIDNIGHT + SECOND_NS / 2);
        assert_eq!("2026-01-31T00:00:00.5Z".parse(), Ok(half));
        assert_eq!("@1769817600.5".parse(), Ok(half));
        assert_eq!("1960-01-01T00:00:00Z".parse(), Ok(When::At(0)));
        assert_eq!(display(MIDNIGHT), "2026-01-31T00:00:00Z");
    }

    #[test]
    fn what_is_neither_is_refused() {
        for text in [
            "",
            "20",
            "--10m",
            "10 parsecs",
            "end+5s",
            "start-5s",
            "end-",
            "2026-13-01T00:00:00Z",
            "25:00",
            "@",
            "@1.0000000001",
            "@99999999999999999999",
        ] {
            assert!(text.parse::<When>().is_err(), "{text}");
        }
    }

    #[test]
    fn no_text_makes_the_parser_panic() {
        let pieces = [
            "end",
            "start",
            "-",
            "+",
            "@",
            "9",
            "10m",
            ":",
            "2026-01-31",
            "T",
            "Z",
            " ",
            "ago",
            ".",
            "99999999999999999999",
            "d",
            "h",
            "ns",
            "é",
            "\0",
            "today",
            "-9223372036854775808",
            "P1Y",
        ];
        crate::testing::strings(&pieces, |text| {
            if let Ok(when) = text.parse::<When>() {
                when.resolve(Anchors {
                    now: u64::MAX,
                    events: Some((u64::MAX, 0)),
                });
            }
        });
    }
}
