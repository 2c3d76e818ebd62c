//! Time is what the tests say it is.

use super::*;
use crate::record::Tag;

/// A dynamic record as a ring has it, with a message of eight letters.
fn record(level: LogLevel, span: bool) -> Vec<u64> {
    let text = [8, u64::from_le_bytes(*b"no disk!")];
    let mut words = vec![0, 0];
    words.extend(span.then_some(77));
    words.extend([level as u64, 0]);
    // Target, module path, file.
    words.extend([1, u64::from(b't'), 0, 0]);
    words.extend(text);
    let flags = flag::DYNAMIC | flag::MESSAGE | if span { flag::SPAN } else { 0 };
    let tags = (Tag::Display as u64) << crate::record::TAGS_SHIFT;
    words[0] = Header::new(0, words.len() as u64, flags, tags).0;
    words.into_iter().map(u64::to_le).collect()
}

fn on_errors(every: Option<Duration>) -> Triggers {
    Triggers::new(TriggerSettings {
        level: Some(LogLevel::Error),
        every,
        ..TriggerSettings::default()
    })
}

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn only_severe_events_trigger_and_the_reason_names_the_first() {
    let (mut triggers, now) = (on_errors(None), Instant::now());
    for span in [false, true] {
        triggers.see(&record(LogLevel::Warn, span));
    }
    assert_eq!(triggers.due(now, 2), None);
    triggers.see(&record(LogLevel::Critical, true));
    triggers.see(&record(LogLevel::Error, false));
    assert_eq!(
        triggers.due(now, 4).as_deref(),
        Some("event at critical: no disk! (and 1 more)")
    );
    assert_eq!(triggers.due(now + 100 * SECOND, 4), None);
}

#[test]
fn a_storm_makes_one_snapshot_at_once_and_then_one_each_least_interval() {
    let (mut triggers, start) = (on_errors(None), Instant::now());
    let mut at = Vec::new();
    for second in 0..35 {
        triggers.see(&record(LogLevel::Error, false));
        at.extend(triggers.due(start + second * SECOND, 0).map(|_| second));
    }
    assert_eq!(at, [0, 10, 20, 30]);
    // What came last has one when the interval is over, though nothing comes any more.
    assert_eq!(triggers.due(start + 39 * SECOND, 0), None);
    assert_eq!(
        triggers.due(start + 40 * SECOND, 0).as_deref(),
        Some("event at error: no disk! (and 3 more)")
    );
    assert_eq!(triggers.due(start + 99 * SECOND, 0), None);
}

#[test]
fn what_waits_is_not_lost_at_the_end() {
    let (mut triggers, now) = (on_errors(None), Instant::now());
    triggers.see(&record(LogLevel::Error, false));
    assert!(triggers.due(now, 1).is_some());
    assert_eq!(triggers.rest(), None);
    triggers.see(&record(LogLevel::Error, false));
    assert_eq!(triggers.due(now, 2), None);
    assert_eq!(triggers.rest().as_deref(), Some("event at error: no disk!"));
    assert_eq!(triggers.rest(), None);
}

#[test]
fn an_interval_without_events_makes_no_snapshot_and_one_for_another_reason_begins_it_anew() {
    let (mut triggers, start) = (on_errors(Some(60 * SECOND)), Instant::now());
    let at = |second: u32| start + second * SECOND;
    assert_eq!(triggers.due(at(0), 5), None);
    assert_eq!(triggers.due(at(59), 5), None);
    assert_eq!(triggers.due(at(60), 5).as_deref(), Some("interval of 60s"));
    assert_eq!(triggers.due(at(61), 5), None);
    assert_eq!(triggers.due(at(120), 5), None, "nothing is new");
    assert_eq!(triggers.due(at(150), 6), None);
    assert!(triggers.due(at(180), 6).is_some());
    triggers.see(&record(LogLevel::Error, false));
    assert!(triggers.due(at(200), 7).is_some());
    assert_eq!(triggers.due(at(240), 8), None);
    assert!(triggers.due(at(260), 8).is_some());
}

#[test]
fn without_a_level_nothing_is_looked_at() {
    let mut triggers = Triggers::new(TriggerSettings::default());
    assert!(!triggers.are_set());
    triggers.see(&record(LogLevel::Critical, false));
    assert_eq!(triggers.due(Instant::now(), 1), None);
}
