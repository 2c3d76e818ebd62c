//! [`Labels`]: what the text of all events of one call site has in common, written once.

use super::escape::{Escapes, push_sentence, push_word};
use super::text::padded;
use crate::metadata::Metadata;

/// The parts of a line that a call site determines.
#[derive(Debug)]
pub(crate) struct Labels {
    /// `INFO  my_app::db: User logged in`
    head: Box<str>,
    /// Where the target ends in the head, its colon included.
    target_end: usize,
    /// ` user_id=` for each field.
    fields: Box<[Box<str>]>,
}

impl Labels {
    pub(crate) fn of(metadata: &Metadata) -> Labels {
        let mut head = String::from(padded(metadata.level));
        push_target(&mut head, &metadata.target);
        let target_end = head.len();
        if !metadata.message.is_empty() {
            head.push(' ');
            push_sentence(&mut head, &metadata.message);
        }
        let label = |name: &str| {
            let mut label = String::from(" ");
            push_word(&mut label, name, Escapes::Rust);
            label.push('=');
            label.into_boxed_str()
        };
        Labels {
            head: head.into_boxed_str(),
            target_end,
            fields: metadata
                .fields
                .iter()
                .map(|field| label(&field.name))
                .collect(),
        }
    }

    /// Level, target and the call site's own message.
    #[inline]
    pub(super) fn head(&self) -> &str {
        &self.head
    }

    /// Level and target.
    #[inline]
    pub(super) fn head_without_message(&self) -> &str {
        &self.head[..self.target_end]
    }

    /// What stands in front of each field's value.
    #[inline]
    pub(super) fn fields(&self) -> &[Box<str>] {
        &self.fields
    }
}

/// Writes a target and a colon.
pub(super) fn push_target(out: &mut String, target: &str) {
    match target {
        "" => out.push('-'),
        target => push_word(out, target, Escapes::Rust),
    }
    out.push(':');
}
