//! The events that tell of a loss, at the place where it happened.

use std::fmt;

use crate::callsite::CallSite;
use crate::level::LogLevel;
use crate::metadata::{FieldDef, Metadata};
use crate::record::{Header, LOG_PREFIX_WORDS, TAG_BITS, TAGS_SHIFT, Tag, flag};

/// Why events are lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Loss {
    /// Newer events took their place before they were read.
    Overwritten,
    /// There was no place for them.
    Dropped,
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Loss::Overwritten => "overwritten",
            Loss::Dropped => "dropped",
        })
    }
}

static FIELDS: [FieldDef; 1] = [FieldDef::new("lost")];
static OVERWRITTEN: CallSite = CallSite::new(metadata());
static DROPPED: CallSite = CallSite::new(metadata());

const fn metadata() -> Metadata {
    let message = "{lost} events lost here: {reason}";
    Metadata::new(LogLevel::Warn, "ttlog", "", "", 0, message, &FIELDS)
}

impl Loss {
    fn site(self) -> &'static CallSite {
        match self {
            Loss::Overwritten => &OVERWRITTEN,
            Loss::Dropped => &DROPPED,
        }
    }

    /// Which loss the event of this call site tells of.
    pub(crate) fn of(metadata: &Metadata) -> Loss {
        if std::ptr::eq(metadata, DROPPED.metadata()) {
            Loss::Dropped
        } else {
            Loss::Overwritten
        }
    }
}

/// The record of an event that tells of `count` lost events, as the recorder has records.
pub(crate) fn record(count: u64, loss: Loss, wall_ns: u64) -> Vec<u64> {
    let text = format!(
        "{count} event{} lost here: {loss}",
        if count == 1 { "" } else { "s" }
    );
    let mut words = vec![0, wall_ns, 0, text.len() as u64];
    debug_assert_eq!(words.len(), LOG_PREFIX_WORDS + 1);
    words.extend(text.as_bytes().chunks(8).map(|chunk| {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        u64::from_le_bytes(word)
    }));
    words.push(count);
    let tags = (Tag::Display as u64) << TAGS_SHIFT | (Tag::U64 as u64) << (TAGS_SHIFT + TAG_BITS);
    let flags = flag::SYNTHETIC | flag::MESSAGE;
    words[0] = Header::new(loss.site().ensure_id(), words.len() as u64, flags, tags).0;
    words
}
