//! [`Selection`]: which events are shown.

use std::fmt::Write;

use ttlog_core::snapshot::{Facts, fact};
use ttlog_core::{EventRef, LogLevel, ValueRef};

use crate::cli::Filters;
use crate::time::When;

/// Which events of one snapshot are shown. The cheap questions come first.
#[derive(Debug)]
pub(crate) struct Selection<'a> {
    filters: &'a Filters,
    least_level: LogLevel,
    since_ns: u64,
    until_ns: u64,
    /// For values that have to be made text before they can be searched.
    text: String,
}

impl<'a> Selection<'a> {
    /// What `filters` mean for the snapshot with these facts.
    ///
    /// # Errors
    /// A time is relative to the snapshot's, which isn't known.
    pub(crate) fn new(filters: &'a Filters, facts: &Facts) -> Result<Selection<'a>, String> {
        let snapshot_time = facts.number(fact::SNAPSHOT_TIME_NS);
        let resolve = |when: Option<When>, otherwise| match when {
            None => Ok(otherwise),
            Some(when) => when.resolve(snapshot_time).ok_or(
                "the snapshot doesn't say when it was made; give --since and --until as times",
            ),
        };
        Ok(Selection {
            filters,
            least_level: filters.level.unwrap_or(LogLevel::Trace),
            since_ns: resolve(filters.since, 0)?,
            until_ns: resolve(filters.until, u64::MAX)?,
            text: String::new(),
        })
    }

    /// Whether the event is shown.
    pub(crate) fn wants(&mut self, event: &EventRef<'_>) -> bool {
        event.level() >= self.least_level
            && (self.since_ns..self.until_ns).contains(&event.timestamp_nanos())
            && self.wants_target(event.target())
            && self.matches(event)
    }

    fn wants_target(&self, target: &str) -> bool {
        let targets = &self.filters.target;
        targets.is_empty() || targets.iter().any(|wanted| covers(wanted, target))
    }

    fn matches(&mut self, event: &EventRef<'_>) -> bool {
        let Some(regex) = &self.filters.grep else {
            return true;
        };
        let text = &mut self.text;
        regex.is_match(event.message())
            || event.fields().any(|(_, value)| match value {
                ValueRef::Str(value) | ValueRef::Display(value) | ValueRef::Debug(value) => {
                    regex.is_match(value)
                }
                _ => {
                    text.clear();
                    write!(text, "{}", value.to_field_value()).is_ok() && regex.is_match(text)
                }
            })
    }
}

/// Whether `target` is `wanted` or a module below it.
fn covers(wanted: &str, target: &str) -> bool {
    target
        .strip_prefix(wanted)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_ends_at_a_path_border() {
        assert!(covers("a::b", "a::b") && covers("a::b", "a::b::c"));
        assert!(!covers("a::b", "a::bc") && !covers("a::b", "a") && !covers("a::b", "x::a::b"));
    }

    #[test]
    fn a_relative_time_needs_the_snapshots_time() {
        let filters = Filters {
            since: Some(When::Before(1)),
            ..Filters::default()
        };
        assert!(Selection::new(&filters, &Facts::default()).is_err());
        assert!(Selection::new(&Filters::default(), &Facts::default()).is_ok());
    }
}
