//! A span of `tracing` as one of ttlog's.

use tracing_core::span::{Attributes, Record};
use ttlog_core::Span;
use ttlog_core::bridge::{Encoder, NewSpan};

use super::site::{Kind, Site};
use super::values::{Message, Values};
use crate::crossing::{self, Backend};

/// Begins a span, if it is wanted. `in_parent` begins it in the span that it names itself, or in none.
pub(super) fn begin(
    span: &Attributes<'_>,
    in_parent: impl FnOnce(
        &dyn Fn(Option<&Span>) -> Option<(NewSpan, Encoder)>,
    ) -> Option<(NewSpan, Encoder)>,
) -> Option<Span> {
    if !crossing::lets_in(Backend::Tracing) {
        return None;
    }
    let known = Site::of(span.metadata())?;
    let Kind::Span(site) = &known.kind else {
        return None;
    };
    if !site.is_enabled(known.level) {
        return None;
    }
    let fields = span.fields().len();
    let begun = if span.is_contextual() {
        NewSpan::begin(site, fields as u64)
    } else {
        in_parent(&|parent| NewSpan::begin_in(site, fields as u64, None, &parent))
    };
    let (new, mut encoder) = begun?;
    span.record(&mut Values::new(&mut encoder, Message::None, fields));
    Some(new.finish(encoder))
}

/// Records values that a span has got later, if `begin` gives a record for them.
pub(super) fn record(begin: Option<Encoder>, values: &Record<'_>) {
    if let Some(mut encoder) = begin {
        values.record(&mut Values::new(&mut encoder, Message::None, 0));
        encoder.finish();
    }
}

/// Records that a span comes after another one without being in it.
pub(super) fn record_follows_from(begin: Option<Encoder>, follows: std::num::NonZeroU64) {
    if let Some(mut encoder) = begin {
        if encoder.name("follows_from") {
            encoder.slot().display(format_args!("{follows:016x}"));
        }
        encoder.finish();
    }
}
