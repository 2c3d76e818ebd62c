//! [`Triggers`]: what makes the snapshot thread take a snapshot of its own accord.
//!
//! An event that is severe enough, an interval, a signal. The hot path knows nothing of it: the snapshot thread looks at the level of each event
//! that it moves, with one look-up by call site, and only where a level is set.
//!
//! The first severe event makes a snapshot at once, for it may be the last thing the process does. Those that come within the least
//! interval after it wait for its end, and then have one together: so an error storm writes few files, each severe event is in
//! one of them unless newer events have pushed it out of the recorder by then, and what came after the first is there, too.

use std::time::{Duration, Instant};

use crate::callsite::Sites;
use crate::decode::EventRef;
use crate::level::LogLevel;
use crate::metadata::{Metadata, RecordKind};
use crate::record::{Header, LOG_PREFIX_WORDS, RING_PREFIX_WORDS, flag};

/// How much of a message becomes part of a reason.
const REASON_CHARS: usize = 200;

/// What is to trigger a snapshot.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TriggerSettings {
    /// Events of this level or a more severe one.
    pub(crate) level: Option<LogLevel>,
    /// The least time from one snapshot that an event triggered to the next.
    pub(crate) least_interval: Duration,
    /// The interval of those that nothing else triggers.
    pub(crate) every: Option<Duration>,
    /// The signal.
    #[cfg(all(unix, feature = "signals"))]
    pub(crate) signal: bool,
}

impl Default for TriggerSettings {
    fn default() -> Self {
        TriggerSettings {
            level: None,
            least_interval: Duration::from_secs(10),
            every: None,
            #[cfg(all(unix, feature = "signals"))]
            signal: false,
        }
    }
}

/// Severe events that no snapshot was taken for yet.
#[derive(Debug)]
struct Pending {
    level: LogLevel,
    message: String,
    /// How many came after the first.
    more: u64,
}

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct Triggers {
    settings: TriggerSettings,
    sites: Sites,
    pending: Option<Pending>,
    /// When the last snapshot was taken for an event.
    last_for_event: Option<Instant>,
    /// When the present interval began, and what the recorder had counted then.
    interval: Option<(Instant, u64)>,
    #[cfg(all(unix, feature = "signals"))]
    signals_seen: usize,
}

impl Triggers {
    /// Signals count from now on.
    pub(crate) fn new(settings: TriggerSettings) -> Self {
        Triggers {
            settings,
            sites: Sites::default(),
            pending: None,
            last_for_event: None,
            interval: None,
            #[cfg(all(unix, feature = "signals"))]
            signals_seen: crate::snapshot_signal::raised(),
        }
    }

    /// Whether there is anything that could become due.
    pub(crate) fn are_set(&self) -> bool {
        #[cfg(all(unix, feature = "signals"))]
        if self.settings.signal {
            return true;
        }
        self.settings.level.is_some() || self.settings.every.is_some()
    }

    /// Takes note of an event that is moved; the record is as a ring has it.
    #[inline]
    pub(crate) fn see(&mut self, record: &[u64]) {
        if let Some(least) = self.settings.level {
            self.see_level(least, record);
        }
    }

    fn see_level(&mut self, least: LogLevel, record: &[u64]) {
        let header = Header(u64::from_le(record[0]));
        let metadata = self.sites.get(header.site());
        let level = if header.has(flag::DYNAMIC) {
            level_of_dynamic(header, record).unwrap_or(metadata.level)
        } else {
            metadata.level
        };
        // What tells of spans is no event.
        if level < least || metadata.kind != RecordKind::Event {
            return;
        }
        match &mut self.pending {
            Some(pending) => pending.more += 1,
            None => {
                self.pending = Some(Pending {
                    level,
                    message: message_of(record, metadata),
                    more: 0,
                });
            }
        }
    }

    /// Forgets severe events: a snapshot that has them is on its way.
    pub(crate) fn forget_events(&mut self) {
        self.pending = None;
    }

    /// The reason of the snapshot that is due, if one is; `count` is how many events the recorder has counted. To be asked after each
    /// pass. What it gives is taken for done.
    pub(crate) fn due(&mut self, now: Instant, count: u64) -> Option<String> {
        #[cfg(all(unix, feature = "signals"))]
        if self.settings.signal {
            let raised = crate::snapshot_signal::raised();
            if std::mem::replace(&mut self.signals_seen, raised) != raised {
                return Some(self.done(count, now, "signal SIGUSR1".to_owned()));
            }
        }
        let waits = self
            .last_for_event
            .is_some_and(|last| now.saturating_duration_since(last) < self.settings.least_interval);
        if !waits && let Some(reason) = self.pending_reason() {
            self.last_for_event = Some(now);
            return Some(self.done(count, now, reason));
        }
        let every = self.settings.every?;
        let (since, then) = *self.interval.get_or_insert((now, 0));
        if now.saturating_duration_since(since) < every {
            return None;
        }
        self.interval = Some((now, count));
        (count != then).then(|| format!("interval of {every:?}"))
    }

    /// The reason of a snapshot for severe events that still wait, however short the time.
    pub(crate) fn rest(&mut self) -> Option<String> {
        self.pending_reason()
    }

    /// The interval begins anew with each snapshot, and a snapshot has the events that wait.
    fn done(&mut self, count: u64, now: Instant, reason: String) -> String {
        self.pending = None;
        self.interval = Some((now, count));
        reason
    }

    fn pending_reason(&mut self) -> Option<String> {
        let Pending {
            level,
            message,
            more,
        } = self.pending.take()?;
        let level = level.as_str().to_ascii_lowercase();
        Some(match more {
            0 => format!("event at {level}: {message}"),
            _ => format!("event at {level}: {message} (and {more} more)"),
        })
    }
}

/// The level that a dynamic record carries, behind its span.
fn level_of_dynamic(header: Header, record: &[u64]) -> Option<LogLevel> {
    let place = RING_PREFIX_WORDS as usize + usize::from(header.has(flag::SPAN));
    LogLevel::from_u8(u64::from_le(*record.get(place)?) as u8)
}

/// The message, or else the target, of a record as a ring has it.
fn message_of(record: &[u64], metadata: &Metadata) -> String {
    let header = Header(u64::from_le(record[0]));
    let longer = record.len() + LOG_PREFIX_WORDS - RING_PREFIX_WORDS as usize;
    let mut words = vec![header.with_length(longer).0.to_le(), 0, 0];
    words.extend_from_slice(&record[RING_PREFIX_WORDS as usize..]);
    let Some(event) = EventRef::parse(&words, metadata, None) else {
        return String::new();
    };
    let text = match event.message() {
        "" => event.target(),
        message => message,
    };
    text.chars().take(REASON_CHARS).collect()
}

#[cfg(test)]
mod tests;
