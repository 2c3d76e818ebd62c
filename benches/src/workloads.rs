//! What each logger is put through.
//!
//! Every workload asserts what it produced: it compares the calls with what arrived, and fails where a logger that may not
//! lose has lost. What the others lost is a figure of its own, beside the rates.

mod allocations;
mod bursts;
mod columns;
mod disabled;
pub(crate) mod during_snapshot;
pub(crate) mod recorder;
pub(crate) mod snapshot;
mod spans;
mod text_file;
mod two_threads;

use crate::figures::Figures;
use crate::loggers::Logger;
use crate::scale::Scale;

/// A workload: what is done, and what is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Workload {
    /// Two integers, in bursts.
    Enabled,
    /// A text, a float and an integer, in bursts.
    Text,
    /// A formatted message, in bursts.
    Message,
    /// A level that is turned off.
    Disabled,
    /// Two integers, in bursts, from two threads at once.
    TwoThreads,
    /// Lines of text in a file, from one thread.
    TextFile,
    /// Lines of text in a file, from two threads.
    TextFileTwo,
    /// Only the recorder, without a sink.
    Recorder,
    /// A snapshot of the recorder.
    Snapshot,
    /// Calls while snapshots are taken.
    DuringSnapshot,
    /// Allocations on the hot path.
    Allocations,
    /// A span, in bursts.
    Span,
    /// Two integers within a span, in bursts.
    EventInSpan,
}

impl Workload {
    /// All workloads, in the order of the report.
    pub(crate) const ALL: [Self; 13] = [
        Self::Enabled,
        Self::Text,
        Self::Message,
        Self::Disabled,
        Self::TwoThreads,
        Self::TextFile,
        Self::TextFileTwo,
        Self::Recorder,
        Self::Snapshot,
        Self::DuringSnapshot,
        Self::Allocations,
        Self::Span,
        Self::EventInSpan,
    ];

    /// The name on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Enabled => "enabled",
            Self::Text => "text-float-integer",
            Self::Message => "message",
            Self::Disabled => "disabled",
            Self::TwoThreads => "two-threads",
            Self::TextFile => "text-file",
            Self::TextFileTwo => "text-file-two-threads",
            Self::Recorder => "recorder",
            Self::Snapshot => "snapshot",
            Self::DuringSnapshot => "during-snapshot",
            Self::Allocations => "allocations",
            Self::Span => "span",
            Self::EventInSpan => "event-in-span",
        }
    }

    /// The heading in the report.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Enabled => "An enabled event of two integers: what the caller pays, ns a call",
            Self::Text => "An enabled event of a text, a float and an integer: ns a call",
            Self::Message => "An enabled event of a formatted message: ns a call",
            Self::Disabled => "An event whose level is off: ns a call",
            Self::TwoThreads => "Two threads in bursts at once, against one: ns a call",
            Self::TextFile => {
                "A million events as lines of text in a file, one thread, nothing lost: ns an event"
            }
            Self::TextFileTwo => {
                "A million events as lines of text in a file, two threads, nothing lost: ns an event"
            }
            Self::Recorder => {
                "A million events of two integers into the recorder, no sink: ns an event"
            }
            Self::Snapshot => "A snapshot of a million events of two integers",
            Self::DuringSnapshot => {
                "Single calls while snapshots of a million events are taken, against the same without: ns a call"
            }
            Self::Allocations => "Allocations for an enabled event of two integers",
            Self::Span => "A span with one field, begun, entered, left and ended: ns a span",
            Self::EventInSpan => "An enabled event of two integers within a span: ns a call",
        }
    }
}

/// Measures a logger in a workload, in this process.
///
/// # Panics
/// If it did not do what it was asked to do.
pub(crate) fn measure<L: Logger>(workload: Workload, scale: Scale) -> Figures {
    match workload {
        Workload::Enabled => bursts::enabled::<L>(scale),
        Workload::Text => bursts::text::<L>(scale),
        Workload::Message => bursts::message::<L>(scale),
        Workload::Disabled => disabled::measure::<L>(scale),
        Workload::TwoThreads => two_threads::measure::<L>(scale),
        Workload::TextFile => text_file::measure::<L>(1, scale),
        Workload::TextFileTwo => text_file::measure::<L>(2, scale),
        Workload::Allocations => allocations::measure::<L>(scale),
        Workload::Span => spans::span::<L>(scale),
        Workload::EventInSpan => spans::event_within::<L>(scale),
        Workload::Recorder | Workload::Snapshot | Workload::DuringSnapshot => {
            panic!("{} has no recorder that could be measured", L::NAME)
        }
    }
}

/// Flushes, and returns how many of the `calls` did not arrive.
///
/// # Panics
/// If more arrived than was called, or if a logger has lost that may not.
fn lost<L: Logger>(logger: &L, calls: u64) -> f64 {
    logger.flush(calls);
    let arrived = logger.arrived();
    assert!(
        arrived <= calls,
        "{}: {calls} calls, but {arrived} events arrived",
        L::NAME
    );
    assert!(
        L::MAY_LOSE || arrived == calls,
        "{}: of {calls} events only {arrived} arrived",
        L::NAME
    );
    assert!(arrived > 0, "{}: of {calls} events none arrived", L::NAME);
    (calls - arrived) as f64
}
