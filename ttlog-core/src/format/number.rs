//! Digits: integers without the detour through `fmt`, and what is left through it.

use std::fmt::Write;

const PAIRS: &[u8; 200] = b"\
    0001020304050607080910111213141516171819\
    2021222324252627282930313233343536373839\
    4041424344454647484950515253545556575859\
    6061626364656667686970717273747576777879\
    8081828384858687888990919293949596979899";

/// The two digits of a number below 100.
#[inline]
pub(super) fn pair(number: usize) -> [u8; 2] {
    [PAIRS[number * 2], PAIRS[number * 2 + 1]]
}

/// Appends bytes that are ASCII.
///
/// # Safety
/// All of them are below 0x80.
#[inline]
pub(super) unsafe fn push_ascii(out: &mut String, bytes: &[u8]) {
    debug_assert!(bytes.is_ascii());
    // SAFETY: ASCII is UTF-8, and the caller vouches for it.
    out.push_str(unsafe { std::str::from_utf8_unchecked(bytes) });
}

/// Writes an unsigned integer.
#[inline]
pub(super) fn push_u64(out: &mut String, value: u64) {
    push_signed(out, value, false);
}

/// Writes a signed integer.
#[inline]
pub(super) fn push_i64(out: &mut String, value: i64) {
    push_signed(out, value.unsigned_abs(), value < 0);
}

#[inline]
fn push_signed(out: &mut String, mut value: u64, negative: bool) {
    const LONGEST: usize = "-18446744073709551615".len();
    let mut digits = [b'0'; LONGEST];
    let mut begin = LONGEST;
    while value >= 100 {
        begin -= 2;
        digits[begin..begin + 2].copy_from_slice(&pair((value % 100) as usize));
        value /= 100;
    }
    if value >= 10 {
        begin -= 2;
        digits[begin..begin + 2].copy_from_slice(&pair(value as usize));
    } else {
        begin -= 1;
        digits[begin] = b'0' + value as u8;
    }
    if negative {
        begin -= 1;
        digits[begin] = b'-';
    }
    // SAFETY: digits and a sign.
    unsafe { push_ascii(out, &digits[begin..]) };
}

/// Writes what `Display` makes of a value.
pub(super) fn push_display(out: &mut String, value: impl std::fmt::Display) {
    // Writing to a `String` can't fail; what the formatters of numbers and addresses report is that only.
    let _ = write!(out, "{value}");
}

/// Writes what `Debug` makes of a value: for a float the shortest digits that give it back.
pub(super) fn push_debug(out: &mut String, value: impl std::fmt::Debug) {
    let _ = write!(out, "{value:?}");
}

/// Writes bytes as hexadecimal digits, two for each.
pub(super) fn push_hex(out: &mut String, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    out.reserve(bytes.len() * 2);
    for &byte in bytes {
        out.push(char::from(DIGITS[usize::from(byte >> 4)]));
        out.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
}

/// Writes a length of time as seconds: all its digits, without zeros at the end.
pub(super) fn push_seconds(out: &mut String, duration: std::time::Duration) {
    push_u64(out, duration.as_secs());
    let nanoseconds = duration.subsec_nanos();
    if nanoseconds != 0 {
        let _ = write!(out, ".{nanoseconds:09}");
        out.truncate(out.trim_end_matches('0').len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn integers_read_as_display_has_them() {
        let mut value = 1u64;
        for step in 0..20_000u64 {
            value = value
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(step)
                | 1;
            for number in [step, value, value >> (step % 64), u64::MAX - step] {
                let mut out = String::new();
                push_u64(&mut out, number);
                out.push(' ');
                push_i64(&mut out, number as i64);
                assert_eq!(out, format!("{number} {}", number as i64));
            }
        }
        let mut out = String::new();
        push_i64(&mut out, i64::MIN);
        assert_eq!(out, i64::MIN.to_string());
    }

    #[test]
    fn seconds_have_no_zeros_at_the_end() {
        let cases = [
            (Duration::ZERO, "0"),
            (Duration::from_millis(1500), "1.5"),
            (Duration::from_nanos(1), "0.000000001"),
            (Duration::from_secs(100), "100"),
            (Duration::MAX, "18446744073709551615.999999999"),
        ];
        for (duration, expected) in cases {
            let mut out = String::new();
            push_seconds(&mut out, duration);
            assert_eq!(out, expected);
        }
    }

    #[test]
    fn bytes_become_hexadecimal() {
        let mut out = String::new();
        push_hex(&mut out, &[0, 0x0f, 0xa5, 0xff]);
        assert_eq!(out, "000fa5ff");
    }
}
