//! Values of fields as OTLP has them.
//!
//! | ttlog | OTLP | why |
//! |---|---|---|
//! | integers up to `i64` | integer | |
//! | larger ones | text | OTLP has no others; a rounded number would be a wrong one |
//! | floats | double | |
//! | a length of time | double, in seconds | the unit of OpenTelemetry's conventions |
//! | an error | text: its message, then those of its sources | and `exception.message`, see [`Attributes`](super::attributes::Attributes) |
//! | bytes | bytes | |
//! | no value | an empty value | the field was there |
//! | everything else | text | |

use opentelemetry_proto::tonic::common::v1::AnyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use ttlog_core::ValueRef;

/// A field's value.
pub(super) fn any_value(value: ValueRef<'_>) -> AnyValue {
    let value = match value {
        ValueRef::Bool(value) => Value::BoolValue(value),
        ValueRef::I64(value) => Value::IntValue(value),
        ValueRef::U64(value) => integer(value),
        ValueRef::I128(value) => integer(value),
        ValueRef::U128(value) => integer(value),
        ValueRef::F32(value) => Value::DoubleValue(value.into()),
        ValueRef::F64(value) => Value::DoubleValue(value),
        ValueRef::Char(value) => Value::StringValue(value.to_string()),
        ValueRef::Str(text) | ValueRef::Display(text) | ValueRef::Debug(text) => {
            Value::StringValue(text.to_owned())
        }
        ValueRef::Error(chain) => {
            let messages: Vec<&str> = chain.collect();
            Value::StringValue(messages.join(": "))
        }
        ValueRef::Bytes(bytes) => Value::BytesValue(bytes.to_owned()),
        ValueRef::Duration(length) => Value::DoubleValue(length.as_secs_f64()),
        ValueRef::Ip(address) => Value::StringValue(address.to_string()),
        // No value, and kinds of later versions.
        _ => return AnyValue { value: None },
    };
    AnyValue { value: Some(value) }
}

/// A text.
pub(super) fn text(text: impl Into<String>) -> AnyValue {
    AnyValue {
        value: Some(Value::StringValue(text.into())),
    }
}

/// An integer, as text where OTLP has none so large.
pub(super) fn integer<N: TryInto<i64> + ToString + Copy>(number: N) -> Value {
    match number.try_into() {
        Ok(number) => Value::IntValue(number),
        Err(_) => Value::StringValue(number.to_string()),
    }
}
