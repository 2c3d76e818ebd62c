//! [`Selection`]: which events are wanted.

use ttlog_core::snapshot::{Facts, fact};
use ttlog_core::{EventRef, LogLevel, RecordKind};

use crate::condition::text_of;
use crate::filters::Filters;
use crate::time::{self, Anchors};

/// Which events are wanted. The cheap questions come first.
#[derive(Debug)]
pub(crate) struct Selection<'a> {
    filters: &'a Filters,
    least_level: LogLevel,
    since_ns: u64,
    until_ns: u64,
    /// For values that have to be made text before they can be searched.
    text: String,
    /// How many events were asked about, the first and the last one.
    seen: u64,
    seen_span: Option<(u64, u64)>,
}

impl<'a> Selection<'a> {
    /// What `filters` mean beside these anchors.
    pub(crate) fn new(filters: &'a Filters, anchors: Anchors) -> Selection<'a> {
        Selection {
            filters,
            least_level: filters.level.unwrap_or(LogLevel::Trace),
            since_ns: filters
                .since()
                .map(|when| when.resolve(anchors))
                .max()
                .unwrap_or(0),
            until_ns: filters.until.map_or(u64::MAX, |when| when.resolve(anchors)),
            text: String::new(),
            seen: 0,
            seen_span: None,
        }
    }

    /// Whether the event is wanted.
    #[inline]
    pub(crate) fn wants(&mut self, event: &EventRef<'_>) -> bool {
        if !is_shown(event.kind()) {
            return false;
        }
        let time = event.timestamp_nanos();
        self.seen += 1;
        let (first, last) = self.seen_span.unwrap_or((time, time));
        self.seen_span = Some((first.min(time), last.max(time)));
        event.level() >= self.least_level
            && (self.since_ns..self.until_ns).contains(&time)
            && self.wants_target(event.target())
            && self.wants_thread(event)
            && self.satisfies_conditions(event)
            && self.matches(event)
    }

    /// How many events were asked about.
    pub(crate) fn seen(&self) -> u64 {
        self.seen
    }

    /// When the first and the last of them happened.
    pub(crate) fn seen_span(&self) -> Option<(u64, u64)> {
        self.seen_span
    }

    /// The times that were asked for, to be told behind those that there are; empty if none were.
    pub(crate) fn describe_times(&self) -> String {
        let since = (self.since_ns > 0).then(|| format!("since {}", time::display(self.since_ns)));
        let until =
            (self.until_ns < u64::MAX).then(|| format!("before {}", time::display(self.until_ns)));
        let times: Vec<String> = since.into_iter().chain(until).collect();
        if times.is_empty() {
            return String::new();
        }
        format!(
            ", and you want those {} (`10m` counts from now, `end-10m` from the last event)",
            times.join(" and ")
        )
    }

    fn wants_target(&self, target: &str) -> bool {
        let targets = &self.filters.target;
        targets.is_empty() || targets.iter().any(|wanted| covers(wanted, target))
    }

    fn wants_thread(&self, event: &EventRef<'_>) -> bool {
        let threads = &self.filters.thread;
        threads.is_empty()
            || threads.iter().any(|wanted| {
                event.thread_name() == Some(wanted) || wanted.parse() == Ok(event.thread_id())
            })
    }

    fn satisfies_conditions(&mut self, event: &EventRef<'_>) -> bool {
        let text = &mut self.text;
        let mut conditions = self.filters.conditions.iter();
        conditions.all(|condition| condition.holds(event, text))
    }

    fn matches(&mut self, event: &EventRef<'_>) -> bool {
        let Some(regex) = &self.filters.grep else {
            return true;
        };
        let text = &mut self.text;
        regex.is_match(event.message())
            || event
                .fields()
                .any(|(_, value)| regex.is_match(text_of(&value, text)))
    }
}

/// Whether records of this kind are among the events. Of the others, events have in their chain what is to know.
fn is_shown(kind: RecordKind) -> bool {
    matches!(
        kind,
        RecordKind::Event | RecordKind::SpanBegin | RecordKind::SpanEnd
    )
}

/// Whether the files of this process are wanted at all.
pub(crate) fn wants_process(filters: &Filters, facts: &Facts) -> bool {
    let services = &filters.service;
    services.is_empty()
        || facts
            .text(fact::SERVICE)
            .is_some_and(|service| services.iter().any(|wanted| wanted == service))
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
}
