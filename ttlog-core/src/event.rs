//! [`LogEvent`]: an event that owns all it says.

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;
use std::num::{NonZeroU64, NonZeroU128};
use std::sync::Arc;
use std::time::Duration;

use smallvec::SmallVec;

use crate::LogLevel;
use crate::decode::{ErrorChain, ValueRef};
use crate::metadata::RecordKind;
use crate::span::SpanInfo;

/// An event that owns all it says: for tests, custom loggers and everything that keeps events.
///
/// [`EventBuilder`](crate::EventBuilder) makes one by hand, [`EventRef::to_log_event`](crate::EventRef::to_log_event) from
/// what a sink is given.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct LogEvent {
    /// Wall time in nanoseconds since 1970 UTC.
    pub timestamp_nanos: u64,
    /// The severity.
    pub level: LogLevel,
    /// What filters match; the module path where the call named no other.
    pub target: Cow<'static, str>,
    /// The message, formatted; empty where the event has none.
    pub message: String,
    /// The fields in the order in which the call gave them.
    pub fields: SmallVec<[Field; 8]>,
    /// The number that ttlog gave to the thread; numbers begin with 1 and are not used twice.
    pub thread_id: u32,
    /// The thread's name, where it has one.
    pub thread_name: Option<String>,
    /// The name given by `name:`.
    pub name: Option<Cow<'static, str>>,
    /// The path of the module with the call.
    pub module_path: Option<Cow<'static, str>>,
    /// The source file of the call.
    pub file: Option<Cow<'static, str>>,
    /// The line of the call, from 1.
    pub line: Option<u32>,
    /// The number of the innermost span or context that it is in; at a span's beginning, the span's parent.
    pub span_id: Option<NonZeroU64>,
    /// What it tells of: an event, or that a span begins or has ended.
    pub kind: RecordKind,
    /// The spans and contexts that it is in, the outermost first, as far as its reader knew them; see
    /// [`EventRef::spans`](crate::EventRef::spans). Events of one span share what is known of it.
    pub spans: Vec<Arc<SpanInfo>>,
    /// The trace that it belongs to; see [`EventRef::trace_id`](crate::EventRef::trace_id).
    pub trace_id: Option<NonZeroU128>,
    /// The number of the span that it is in, contexts skipped; see [`EventRef::parent_span_id`](crate::EventRef::parent_span_id).
    pub parent_span_id: Option<NonZeroU64>,
    /// Whether something of the event is missing because it was over the size limit.
    pub cut: bool,
    /// Whether a value panicked while it was formatted.
    pub panicked: bool,
}

impl LogEvent {
    /// The value of the first field of this name.
    pub fn field(&self, key: &str) -> Option<&FieldValue> {
        self.fields
            .iter()
            .find(|field| field.key == key)
            .map(|field| &field.value)
    }

    /// The value of the first field of this name that the event has itself, else of the innermost span or context that has one.
    pub fn field_in_chain(&self, key: &str) -> Option<&FieldValue> {
        self.field(key).or_else(|| {
            let mut fields = self.spans.iter().rev().flat_map(|span| &span.fields);
            fields
                .find(|field| field.key == key)
                .map(|field| &field.value)
        })
    }
}

/// A name and a value.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// The field's name.
    pub key: Cow<'static, str>,
    /// The field's value.
    pub value: FieldValue,
}

/// A typed value that owns what it says.
///
/// Equality is that of what the values say: integers of any type are equal where their numbers are.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum FieldValue {
    /// `None`: the field was there, its value was not.
    None,
    /// A truth value.
    Bool(bool),
    /// A signed integer of up to 64 bits.
    I64(i64),
    /// An unsigned integer of up to 64 bits.
    U64(u64),
    /// A signed integer of 128 bits.
    I128(i128),
    /// An unsigned integer of 128 bits.
    U128(u128),
    /// A float of 32 bits.
    F32(f32),
    /// A float of 64 bits.
    F64(f64),
    /// A character.
    Char(char),
    /// A text known at compile time.
    Str(&'static str),
    /// A text.
    String(String),
    /// What `Debug` made of the value.
    Debug(String),
    /// What `Display` made of the value.
    Display(String),
    /// An error's message, then those of its sources.
    Error(Vec<String>),
    /// Bytes that need not be text.
    Bytes(Vec<u8>),
    /// A length of time.
    Duration(Duration),
    /// An address.
    Ip(IpAddr),
}

impl FieldValue {
    /// The same value, borrowed, as a format writes it.
    pub fn as_value_ref(&self) -> ValueRef<'_> {
        match self {
            FieldValue::None => ValueRef::None,
            FieldValue::Bool(value) => ValueRef::Bool(*value),
            FieldValue::I64(value) => ValueRef::I64(*value),
            FieldValue::U64(value) => ValueRef::U64(*value),
            FieldValue::I128(value) => ValueRef::I128(*value),
            FieldValue::U128(value) => ValueRef::U128(*value),
            FieldValue::F32(value) => ValueRef::F32(*value),
            FieldValue::F64(value) => ValueRef::F64(*value),
            FieldValue::Char(value) => ValueRef::Char(*value),
            FieldValue::Str(text) => ValueRef::Str(text),
            FieldValue::String(text) => ValueRef::Str(text),
            FieldValue::Debug(text) => ValueRef::Debug(text),
            FieldValue::Display(text) => ValueRef::Display(text),
            FieldValue::Error(chain) => ValueRef::Error(ErrorChain::of(chain)),
            FieldValue::Bytes(bytes) => ValueRef::Bytes(bytes),
            FieldValue::Duration(value) => ValueRef::Duration(*value),
            FieldValue::Ip(value) => ValueRef::Ip(*value),
        }
    }

    /// The text of a value that is one, whether the call gave it or a formatter made it.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            FieldValue::Str(text) => Some(text),
            FieldValue::String(text) | FieldValue::Debug(text) | FieldValue::Display(text) => {
                Some(text)
            }
            _ => None,
        }
    }
}

/// The value as text output shows it, but unescaped and unquoted.
impl fmt::Display for FieldValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FieldValue::None => f.write_str("None"),
            FieldValue::Bool(value) => value.fmt(f),
            FieldValue::I64(value) => value.fmt(f),
            FieldValue::U64(value) => value.fmt(f),
            FieldValue::I128(value) => value.fmt(f),
            FieldValue::U128(value) => value.fmt(f),
            FieldValue::F32(value) => fmt::Debug::fmt(value, f),
            FieldValue::F64(value) => fmt::Debug::fmt(value, f),
            FieldValue::Char(value) => value.fmt(f),
            FieldValue::Str(text) => f.pad(text),
            FieldValue::String(text) | FieldValue::Debug(text) | FieldValue::Display(text) => {
                f.pad(text)
            }
            FieldValue::Error(chain) => f.write_str(&chain.join(": ")),
            FieldValue::Bytes(bytes) => bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}")),
            FieldValue::Duration(value) => fmt::Debug::fmt(value, f),
            FieldValue::Ip(value) => value.fmt(f),
        }
    }
}

macro_rules! from {
    ($($type:ty => $variant:ident as $target:ty),* $(,)?) => {$(
        impl From<$type> for FieldValue {
            fn from(value: $type) -> Self {
                FieldValue::$variant(<$target>::from(value))
            }
        }
    )*};
}

from! {
    bool => Bool as bool,
    i8 => I64 as i64, i16 => I64 as i64, i32 => I64 as i64, i64 => I64 as i64,
    u8 => U64 as u64, u16 => U64 as u64, u32 => U64 as u64, u64 => U64 as u64,
    i128 => I128 as i128, u128 => U128 as u128,
    f32 => F32 as f32, f64 => F64 as f64,
    char => Char as char,
    &'static str => Str as &'static str,
    String => String as String,
    Vec<u8> => Bytes as Vec<u8>,
    Duration => Duration as Duration,
    IpAddr => Ip as IpAddr,
}

impl From<usize> for FieldValue {
    fn from(value: usize) -> Self {
        FieldValue::U64(value as u64)
    }
}

impl From<isize> for FieldValue {
    fn from(value: isize) -> Self {
        FieldValue::I64(value as i64)
    }
}

impl<T: Into<FieldValue>> From<Option<T>> for FieldValue {
    fn from(value: Option<T>) -> Self {
        value.map_or(FieldValue::None, Into::into)
    }
}
