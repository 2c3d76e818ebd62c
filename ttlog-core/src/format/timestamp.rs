//! Dates: nanoseconds since 1970 as the text that RFC 3339 asks for, in UTC.
//!
//! Events of one second share their text up to the second, so each thread keeps the last one.

use std::cell::Cell;

use super::number::{pair, push_ascii};

const NANOS: u64 = 1_000_000_000;
/// `2026-11-21T00:50:32.`
pub(crate) type ToTheSecond = [u8; 20];

thread_local! {
    static LAST: Cell<(u64, ToTheSecond)> = const { Cell::new((u64::MAX, [0; 20])) };
}

/// A date and a time of day, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Civil {
    pub(crate) year: u32,
    pub(crate) month: u8,
    pub(crate) day: u8,
    pub(crate) hour: u8,
    pub(crate) minute: u8,
    pub(crate) second: u8,
}

impl Civil {
    /// The date and time so many seconds after the beginning of 1970.
    pub(crate) fn from_seconds(seconds: u64) -> Civil {
        const DAY: u64 = 24 * 60 * 60;
        let (year, month, day) = date((seconds / DAY) as u32);
        let in_day = (seconds % DAY) as u32;
        Civil {
            year,
            month,
            day,
            hour: (in_day / 3600) as u8,
            minute: (in_day / 60 % 60) as u8,
            second: (in_day % 60) as u8,
        }
    }
}

/// Year, month and day so many days after the first of January 1970.
///
/// The count is moved to the first of March of the year 0: then the leap day is the last day of its year, of its four
/// years and of its four hundred years.
fn date(days: u32) -> (u32, u8, u8) {
    const YEAR: u32 = 365;
    const FOUR_YEARS: u32 = 4 * YEAR + 1;
    const CENTURY: u32 = 25 * FOUR_YEARS - 1;
    const FOUR_CENTURIES: u32 = 4 * CENTURY + 1;
    const FROM_MARCH: [u32; 12] = [31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31, 29];

    let mut rest = days + 719_468;
    let mut year = rest / FOUR_CENTURIES * 400;
    rest %= FOUR_CENTURIES;
    let centuries = (rest / CENTURY).min(3);
    year += centuries * 100;
    rest -= centuries * CENTURY;
    year += rest / FOUR_YEARS * 4;
    rest %= FOUR_YEARS;
    let years = (rest / YEAR).min(3);
    year += years;
    rest -= years * YEAR;
    let mut month = 0;
    while rest >= FROM_MARCH[month] {
        rest -= FROM_MARCH[month];
        month += 1;
    }
    let day = rest as u8 + 1;
    match month as u8 + 3 {
        month @ 3..=12 => (year, month, day),
        month => (year + 1, month - 12, day),
    }
}

fn to_the_second(seconds: u64) -> ToTheSecond {
    let civil = Civil::from_seconds(seconds);
    let mut text = *b"0000-00-00T00:00:00.";
    let mut put = |place: usize, number: u32| {
        text[place..place + 2].copy_from_slice(&pair(number as usize % 100));
    };
    put(0, civil.year / 100);
    put(2, civil.year);
    put(5, civil.month.into());
    put(8, civil.day.into());
    put(11, civil.hour.into());
    put(14, civil.minute.into());
    put(17, civil.second.into());
    text
}

#[inline]
fn to_the_second_cached(seconds: u64) -> ToTheSecond {
    LAST.with(|last| {
        let (cached, text) = last.get();
        if cached == seconds {
            return text;
        }
        let text = to_the_second(seconds);
        last.set((seconds, text));
        text
    })
}

/// Writes a time with six digits of the second: `2026-11-21T00:50:32.123456Z`.
#[inline]
pub(super) fn push_micros(out: &mut String, nanos: u64) {
    let mut text = [b'Z'; 27];
    text[..20].copy_from_slice(&to_the_second_cached(nanos / NANOS));
    let micros = (nanos % NANOS / 1000) as usize;
    text[20..22].copy_from_slice(&pair(micros / 10_000));
    text[22..24].copy_from_slice(&pair(micros / 100 % 100));
    text[24..26].copy_from_slice(&pair(micros % 100));
    // SAFETY: digits and the marks between them.
    unsafe { push_ascii(out, &text) };
}

/// Writes a time with nine digits of the second: `2026-11-21T00:50:32.123456789Z`.
#[inline]
pub(super) fn push_nanos(out: &mut String, nanos: u64) {
    let mut text = [b'Z'; 30];
    text[..20].copy_from_slice(&to_the_second_cached(nanos / NANOS));
    let mut rest = (nanos % NANOS) as usize;
    text[28] = b'0' + (rest % 10) as u8;
    rest /= 10;
    for place in [26, 24, 22, 20] {
        text[place..place + 2].copy_from_slice(&pair(rest % 100));
        rest /= 100;
    }
    // SAFETY: digits and the marks between them.
    unsafe { push_ascii(out, &text) };
}

/// A time for the name of a file, to the second and without colons: `2026-11-21T00-50-32Z`. Does only what a signal handler may.
pub(crate) fn file_stamp(nanos: u64) -> ToTheSecond {
    let mut text = to_the_second(nanos / NANOS);
    (text[13], text[16], text[19]) = (b'-', b'-', b'Z');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_until_9999_follows_the_day_before() {
        let (mut year, mut month, mut day) = (1970u32, 1u8, 1u8);
        let mut days = 0;
        while year <= 9999 {
            assert_eq!(date(days), (year, month, day));
            let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let length = match month {
                2 => 28 + u8::from(is_leap),
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            day += 1;
            if day > length {
                (day, month) = (1, month + 1);
            }
            if month > 12 {
                (month, year) = (1, year + 1);
            }
            days += 1;
        }
    }

    #[test]
    fn known_times_have_known_texts() {
        let cases = [
            (0, "1970-01-01T00:00:00.000000000Z"),
            (951_782_400_000_000_001, "2000-02-29T00:00:00.000000001Z"),
            (1_000_000_000_123_456_789, "2001-09-09T01:46:40.123456789Z"),
            (1_795_222_232_123_456_789, "2026-11-21T00:50:32.123456789Z"),
            (4_107_542_399_999_999_999, "2100-02-28T23:59:59.999999999Z"),
            (u64::MAX, "2554-07-21T23:34:33.709551615Z"),
        ];
        for (nanos, expected) in cases {
            let mut out = String::new();
            push_nanos(&mut out, nanos);
            push_micros(&mut out, nanos);
            assert_eq!(out, format!("{expected}{}Z", &expected[..26]));
        }
        assert_eq!(
            &file_stamp(1_795_222_232_123_456_789),
            b"2026-11-21T00-50-32Z"
        );
    }

    #[test]
    fn the_cached_second_is_left_in_time() {
        for seconds in [5, 5, 6, 5, 1_795_222_232, 6] {
            assert_eq!(to_the_second_cached(seconds), to_the_second(seconds));
        }
    }
}
