//! The layout of one event in 64-bit words: the one place that knows where a bit stands.
//!
//! A record in a thread's ring, in the recorder and in a snapshot is
//!
//! ```text
//! word 0   header   bits  0..20  call-site id (0: none, the record is dynamic)
//!                   bits 20..36  length of the record in words, header included
//!                   bits 36..44  flags
//!                   bits 44..64  tags of the first five values, four bits each; 0 ends them
//! word 1   time     ring: ticks of the clock; recorder and snapshot: nanoseconds since 1970 UTC
//! word 2   origin   recorder and snapshot only: thread id (high half), its event's number (low half)
//! ...      prefix   what the flags announce, in the order of the flags: span, dynamic, target
//! ...      values   each as its tag says; a formatted message is the first of them
//! last     span     of the thread, where a flag says so: behind the values, so that these stand at the same place without it
//! ```
//!
//! After the fifth value, and after every sixteen more, stands a word of sixteen further tags. A text
//! is a word with its length in bytes (and [`TEXT_CUT`]), then its bytes, padded with zeros to a
//! whole word. All words are little-endian in memory that readers see.

/// Bits of the call-site id in a header.
pub(crate) const SITE_BITS: u32 = 20;
/// The greatest call-site id.
pub(crate) const MAX_SITE: u32 = (1 << SITE_BITS) - 1;
const LENGTH_SHIFT: u32 = SITE_BITS;
const LENGTH_BITS: u32 = 16;
const FLAGS_SHIFT: u32 = LENGTH_SHIFT + LENGTH_BITS;
const FLAGS_BITS: u32 = 8;
/// Where the tags begin in a header.
pub(crate) const TAGS_SHIFT: u32 = FLAGS_SHIFT + FLAGS_BITS;
/// Bits of one tag.
pub(crate) const TAG_BITS: u32 = 4;
/// Words in front of the prefix, in a ring.
pub(crate) const RING_PREFIX_WORDS: u64 = 2;
/// Words in front of the prefix, in the recorder and in a snapshot.
pub(crate) const LOG_PREFIX_WORDS: usize = 3;
/// The longest record, in words.
pub(crate) const MAX_RECORD_WORDS: u64 = (1 << LENGTH_BITS) - 1;
/// Set in a text's length word where the text was cut.
pub(crate) const TEXT_CUT: u64 = 1 << 63;

/// What a header says beside site, length and tags.
pub(crate) mod flag {
    /// The event was over the size limit; something of it is missing.
    pub(crate) const CUT: u8 = 1;
    /// A value panicked while it was formatted.
    pub(crate) const PANICKED: u8 = 2;
    /// The first value is the formatted message.
    pub(crate) const MESSAGE: u8 = 4;
    /// ttlog made this event itself, to tell of others that are lost: their number is the record's last word.
    pub(crate) const SYNTHETIC: u8 = 8;
    /// Prefix: a word with the id of the span that the event was given; 0 for none.
    pub(crate) const SPAN: u8 = 16;
    /// Prefix: a word with level (low byte) and line, then the texts target, module path, file.
    pub(crate) const DYNAMIC: u8 = 32;
    /// Prefix: the text of the target, in place of the call site's.
    pub(crate) const TARGET: u8 = 64;
    /// The last word is the id of the span that the thread was in. Not beside `SPAN`.
    pub(crate) const IN_SPAN: u8 = 128;
}

/// What kind of value comes next.
#[repr(u8)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tag {
    /// No more values.
    End = 0,
    /// A missing value; no words.
    None = 1,
    /// One word, 0 or 1.
    Bool = 2,
    /// One word, two's complement.
    I64 = 3,
    /// One word.
    U64 = 4,
    /// One word, the bits of an `f64`.
    F64 = 5,
    /// One word, the bits of an `f32`.
    F32 = 6,
    /// One word, the scalar value.
    Char = 7,
    /// A text.
    Str = 8,
    /// A text that `Display` made.
    Display = 9,
    /// A text that `Debug` made.
    Debug = 10,
    /// One word with the number of texts, then the texts: an error and its sources.
    Error = 11,
    /// As a text, of any bytes.
    Bytes = 12,
    /// Two words: seconds, nanoseconds.
    Duration = 13,
    /// One word with a [`Wide`] number, then two words, low half first.
    Wide = 14,
    /// A text: the name of the value that comes next, which the call site doesn't know.
    Name = 15,
}

impl Tag {
    /// The tag in the low four bits of `bits`.
    pub(crate) fn from_bits(bits: u64) -> Tag {
        const ALL: [Tag; 16] = [
            Tag::End,
            Tag::None,
            Tag::Bool,
            Tag::I64,
            Tag::U64,
            Tag::F64,
            Tag::F32,
            Tag::Char,
            Tag::Str,
            Tag::Display,
            Tag::Debug,
            Tag::Error,
            Tag::Bytes,
            Tag::Duration,
            Tag::Wide,
            Tag::Name,
        ];
        ALL[(bits & 15) as usize]
    }
}

/// The kinds of value that take two words.
#[repr(u64)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wide {
    I128 = 0,
    U128 = 1,
    Ipv4 = 2,
    Ipv6 = 3,
}

/// A header taken apart, but for its tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header(pub(crate) u64);

impl Header {
    /// The header of a record; `tags` stand at their place already.
    #[inline(always)]
    pub(crate) fn new(site: u32, length: u64, flags: u8, tags: u64) -> Self {
        debug_assert!(site <= MAX_SITE && length <= MAX_RECORD_WORDS);
        Header(u64::from(site) | length << LENGTH_SHIFT | u64::from(flags) << FLAGS_SHIFT | tags)
    }

    pub(crate) fn site(self) -> u32 {
        (self.0 & u64::from(MAX_SITE)) as u32
    }

    /// The record's length in words.
    pub(crate) fn length(self) -> usize {
        (self.0 >> LENGTH_SHIFT & MAX_RECORD_WORDS) as usize
    }

    pub(crate) fn flags(self) -> u8 {
        (self.0 >> FLAGS_SHIFT) as u8
    }

    pub(crate) fn has(self, flag: u8) -> bool {
        self.flags() & flag != 0
    }

    /// The tags of the first five values, the first in the lowest bits.
    pub(crate) fn tags(self) -> u64 {
        self.0 >> TAGS_SHIFT
    }

    /// The same with another length.
    pub(crate) fn with_length(self, length: usize) -> Self {
        Header(self.0 & !(MAX_RECORD_WORDS << LENGTH_SHIFT) | (length as u64) << LENGTH_SHIFT)
    }
}

/// How many events a record stands for: one, or those that it says are lost.
pub(crate) fn events_of(header: Header, record: &[u64]) -> u64 {
    match record {
        [.., lost] if header.has(flag::SYNTHETIC) => u64::from_le(*lost),
        _ => 1,
    }
}

/// How many words at the beginning of `words` are whole records, and for how many events those stand.
pub(crate) fn whole_records(words: &[u64]) -> (usize, u64) {
    let (mut end, mut events) = (0, 0);
    while let Some(first) = words.get(end) {
        let header = Header(u64::from_le(*first));
        let Some(record) = words.get(end..end + header.length().max(1)) else {
            break;
        };
        end += record.len();
        events += events_of(header, record);
    }
    (end, events)
}

/// Takes the first record off `words`; `None` at their end.
pub(crate) fn next_record<'a>(words: &mut &'a [u64]) -> Option<(Header, &'a [u64])> {
    let header = Header(u64::from_le(*words.first()?));
    let (record, rest) = words.split_at_checked(header.length().max(1))?;
    *words = rest;
    Some((header, record))
}

/// The id of the thread that a record in the recorder's layout is of.
pub(crate) fn thread_of(record: &[u64]) -> u32 {
    record
        .get(2)
        .map_or(0, |origin| (u64::from_le(*origin) >> 32) as u32)
}
