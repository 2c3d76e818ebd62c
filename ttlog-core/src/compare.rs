//! When values are equal: by what they say, not by how they are kept.
//!
//! `42u64` and `42i32` are the same number, and a text is the same whether it is static or owned. So a
//! test may write `event["user_id"] == 42`, whatever type the program logged.

use std::ops::Index;

use crate::event::{FieldValue, LogEvent};

/// Integers of any width and sign are equal where their numbers are, texts where their characters are. Kinds that
/// differ otherwise, such as a text and what `Debug` made of one, are not; and a NaN equals nothing.
impl PartialEq for FieldValue {
    fn eq(&self, other: &Self) -> bool {
        use FieldValue::*;
        match (self, other) {
            (None, None) => true,
            (Bool(left), Bool(right)) => left == right,
            (F32(left), F32(right)) => left == right,
            (F64(left), F64(right)) => left == right,
            (Char(left), Char(right)) => left == right,
            (Debug(left), Debug(right)) | (Display(left), Display(right)) => left == right,
            (Error(left), Error(right)) => left == right,
            (Bytes(left), Bytes(right)) => left == right,
            (Duration(left), Duration(right)) => left == right,
            (Ip(left), Ip(right)) => left == right,
            (Str(_) | String(_), Str(_) | String(_)) => self.as_str() == other.as_str(),
            _ => integer(self).is_some_and(|number| integer(other) == Some(number)),
        }
    }
}

/// An integer's sign and size, by which all of them can be compared.
fn integer(value: &FieldValue) -> Option<(bool, u128)> {
    let signed = |value: i128| (value < 0, value.unsigned_abs());
    match *value {
        FieldValue::I64(value) => Some(signed(value.into())),
        FieldValue::U64(value) => Some((false, value.into())),
        FieldValue::I128(value) => Some(signed(value)),
        FieldValue::U128(value) => Some((false, value)),
        _ => None,
    }
}

macro_rules! equal_to {
    ($($type:ty),*) => {$(
        impl PartialEq<$type> for FieldValue {
            fn eq(&self, other: &$type) -> bool {
                self.eq(&FieldValue::from(*other))
            }
        }
    )*};
}

equal_to!(
    i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize, bool, f32, f64, char
);

/// Whether the value is this text, be it one that the call gave or that `Display` or `Debug` made.
impl PartialEq<str> for FieldValue {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == Some(other)
    }
}

/// As for `str`.
impl PartialEq<&str> for FieldValue {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}

/// As for `str`.
impl PartialEq<String> for FieldValue {
    fn eq(&self, other: &String) -> bool {
        *self == **other
    }
}

/// `event["user_id"]`; see [`LogEvent::field`] for a field that may be missing.
impl Index<&str> for LogEvent {
    type Output = FieldValue;

    /// The value of the first field of this name.
    ///
    /// # Panics
    /// There is no such field; the panic lists those that there are.
    #[track_caller]
    fn index(&self, key: &str) -> &FieldValue {
        self.field(key).unwrap_or_else(|| {
            let keys: Vec<_> = self.fields.iter().map(|field| &field.key).collect();
            panic!(
                "the event {:?} has no field {key:?}; it has {keys:?}",
                self.message
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_equal_where_their_numbers_are() {
        assert_eq!(FieldValue::I64(42), FieldValue::U64(42));
        assert_eq!(FieldValue::I128(-1), FieldValue::I64(-1));
        assert_eq!(FieldValue::U128(7), FieldValue::I64(7));
        assert_ne!(FieldValue::I64(-1), FieldValue::U64(u64::MAX));
        assert_ne!(FieldValue::I128(-1), FieldValue::U128(u128::MAX));
        assert_ne!(FieldValue::I64(1), FieldValue::F64(1.0));
        assert_ne!(FieldValue::I64(1), FieldValue::Bool(true));
    }

    #[test]
    fn texts_are_equal_where_their_characters_are() {
        assert_eq!(FieldValue::Str("a"), FieldValue::String("a".into()));
        assert_ne!(FieldValue::Str("a"), FieldValue::Debug("a".into()));
        assert_ne!(FieldValue::Str("a"), FieldValue::None);
        assert_ne!(FieldValue::F64(f64::NAN), FieldValue::F64(f64::NAN));
    }

    #[test]
    fn values_compare_with_plain_ones() {
        let number = FieldValue::U64(42);
        assert!(number == 42 && number == 42u8 && number == 42i128 && number != 43);
        assert!(FieldValue::Display("x".into()) == "x" && FieldValue::Str("x") == *"x");
        let owned = String::from("x");
        assert!(FieldValue::Debug("x".into()) == owned && FieldValue::None != owned);
        assert!(FieldValue::Bool(true) == true && FieldValue::F64(0.5) == 0.5);
        assert!(FieldValue::Char('x') == 'x' && number != "42");
    }

    #[test]
    #[should_panic(expected = "has no field \"c\"; it has [\"a\", \"b\"]")]
    fn a_missing_field_is_named_with_those_there_are() {
        let event = crate::format::testing::event(crate::LogLevel::Info, "x");
        let fields = [("a", 1.into()), ("b", 2.into())];
        let _ = crate::format::testing::with(event, fields)["c"];
    }
}
