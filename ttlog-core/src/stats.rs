//! [`Stats`]: what has become of the events.

use std::fmt;

/// What has become of the events of a pipeline, since it was started.
///
/// `recorded == delivered + overwritten + dropped` holds after every flush that nothing was logged during; while
/// events are on their way they are only in `recorded`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Events that were enabled, whatever became of them.
    pub recorded: u64,
    /// Events that have reached the recorder.
    pub delivered: u64,
    /// Events whose place in a thread's ring newer ones took before they were read.
    pub overwritten: u64,
    /// Events for which there was no place: a full ring under `DropNewest`, a wait that was given up, a
    /// panic in a value, too deep a nesting, a thread without memory.
    pub dropped: u64,
    /// Spans that had not ended, or whose events may be in the recorder yet, and whose beginnings were forgotten because there were too many for
    /// [`span_bytes`](crate::TtlogBuilder::span_bytes): in snapshots events may be without them.
    pub forgotten_spans: u64,
    /// What each sink has done, in the order in which they were given.
    pub sinks: Vec<SinkStats>,
    /// Rings in use or waiting for a thread.
    pub rings: usize,
    /// Snapshots that were written.
    pub snapshots: u64,
}

/// What has become of a pipeline's events at one sink.
///
/// `recorded == delivered + filtered + overwritten + dropped` holds after every flush that nothing was logged during, if
/// the sink is healthy. A loss on the way to the recorder is counted at every sink.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SinkStats {
    /// The sink's name.
    pub name: String,
    /// Events that were enabled since the sink was there.
    pub recorded: u64,
    /// Events that it took.
    pub delivered: u64,
    /// Events that its own filter kept from it, and records of spans and contexts that it is not given.
    pub filtered: u64,
    /// Events that newer ones took the place of before it could take them.
    pub overwritten: u64,
    /// Events that it failed on, or that came while it had no room for them.
    pub dropped: u64,
    /// Failures, one for each call that failed.
    pub errors: u64,
    /// Spans that had not ended and were forgotten because all of them took more than 256 MiB: their events are shown without them.
    pub forgotten_spans: u64,
    /// Whether it is neither failing nor stalled now.
    pub healthy: bool,
}

/// A line for the pipeline and one for each sink.
impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Stats {
            recorded,
            delivered,
            overwritten,
            dropped,
            ..
        } = self;
        write!(
            f,
            "recorded {recorded}: delivered {delivered}, overwritten {overwritten}, dropped {dropped}"
        )?;
        self.sinks.iter().try_for_each(|sink| write!(f, "\n{sink}"))
    }
}

impl fmt::Display for SinkStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SinkStats {
            name,
            delivered,
            filtered,
            overwritten,
            dropped,
            ..
        } = self;
        write!(
            f,
            "sink {name}: delivered {delivered}, filtered {filtered}, overwritten {overwritten}, dropped {dropped}"
        )?;
        match self.errors {
            0 => {}
            errors => write!(f, ", errors {errors}")?,
        }
        if self.healthy {
            Ok(())
        } else {
            f.write_str(" (not healthy)")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_reads_as_lines() {
        let stats = Stats {
            recorded: 9,
            delivered: 7,
            dropped: 2,
            sinks: vec![SinkStats {
                name: "Console".into(),
                delivered: 7,
                errors: 1,
                ..SinkStats::default()
            }],
            ..Stats::default()
        };
        assert_eq!(
            stats.to_string(),
            "recorded 9: delivered 7, overwritten 0, dropped 2\n\
             sink Console: delivered 7, filtered 0, overwritten 0, dropped 0, errors 1 (not healthy)"
        );
    }
}
