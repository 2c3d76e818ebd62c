//! The verdicts: what ttlog is to reach, what it has reached, and where it falls short.

use std::fmt::Write;

use super::number;
use super::table::over_rounds;
use crate::parent::Measured;
use crate::workloads::Workload;

/// A figure of one logger in one workload.
struct Figure(&'static str, Workload, &'static str);

/// What a figure is held against.
enum Against {
    /// A fixed number.
    Number,
    /// The same kind of figure of another logger.
    Other(Figure),
}

/// One figure to reach: `figure`, divided by what it is held against, is at most `limit`.
struct Target {
    what: &'static str,
    figure: Figure,
    against: Against,
    limit: f64,
}

use Against::{Number, Other};
use Workload::{
    Allocations, Disabled, DuringSnapshot, Enabled, EventInSpan, Recorder, Snapshot, Span, Text,
    TextFile, TwoThreads,
};

/// A figure that is over its limit by less than this factor is not known to be over it.
const MEASURABLE: f64 = 1.01;

const TARGETS: &[Target] = &[
    Target {
        what: "two integers with a black box ÷ without (p50)",
        figure: Figure("ttlog-black-box", Enabled, "p50"),
        against: Other(Figure("ttlog-recorder-only", Enabled, "p50")),
        limit: 1.05,
    },
    Target {
        what: "two integers with a black box on a disk ÷ without (p50)",
        figure: Figure("ttlog-black-box-on-disk", Enabled, "p50"),
        against: Other(Figure("ttlog-recorder-only", Enabled, "p50")),
        limit: 1.05,
    },
    Target {
        what: "a span ÷ an event, in turns (p50)",
        figure: Figure("ttlog-recorder-only", Span, "ratio_p50"),
        against: Number,
        limit: 2.3,
    },
    Target {
        what: "a span ÷ tracing's registry + fmt (p50)",
        figure: Figure("ttlog-recorder-only", Span, "p50"),
        against: Other(Figure("tracing-fmt", Span, "p50")),
        limit: 0.1,
    },
    Target {
        what: "a span ÷ fastrace's (p50)",
        figure: Figure("ttlog-recorder-only", Span, "p50"),
        against: Other(Figure("fastrace", Span, "p50")),
        limit: 1.0,
    },
    Target {
        what: "an event in a span ÷ one outside, in turns (p50)",
        figure: Figure("ttlog-recorder-only", EventInSpan, "ratio_p50"),
        against: Number,
        limit: 1.1,
    },
    Target {
        what: "two integers ÷ floor (min)",
        figure: Figure("ttlog", Enabled, "min"),
        against: Other(Figure("floor", Enabled, "min")),
        limit: 1.15,
    },
    Target {
        what: "two integers ÷ floor (p50)",
        figure: Figure("ttlog", Enabled, "p50"),
        against: Other(Figure("floor", Enabled, "p50")),
        limit: 1.15,
    },
    Target {
        what: "two integers ÷ floor whose words are read by another thread (p50)",
        figure: Figure("ttlog", Enabled, "p50"),
        against: Other(Figure("floor-drained", Enabled, "p50")),
        limit: 1.15,
    },
    Target {
        what: "two integers ÷ tracing + fmt + non_blocking (p50)",
        figure: Figure("ttlog", Enabled, "p50"),
        against: Other(Figure("tracing-fmt", Enabled, "p50")),
        limit: 1.0 / 40.0,
    },
    Target {
        what: "coarse clock, two integers ÷ floor without a clock (min; 8 ns where that is 4 ns)",
        figure: Figure("ttlog-coarse", Enabled, "min"),
        against: Other(Figure("floor-without-clock", Enabled, "min")),
        limit: 2.0,
    },
    Target {
        what: "coarse clock, two integers ÷ tracing that does nothing (p50)",
        figure: Figure("ttlog-coarse", Enabled, "p50"),
        against: Other(Figure("tracing-nothing", Enabled, "p50")),
        limit: 1.0,
    },
    Target {
        what: "two integers through tracing's macros ÷ ttlog's own (p50)",
        figure: Figure("ttlog-by-tracing", Enabled, "p50"),
        against: Other(Figure("ttlog-recorder-only", Enabled, "p50")),
        limit: 3.0,
    },
    Target {
        what: "two integers through tracing's macros ÷ tracing + fmt + non_blocking (p50)",
        figure: Figure("ttlog-by-tracing", Enabled, "p50"),
        against: Other(Figure("tracing-fmt", Enabled, "p50")),
        limit: 0.1,
    },
    Target {
        what: "a level that is off, ttlog's layer ÷ tracing that does nothing",
        figure: Figure("ttlog-by-tracing-layer", Disabled, "min"),
        against: Other(Figure("tracing-nothing", Disabled, "min")),
        limit: 1.2,
    },
    Target {
        what: "text + float + integer ÷ floor (p50)",
        figure: Figure("ttlog", Text, "p50"),
        against: Other(Figure("floor", Text, "p50")),
        limit: 1.3,
    },
    Target {
        what: "a level that is off ÷ log's",
        figure: Figure("ttlog", Disabled, "min"),
        against: Other(Figure("env_logger", Disabled, "min")),
        limit: 1.0,
    },
    Target {
        what: "two threads ÷ one (p50)",
        figure: Figure("ttlog", TwoThreads, "ratio_p50"),
        against: Number,
        limit: 1.1,
    },
    Target {
        what: "text file, CPU of all threads, ns an event",
        figure: Figure("ttlog", TextFile, "cpu"),
        against: Number,
        limit: 250.0,
    },
    Target {
        what: "recorder only, nothing lost, CPU of all threads, ns an event",
        figure: Figure("ttlog-recorder-blocking", Recorder, "cpu"),
        against: Number,
        limit: 60.0,
    },
    Target {
        what: "allocations by the caller, per event",
        figure: Figure("ttlog", Allocations, "caller"),
        against: Number,
        limit: 0.0,
    },
    Target {
        what: "snapshot of a million events, ms",
        figure: Figure("ttlog-recorder-blocking", Snapshot, "milliseconds"),
        against: Number,
        limit: 150.0,
    },
    Target {
        what: "snapshot, bytes an event",
        figure: Figure("ttlog-recorder-blocking", Snapshot, "bytes"),
        against: Number,
        limit: 16.0,
    },
    Target {
        what: "p99 of a call while snapshots are taken ÷ without",
        figure: Figure("ttlog-large-recorder", DuringSnapshot, "ratio_p99"),
        against: Number,
        limit: 1.2,
    },
];

/// The table of the targets whose figures were measured in this run; empty if none was.
pub(super) fn markdown(measured: &[Measured]) -> String {
    let value = |figure: &Figure| {
        let bench = measured
            .iter()
            .find(|bench| bench.entry.name == figure.0 && bench.workload == figure.1)?;
        over_rounds(bench, figure.2)
    };
    let mut rows = String::new();
    for target in TARGETS {
        let reached = value(&target.figure).and_then(|own| match &target.against {
            Number => Some(own),
            Other(other) => value(other).map(|other| own / other),
        });
        if let Some(reached) = reached {
            let verdict = if reached <= target.limit * MEASURABLE {
                "reached"
            } else {
                "**missed**"
            };
            let (what, limit) = (target.what, target.limit);
            let _ = writeln!(
                rows,
                "| {what} | {} | {} | {verdict} |",
                digits(limit),
                digits(reached)
            );
        }
    }
    if rows.is_empty() {
        return rows;
    }
    format!("\n## Figures to reach\n\n| what | at most | here | |\n|---|---:|---:|---|\n{rows}")
}

/// Small ratios need more digits than the tables give.
fn digits(value: f64) -> String {
    if value != 0.0 && value < 0.1 {
        format!("{value:.4}")
    } else {
        number(value)
    }
}
