//! [`EventFields`]: the names of a call site and the values of a record, brought together.

use super::value_ref::ValueRef;
use super::words::{Tags, Words};
use crate::metadata::FieldDef;
use crate::record::Tag;

/// The fields of an event, name and value, in the order of the call: an iterator.
#[derive(Debug, Clone, Copy)]
pub struct EventFields<'a> {
    definitions: &'a [FieldDef],
    words: Words<'a>,
    tags: Tags,
}

impl<'a> EventFields<'a> {
    pub(super) fn new(definitions: &'a [FieldDef], words: Words<'a>, tags: Tags) -> Self {
        EventFields {
            definitions,
            words,
            tags,
        }
    }

    /// What is behind the values that were taken.
    pub(super) fn rest(self) -> (Words<'a>, Tags) {
        (self.words, self.tags)
    }

    #[inline(always)]
    pub(super) fn next_value(&mut self) -> Option<ValueRef<'a>> {
        let tag = self.tags.next(&mut self.words)?;
        self.words.value(tag)
    }

    /// Behind the fields that the call site knows, each value brings its name.
    fn next_named(&mut self) -> Option<(&'a str, ValueRef<'a>)> {
        if self.tags.next(&mut self.words)? != Tag::Name {
            return None;
        }
        let name = self.words.text()?;
        Some((name, self.next_value()?))
    }
}

impl<'a> Iterator for EventFields<'a> {
    type Item = (&'a str, ValueRef<'a>);

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        if let Some((definition, rest)) = self.definitions.split_first() {
            self.definitions = rest;
            let value = match &definition.constant {
                Some(text) => ValueRef::Str(text),
                None => self.next_value()?,
            };
            return Some((&definition.name, value));
        }
        self.next_named()
    }
}
