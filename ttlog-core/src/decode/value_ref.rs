//! [`ValueRef`]: a value where it stands in a record.

use std::net::IpAddr;
use std::time::Duration;

use super::words::Words;
use crate::event::FieldValue;

/// A typed value that borrows from its event.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum ValueRef<'a> {
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
    /// A text.
    Str(&'a str),
    /// What `Display` made of the value.
    Display(&'a str),
    /// What `Debug` made of the value.
    Debug(&'a str),
    /// An error and its sources.
    Error(ErrorChain<'a>),
    /// Bytes that need not be text.
    Bytes(&'a [u8]),
    /// A length of time.
    Duration(Duration),
    /// An address.
    Ip(IpAddr),
}

impl ValueRef<'_> {
    /// A value that owns what this one borrows.
    pub fn to_field_value(&self) -> FieldValue {
        match *self {
            ValueRef::None => FieldValue::None,
            ValueRef::Bool(value) => FieldValue::Bool(value),
            ValueRef::I64(value) => FieldValue::I64(value),
            ValueRef::U64(value) => FieldValue::U64(value),
            ValueRef::I128(value) => FieldValue::I128(value),
            ValueRef::U128(value) => FieldValue::U128(value),
            ValueRef::F32(value) => FieldValue::F32(value),
            ValueRef::F64(value) => FieldValue::F64(value),
            ValueRef::Char(value) => FieldValue::Char(value),
            ValueRef::Str(text) => FieldValue::String(text.to_owned()),
            ValueRef::Display(text) => FieldValue::Display(text.to_owned()),
            ValueRef::Debug(text) => FieldValue::Debug(text.to_owned()),
            ValueRef::Error(chain) => FieldValue::Error(chain.map(str::to_owned).collect()),
            ValueRef::Bytes(bytes) => FieldValue::Bytes(bytes.to_owned()),
            ValueRef::Duration(value) => FieldValue::Duration(value),
            ValueRef::Ip(value) => FieldValue::Ip(value),
        }
    }
}

/// The message of an error, then those of its sources: an iterator.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ErrorChain<'a>(Messages<'a>);

#[derive(Debug, Clone, Copy, PartialEq)]
enum Messages<'a> {
    /// So many texts in a record.
    Recorded(u64, Words<'a>),
    /// Those of a [`FieldValue`].
    Owned(&'a [String]),
}

impl<'a> ErrorChain<'a> {
    /// The messages of a [`FieldValue::Error`].
    pub(crate) fn of(messages: &'a [String]) -> ErrorChain<'a> {
        ErrorChain(Messages::Owned(messages))
    }

    /// So many messages, which are the next texts.
    pub(super) fn recorded(messages: u64, words: Words<'a>) -> ErrorChain<'a> {
        ErrorChain(Messages::Recorded(messages, words))
    }
}

impl<'a> Iterator for ErrorChain<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        match &mut self.0 {
            Messages::Recorded(left, words) => {
                *left = left.checked_sub(1)?;
                words.text()
            }
            Messages::Owned(messages) => {
                let (first, rest) = messages.split_first()?;
                *messages = rest;
                Some(first)
            }
        }
    }
}
