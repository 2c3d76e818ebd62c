//! [`Operand`]: a value on the command line: text, and what else it can be read as.

use std::cmp::Ordering;
use std::net::IpAddr;

/// A number of any size and kind.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Number {
    Signed(i128),
    /// Above what `Signed` holds, or simply unsigned.
    Unsigned(u128),
    Float(f64),
}

impl Number {
    /// The number that a text is; digits may be grouped with `_`.
    pub(super) fn parse(text: &str) -> Option<Number> {
        let begins_as_one = text
            .strip_prefix(['-', '+'])
            .unwrap_or(text)
            .starts_with(|c: char| c.is_ascii_digit() || c == '.');
        // `inf`, `nan` and `infinity` are words.
        if !begins_as_one {
            return None;
        }
        let plain;
        let digits = if text.contains('_') {
            plain = text.replace('_', "");
            &plain
        } else {
            text
        };
        if let Ok(number) = digits.parse() {
            return Some(Number::Signed(number));
        }
        if let Ok(number) = digits.parse() {
            return Some(Number::Unsigned(number));
        }
        digits.parse().ok().map(Number::Float)
    }

    /// The number with that factor in front; floats where it doesn't fit.
    fn as_f64(self) -> f64 {
        match self {
            Number::Signed(number) => number as f64,
            Number::Unsigned(number) => number as f64,
            Number::Float(number) => number,
        }
    }

    /// Integers are compared exactly, all else as floats; there is no order beside NaN.
    pub(super) fn compare(self, other: Number) -> Option<Ordering> {
        use Number::{Float, Signed, Unsigned};
        match (self, other) {
            (Signed(one), Signed(other)) => Some(one.cmp(&other)),
            (Unsigned(one), Unsigned(other)) => Some(one.cmp(&other)),
            (Signed(one), Unsigned(other)) => {
                Some(u128::try_from(one).map_or(Ordering::Less, |one| one.cmp(&other)))
            }
            (Unsigned(_), Signed(_)) => other.compare(self).map(Ordering::reverse),
            (Float(_), _) | (_, Float(_)) => self.as_f64().partial_cmp(&other.as_f64()),
        }
    }
}

/// A value on the command line.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Operand {
    pub(super) text: String,
    /// Not where the value stood in quotes: then it is a text.
    pub(super) number: Option<Number>,
    /// A length of time, in nanoseconds: a number with a unit.
    pub(super) length_ns: Option<u64>,
    pub(super) ip: Option<IpAddr>,
}

impl Operand {
    /// What the text can be read as; in quotes it is only a text.
    pub(super) fn new(text: String, is_quoted: bool) -> Operand {
        let number = Number::parse(&text).filter(|_| !is_quoted);
        let may_be_length = !is_quoted && number.is_none();
        Operand {
            number,
            length_ns: may_be_length
                .then(|| crate::length::parse_length(&text).ok())
                .flatten(),
            ip: text.parse().ok(),
            text,
        }
    }
}
