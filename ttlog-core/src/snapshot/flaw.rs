//! [`Flaw`]: what is wrong with a snapshot that can be read all the same.

use std::fmt;

/// Something that a snapshot lacks, or that is damaged in it. Offsets are in bytes from the file's beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Flaw {
    /// The file ends before its end block: it was cut, or its writer was stopped.
    Cut {
        /// Where the file ends.
        offset: u64,
    },
    /// A block's header is damaged, so it is not known what the block was and where it ended.
    Header {
        /// Where the block begins.
        offset: u64,
        /// Where reading went on: with the next header that is undamaged; `None` if there is none.
        next: Option<u64>,
    },
    /// A block's content is damaged; it was skipped.
    Content {
        /// Where the block begins.
        offset: u64,
    },
    /// A block says that it is longer than any writer makes it; reading ended there.
    TooLong {
        /// Where the block begins.
        offset: u64,
        /// What it says.
        length: u32,
    },
    /// A block is undamaged, but what it says makes no sense from some point on; the rest of it was skipped.
    Senseless {
        /// Where the block begins.
        offset: u64,
    },
    /// A block is stored in a way that this reader doesn't know; it was skipped.
    Unknown {
        /// Where the block begins.
        offset: u64,
    },
    /// A block is compressed, and this reader was built without what reads it; it was skipped.
    Compressed {
        /// Where the block begins.
        offset: u64,
    },
    /// There is more about call sites, threads and the process than a reader takes; reading ended there.
    TooMuch {
        /// Where the block begins.
        offset: u64,
    },
    /// Events could not be read, because their call site is missing or they make no sense.
    UnreadableEvents {
        /// How many.
        count: u64,
    },
    /// The end block counts other events or blocks than there are: whole blocks are missing or were added.
    Counts {
        /// The events that the end block counts.
        events: u64,
        /// The events that are there.
        found: u64,
    },
    /// The writer could not tell where events begin and left something out.
    LeftOut {
        /// How much.
        bytes: u64,
    },
    /// The file goes on behind its end.
    BehindEnd {
        /// Where the snapshot ends.
        offset: u64,
    },
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Flaw::Cut { offset } => write!(
                f,
                "truncated: the file ends at byte {offset}, before its end block"
            ),
            Flaw::Header {
                offset,
                next: Some(next),
            } => write!(
                f,
                "damaged block header at byte {offset}; the next block was found at byte {next}"
            ),
            Flaw::Header { offset, next: None } => write!(
                f,
                "damaged block header at byte {offset}; no further block was found"
            ),
            Flaw::Content { offset } => {
                write!(f, "damaged block at byte {offset} (CRC mismatch), skipped")
            }
            Flaw::TooLong { offset, length } => {
                write!(
                    f,
                    "block at byte {offset} claims {length} bytes, which is too long; stopped there"
                )
            }
            Flaw::Senseless { offset } => write!(f, "block at byte {offset} makes no sense"),
            Flaw::Unknown { offset } => {
                write!(f, "block at byte {offset} needs a newer reader, skipped")
            }
            Flaw::Compressed { offset } => write!(
                f,
                "block at byte {offset} is compressed with LZ4, skipped: ttlog's feature `compression` reads it"
            ),
            Flaw::TooMuch { offset } => {
                write!(
                    f,
                    "too much about call sites and threads at byte {offset}; stopped there"
                )
            }
            Flaw::UnreadableEvents { count } => write!(f, "{count} events could not be read"),
            Flaw::Counts { events, found } => {
                write!(
                    f,
                    "the end block counts {events} events, {found} are there; or blocks are missing"
                )
            }
            Flaw::LeftOut { bytes } => {
                write!(f, "the writer left out {bytes} bytes that made no sense")
            }
            Flaw::BehindEnd { offset } => {
                write!(f, "the file goes on behind its end block, at byte {offset}")
            }
        }
    }
}
