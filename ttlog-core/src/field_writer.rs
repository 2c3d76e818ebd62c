//! [`FieldWriter`]: takes the fields of a value, each with its name.
//!
//! It allocates nothing: a prefix is a list on the stack, and a name with one is put together there, too.

use std::error::Error;
use std::fmt;

use crate::encode::{Encoder, LONGEST_NAME};
use crate::fields::Fields;
use crate::redacted::Redacted;
use crate::slot::Slot;
use crate::value::Value;

/// Takes the fields of a value; see [`Fields`].
#[derive(Debug)]
pub struct FieldWriter<'a> {
    encoder: &'a mut Encoder,
    prefix: Option<Prefix<'a>>,
}

/// What stands before each name, the innermost part first.
#[derive(Debug, Clone, Copy)]
struct Prefix<'a> {
    text: &'a str,
    outer: Option<&'a Prefix<'a>>,
}

impl<'a> FieldWriter<'a> {
    #[inline]
    pub(crate) fn new(encoder: &'a mut Encoder) -> Self {
        FieldWriter {
            encoder,
            prefix: None,
        }
    }

    /// Records a field with its type.
    #[inline]
    pub fn field<T: Value + ?Sized>(&mut self, name: &str, value: &T) {
        if let Some(slot) = self.slot(name) {
            value.record(slot);
        }
    }

    /// Records a field by its `Display`.
    #[inline]
    pub fn display<T: fmt::Display + ?Sized>(&mut self, name: &str, value: &T) {
        if let Some(slot) = self.slot(name) {
            slot.display(format_args!("{value}"));
        }
    }

    /// Records a field by its `Debug`.
    #[inline]
    pub fn debug<T: fmt::Debug + ?Sized>(&mut self, name: &str, value: &T) {
        if let Some(slot) = self.slot(name) {
            slot.debug(format_args!("{value:?}"));
        }
    }

    /// Records a field that is an error, with its sources.
    pub fn error(&mut self, name: &str, value: &dyn Error) {
        if let Some(slot) = self.slot(name) {
            slot.error(value);
        }
    }

    /// Records that there is such a field, and nothing of its value.
    pub fn redacted(&mut self, name: &str) {
        self.field(name, &Redacted);
    }

    /// Records the fields of a part, with `prefix` before each of their names: as it is, so it may end in a dot.
    #[inline]
    pub fn nested<T: Fields + ?Sized>(&mut self, prefix: &str, value: &T) {
        let prefix = Prefix {
            text: prefix,
            outer: self.prefix.as_ref(),
        };
        value.record_fields(&mut FieldWriter {
            encoder: self.encoder,
            prefix: Some(prefix),
        });
    }

    /// The place of a field's value; none where that must not be recorded.
    #[inline]
    fn slot(&mut self, name: &str) -> Option<Slot<'_>> {
        let is_recorded = match &self.prefix {
            None => self.encoder.name(name),
            Some(prefix) => prefix.name(name, self.encoder),
        };
        is_recorded.then(|| self.encoder.slot())
    }
}

impl Prefix<'_> {
    /// Gives the next value the name with all that stands before it.
    fn name(&self, name: &str, encoder: &mut Encoder) -> bool {
        // One byte more than is recorded, so that a name that is too long is seen to be.
        let mut bytes = [0; LONGEST_NAME + 1];
        let end = self.put(&mut bytes);
        let end = put(&mut bytes, end, name);
        encoder.name_of_bytes(&bytes[..end])
    }

    fn put(&self, bytes: &mut [u8]) -> usize {
        let end = self.outer.map_or(0, |outer| outer.put(bytes));
        put(bytes, end, self.text)
    }
}

/// Copies as much of `text` as there is room for behind `end`; gives the new end.
fn put(bytes: &mut [u8], end: usize, text: &str) -> usize {
    let room = &mut bytes[end..];
    let length = room.len().min(text.len());
    room[..length].copy_from_slice(&text.as_bytes()[..length]);
    end + length
}
