//! A field's value beside an operand.
//!
//! The field's kind decides: numbers are compared as numbers, lengths of time as such, texts as texts.

use std::cmp::Ordering;
use std::fmt::Write;
use std::time::Duration;

use ttlog_core::{LogLevel, ValueRef};

use super::Operator;
use super::operand::{Number, Operand};

const SECOND_NS: f64 = 1e9;

/// Whether the value of the field `name` stands in this relation to the operand.
pub(super) fn accepts(
    operator: Operator,
    name: &str,
    value: ValueRef<'_>,
    operand: &Operand,
    scratch: &mut String,
) -> bool {
    let order = match value {
        ValueRef::None => return is_none(operand) && operator == Operator::Equal,
        ValueRef::Bool(value) => as_text(if value { "true" } else { "false" }, operand),
        ValueRef::Duration(value) => length_order(value, operand),
        ValueRef::Ip(value) => operand.ip.map(|ip| value.cmp(&ip)),
        ValueRef::Str(text) if name == "level" => level_order(text, operand),
        ValueRef::Str(text) => text_order(operator, text, operand),
        _ => match number_of(value) {
            Some(number) => number_order(name, number, operand),
            None => text_order(operator, text_of(&value, scratch), operand),
        },
    };
    match operator {
        Operator::Equal => order == Some(Ordering::Equal),
        Operator::NotEqual => order != Some(Ordering::Equal),
        Operator::Less => order == Some(Ordering::Less),
        Operator::LessOrEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        Operator::Greater => order == Some(Ordering::Greater),
        Operator::GreaterOrEqual => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
    }
}

fn is_none(operand: &Operand) -> bool {
    matches!(operand.text.as_str(), "None" | "none" | "null")
}

fn as_text(text: &str, operand: &Operand) -> Option<Ordering> {
    Some(text.cmp(&operand.text))
}

/// A text is ordered as a number where both sides are numbers: `%` and `?` make texts of numbers.
fn text_order(operator: Operator, text: &str, operand: &Operand) -> Option<Ordering> {
    let is_order = !matches!(operator, Operator::Equal | Operator::NotEqual);
    if is_order && let (Some(number), Some(other)) = (Number::parse(text), operand.number) {
        return number.compare(other);
    }
    let order = text.cmp(&operand.text);
    // What `?` made of a string can be given without its quotes.
    let unquoted = || {
        let inner = text.strip_prefix('"')?.strip_suffix('"')?;
        (inner == operand.text).then_some(Ordering::Equal)
    };
    unquoted().or(Some(order))
}

/// `level>=warn`: the order of severity.
fn level_order(text: &str, operand: &Operand) -> Option<Ordering> {
    match (text.parse::<LogLevel>(), operand.text.parse::<LogLevel>()) {
        (Ok(level), Ok(other)) => Some(level.cmp(&other)),
        _ => as_text(text, operand),
    }
}

fn number_of(value: ValueRef<'_>) -> Option<Number> {
    Some(match value {
        ValueRef::I64(value) => Number::Signed(value.into()),
        ValueRef::U64(value) => Number::Signed(value.into()),
        ValueRef::I128(value) => Number::Signed(value),
        ValueRef::U128(value) => Number::Unsigned(value),
        ValueRef::F32(value) => Number::Float(value.into()),
        ValueRef::F64(value) => Number::Float(value),
        _ => return None,
    })
}

/// A number beside a number; or beside a length of time, where the field's name tells its unit: `duration_ms>1s`.
fn number_order(name: &str, number: Number, operand: &Operand) -> Option<Ordering> {
    if let Some(other) = operand.number {
        return number.compare(other);
    }
    let length_ns = operand.length_ns? as f64;
    let unit_ns = unit_of_name(name)?;
    number.compare(Number::Float(length_ns / unit_ns))
}

/// The nanoseconds of the unit that a field's name ends with, as in `duration_ms`.
pub(crate) fn unit_of_name(name: &str) -> Option<f64> {
    let (_, unit) = name.rsplit_once(['_', '.'])?;
    Some(match unit {
        "ns" | "nanos" | "nanoseconds" => 1.0,
        "us" | "µs" | "micros" | "microseconds" => 1e3,
        "ms" | "millis" | "milliseconds" => 1e6,
        "s" | "sec" | "secs" | "seconds" => SECOND_NS,
        "min" | "mins" | "minutes" => 60.0 * SECOND_NS,
        "h" | "hours" => 3600.0 * SECOND_NS,
        _ => return None,
    })
}

/// A length of time beside another one; a bare number is seconds, as in JSON.
fn length_order(value: Duration, operand: &Operand) -> Option<Ordering> {
    if let Some(length) = operand.length_ns {
        return Some(value.as_nanos().cmp(&length.into()));
    }
    Number::Float(value.as_secs_f64()).compare(operand.number?)
}

/// The value as text, without the quotes and escapes that formats add.
pub(crate) fn text_of<'a>(value: &ValueRef<'a>, scratch: &'a mut String) -> &'a str {
    match value {
        ValueRef::Str(text) | ValueRef::Display(text) | ValueRef::Debug(text) => text,
        ValueRef::Error(chain) => {
            scratch.clear();
            for (index, message) in chain.enumerate() {
                if index > 0 {
                    scratch.push_str(": ");
                }
                scratch.push_str(message);
            }
            scratch
        }
        _ => {
            scratch.clear();
            // Writing to a string can't fail.
            let _ = write!(scratch, "{}", value.to_field_value());
            scratch
        }
    }
}
