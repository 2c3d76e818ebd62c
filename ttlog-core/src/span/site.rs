//! [`SpanSite`]: what is known of a span where it is written.

use crate::callsite::{CallSite, Interest};
use crate::level::LogLevel;
use crate::metadata::{FieldDef, Metadata, RecordKind, SPAN_END_FIELDS, SPAN_ID};

static END_FIELDS: [FieldDef; 5] = [
    FieldDef::new(SPAN_END_FIELDS[0]),
    FieldDef::new(SPAN_END_FIELDS[1]),
    FieldDef::new(SPAN_END_FIELDS[2]),
    FieldDef::new(SPAN_END_FIELDS[3]),
    FieldDef::new(SPAN_END_FIELDS[4]),
];
static FIELDS_FIELDS: [FieldDef; 1] = [FieldDef::new(SPAN_ID)];

/// The static behind a span. Made by the macros.
#[derive(Debug)]
pub struct SpanSite {
    pub(crate) begin: CallSite,
    pub(crate) end: CallSite,
    pub(crate) fields: CallSite,
}

impl SpanSite {
    /// The site of spans that have this name, and these fields behind [`SPAN_ID`](crate::SPAN_ID), which is the first.
    pub const fn new(
        level: LogLevel,
        target: &'static str,
        module_path: &'static str,
        file: &'static str,
        line: u32,
        name: &'static str,
        fields: &'static [FieldDef],
    ) -> SpanSite {
        let begin = Metadata::new(level, target, module_path, file, line, name, fields);
        let end = Metadata::new(level, target, module_path, file, line, name, &END_FIELDS);
        let later = Metadata::new(level, target, module_path, file, line, name, &FIELDS_FIELDS);
        SpanSite {
            begin: CallSite::new(begin.of_kind(RecordKind::SpanBegin)),
            end: CallSite::new(end.of_kind(RecordKind::SpanEnd)),
            fields: CallSite::new(later.of_kind(RecordKind::SpanFields)),
        }
    }

    /// Says which of the fields of its beginning, by their bits, are not one value each: see [`CallSite::spreads`].
    #[inline(always)]
    pub fn spreads(&'static self, mask: u64) {
        // Before the fields stands the span's number.
        self.begin.spreads(mask << 1);
    }

    /// Whether a span of this site is wanted here and now; `level` is the site's.
    #[inline(always)]
    pub fn is_enabled(&'static self, level: LogLevel) -> bool {
        self.begin.is_enabled(level)
    }

    /// The same for a span with a target that is known at run time only.
    pub fn is_enabled_for(&'static self, level: LogLevel, target: &str) -> bool {
        self.begin.is_enabled_for(level, target)
    }

    /// What is wanted of its spans in all threads together; see [`CallSite::interest`].
    pub fn interest(&'static self) -> Interest {
        self.begin.interest()
    }
}
