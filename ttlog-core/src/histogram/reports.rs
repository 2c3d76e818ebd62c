//! [`Reports`]: when the snapshot thread of the global pipeline reports what was measured; a report as an event.
//!
//! Every interval the snapshot thread goes through the table, a few histograms at a time and only while its passes empty the rings. So its own ring always has
//! room, though it can't wait for any; and between taking measurements out and recording them it answers nobody, so a flush that comes then has them.
//! What runs code of the user's, a custom logger, gets its reports on a thread of its own, and not before it has taken the last ones.
//! The last reports, when the handle is dropped and when the process ends, are made by the thread that does that.

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::clock;
use crate::current;
use crate::dispatch;
use crate::encode::{Encoder, Origin};
use crate::event::LogEvent;
use crate::event_builder::EventBuilder;
use crate::logger;
use crate::own_thread;
use crate::pipeline::Pipeline;
use crate::report::report;
use crate::sync::lock;
use crate::value::Value;

use super::{Histogram, Summary, TABLE};

/// How many histograms are reported between two passes: their events are far less than the smallest ring.
const AT_ONCE: usize = 16;

/// See the [module](self).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reports {
    /// 0 for none before the end.
    interval: Duration,
    /// When the present interval began.
    since: Option<Instant>,
    /// Which histogram of the table is the next, where a report is being made.
    next: Option<usize>,
}

impl Reports {
    pub(crate) fn new(interval: Duration) -> Reports {
        Reports {
            interval,
            since: None,
            next: None,
        }
    }

    /// Reports what is due, of the global pipeline, in part. To be called after a pass that was not held back; `true` where it
    /// has recorded something.
    pub(crate) fn look_after(&mut self, pipeline: &Arc<Pipeline>, now: Instant) -> bool {
        if !pipeline.flow.is_global() || !self.is_due(now) {
            return false;
        }
        let first = self.next.take().unwrap_or(0);
        if dispatch::has_custom() {
            report_aside(pipeline);
            return false;
        }
        let places = first..first + AT_ONCE;
        if report_some(pipeline, places.clone(), Histogram::log_to) {
            self.next = Some(places.end);
        }
        true
    }

    /// Whether a report is to be made or to be gone on with. What it says is due is taken for done.
    fn is_due(&mut self, now: Instant) -> bool {
        if self.next.is_some() {
            return true;
        }
        let since = *self.since.get_or_insert(now);
        let is_due =
            !self.interval.is_zero() && now.saturating_duration_since(since) >= self.interval;
        if is_due {
            self.since = Some(now);
        }
        is_due
    }
}

/// Reports everything that was measured, and returns when no other thread is about to any more: for what comes last.
pub(crate) fn report_rest(pipeline: &Arc<Pipeline>) {
    report_all(pipeline);
    pipeline.wait_for_reporter();
}

/// Reports everything that was measured, on this thread.
fn report_all(pipeline: &Arc<Pipeline>) {
    // Within what must not be entered twice, nothing could be logged, and it would be lost for a thread that can.
    if !current::is_in_cold_path() {
        report_some(pipeline, 0..usize::MAX, Histogram::log);
    }
}

/// The same on a thread of its own, unless the last one is still about it.
fn report_aside(pipeline: &Arc<Pipeline>) {
    let Some(reporter) = pipeline.reporter() else {
        return;
    };
    let work = move || report_all(reporter.pipeline());
    if let Err(error) = own_thread::start("ttlog-timers", Box::new(work)) {
        report(&format!("can't start a thread to report timers: {error}"));
    }
}

/// Reports the histograms at these places of the table by `log`; `false` where it ends before.
fn report_some(
    pipeline: &Arc<Pipeline>,
    mut places: Range<usize>,
    log: fn(&'static Histogram, &Arc<Pipeline>, &Summary),
) -> bool {
    places.all(|place| {
        let taken = {
            let table = lock(&TABLE);
            let histogram = table.get(place).copied();
            histogram.map(|histogram| (histogram, histogram.buckets.take()))
        };
        if let Some((histogram, Some(summary))) = taken {
            let metadata = histogram.site.metadata();
            if dispatch::global_wants(pipeline, metadata.level, &metadata.target) {
                log(histogram, pipeline, &summary.in_nanos());
            }
        }
        taken.is_some()
    })
}

impl Summary {
    /// The same in nanoseconds, where it is in ticks.
    fn in_nanos(self) -> Summary {
        Summary {
            count: self.count,
            least: clock::nanos(self.least),
            greatest: clock::nanos(self.greatest),
            mean: clock::nanos(self.mean),
            p50: clock::nanos(self.p50),
            p90: clock::nanos(self.p90),
            p99: clock::nanos(self.p99),
        }
    }

    /// Its times, in the order of the fields behind the count.
    fn durations(&self) -> [Duration; 6] {
        let Summary {
            count: _,
            least,
            greatest,
            mean,
            p50,
            p90,
            p99,
        } = *self;
        [least, greatest, mean, p50, p90, p99].map(Duration::from_nanos)
    }
}

impl Histogram {
    /// Logs a report: through the custom logger, where one is installed.
    fn log(&'static self, pipeline: &Arc<Pipeline>, summary: &Summary) {
        if let Some(custom) = dispatch::custom() {
            logger::give_by_hand(&*custom, self.event(summary));
        } else {
            self.log_to(pipeline, summary);
        }
    }

    /// Logs a report to the pipeline, whatever this thread is about.
    fn log_to(&'static self, pipeline: &Arc<Pipeline>, summary: &Summary) {
        current::with_pipeline(pipeline, || self.encode(summary));
    }

    fn encode(&'static self, summary: &Summary) {
        // In no span: it is of many measurements.
        let origin = Origin {
            target: None,
            parent: Some(None),
        };
        if let Some(mut encoder) = Encoder::begin_with(&self.site, 7, origin) {
            summary.count.record(encoder.slot());
            for duration in summary.durations() {
                duration.record(encoder.slot());
            }
            encoder.finish();
        }
    }

    /// The report for a custom logger.
    fn event(&self, summary: &Summary) -> LogEvent {
        let metadata = self.site.metadata();
        let mut event = EventBuilder::with_capacity(metadata.fields.len())
            .level(metadata.level)
            .target(metadata.target.clone())
            .message(metadata.message.clone())
            .module_path(metadata.module_path.clone())
            .location(metadata.file.clone(), metadata.line)
            .field("count", summary.count);
        let names = metadata
            .fields
            .iter()
            .skip(1)
            .map(|field| field.name.clone());
        for (name, duration) in names.zip(summary.durations()) {
            event = event.field(name, duration);
        }
        event.build()
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_due_when_an_interval_is_over() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut reports = Reports::new(Duration::from_secs(60));
        let due: Vec<u64> = [0, 1, 59, 60, 61, 119, 120, 300, 301, 360]
            .into_iter()
            .filter(|seconds| reports.is_due(at(*seconds)))
            .collect();
        // What was missed is not made good, and the next interval begins with the report.
        assert_eq!(due, [60, 120, 300, 360]);
    }

    #[test]
    fn a_report_is_gone_on_with_whatever_the_time() {
        let now = Instant::now();
        let mut reports = Reports::new(Duration::MAX);
        assert!(!reports.is_due(now));
        reports.next = Some(16);
        assert!(reports.is_due(now));
    }

    #[test]
    fn without_an_interval_nothing_is_due() {
        let start = Instant::now();
        let mut reports = Reports::new(Duration::ZERO);
        assert!(!reports.is_due(start));
        assert!(!reports.is_due(start + Duration::from_secs(1_000_000)));
    }
}
