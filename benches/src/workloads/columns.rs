//! Which figures each workload measures, and under which headings the report shows them.

use super::Workload;

/// A figure that a workload measures.
pub(crate) struct Column {
    /// Its name in the line of figures.
    pub(crate) key: &'static str,
    /// Its heading in the table.
    pub(crate) heading: &'static str,
}

const fn column(key: &'static str, heading: &'static str) -> Column {
    Column { key, heading }
}

const LOST: Column = column("lost", "lost");

const IN_BURSTS: &[Column] = &[
    column("min", "min"),
    column("p50", "p50"),
    column("p99", "p99"),
    LOST,
];

const ENABLED: &[Column] = &[
    column("min", "min"),
    column("p50", "p50"),
    column("p99", "p99"),
    column("single_p99.9", "p99.9 of single calls"),
    column("tight", "tight loop"),
    LOST,
];

const DISABLED: &[Column] = &[column("min", "call"), column("p50", "p50 of passes")];

const TWO_THREADS: &[Column] = &[
    column("one_p50", "one: p50"),
    column("two_p50", "two: p50"),
    column("ratio_p50", "two ÷ one"),
    column("one_min", "one: min"),
    column("two_min", "two: min"),
    column("ratio_min", "two ÷ one"),
    LOST,
];

const TEXT_FILE: &[Column] = &[
    column("cpu", "CPU, all threads"),
    column("producer", "until logged"),
    column("flushed", "until flushed"),
];

const RECORDER: &[Column] = &[
    column("cpu", "CPU, all threads"),
    column("producer", "until logged"),
    column("flushed", "until flushed"),
    LOST,
];

const SNAPSHOT: &[Column] = &[
    column("milliseconds", "ms"),
    column("bytes", "bytes an event"),
    column("read_milliseconds", "ms to read back"),
];

const DURING_SNAPSHOT: &[Column] = &[
    column("alone_p50", "without: p50"),
    column("during_p50", "during: p50"),
    column("alone_p99", "without: p99"),
    column("during_p99", "during: p99"),
    column("ratio_p99", "during ÷ without, p99"),
    column("ratio_p99.9", "p99.9"),
    column("snapshots", "snapshots"),
];

const SPAN: &[Column] = &[
    column("min", "min"),
    column("p50", "p50"),
    column("p99", "p99"),
    column("event_p50", "an event outside: p50"),
    column("ratio_min", "÷ that: min"),
    column("ratio_p50", "p50"),
];

const ALLOCATIONS: &[Column] = &[
    column("caller", "by the caller"),
    column("all", "by all threads"),
    LOST,
];

impl Workload {
    /// The columns of the table, in order.
    pub(crate) fn columns(self) -> &'static [Column] {
        match self {
            Self::Enabled => ENABLED,
            Self::Text | Self::Message => IN_BURSTS,
            Self::Span | Self::EventInSpan => SPAN,
            Self::Disabled => DISABLED,
            Self::TwoThreads => TWO_THREADS,
            Self::TextFile | Self::TextFileTwo => TEXT_FILE,
            Self::Recorder => RECORDER,
            Self::Snapshot => SNAPSHOT,
            Self::DuringSnapshot => DURING_SNAPSHOT,
            Self::Allocations => ALLOCATIONS,
        }
    }

    /// The figure that the ratios to the floor and to ttlog, and the spread over the rounds, are taken of.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Enabled | Self::Text | Self::Message | Self::Span | Self::EventInSpan => "p50",
            Self::TwoThreads => "two_p50",
            Self::DuringSnapshot => "ratio_p99",
            _ => self.columns()[0].key,
        }
    }
}
