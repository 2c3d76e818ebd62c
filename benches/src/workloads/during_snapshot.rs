//! Calls while snapshots are taken, one behind another, against the same calls without: does a caller notice?
//!
//! Passes with and without alternate in one process, so that whatever else the machine does meets both. Where there are fewer
//! cores than threads that want one (the caller, the snapshot thread, who takes the snapshots), the figures have the scheduler in
//! them.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::bursts::{log_integers, single_calls};
use super::snapshot::count_any;
use crate::figures::Figures;
use crate::loggers::Logger;
use crate::measure::samples::Samples;
use crate::output::{Place, Scratch};
use crate::scale::Scale;

/// How often passes with and without alternate.
const TURNS: usize = 5;

/// Fills the recorder, then times single calls; `snapshot` takes one and gives its path.
pub(crate) fn measure<L: Logger>(scale: Scale, snapshot: impl Fn(&L) -> PathBuf + Sync) -> Figures {
    let scratch = Scratch::new("during-snapshot");
    let logger = L::start(&Place::File(scratch.path().to_owned()));
    for index in 0..scale.bulk_events() as u64 {
        log_integers(&logger, index);
    }
    let (mut alone, mut during, mut taken) = (Vec::new(), Vec::new(), 0_u32);
    for _ in 0..TURNS {
        alone.extend(single_calls(&logger, scale.bursts() / TURNS));
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            let snapshots = scope.spawn(|| {
                let mut paths = Vec::new();
                // One at least, and the last one is over only after the calls.
                while paths.is_empty() || !done.load(Ordering::Relaxed) {
                    paths.push(snapshot(&logger));
                }
                paths
            });
            during.extend(single_calls(&logger, scale.bursts() / TURNS));
            done.store(true, Ordering::Relaxed);
            for path in snapshots.join().expect("snapshots can be taken") {
                assert!(
                    count_any(&path) >= scale.bulk_events() as u64,
                    "what the recorder has room for is in every snapshot"
                );
                fs::remove_file(path).expect("the snapshot can be removed");
                taken += 1;
            }
        });
    }
    logger.finish();
    let (alone, during) = (Samples::new(alone), Samples::new(during));
    let ratio = |share| during.percentile(share) / alone.percentile(share);
    Figures::new()
        .with("alone_p50", alone.percentile(0.5))
        .with("during_p50", during.percentile(0.5))
        .with("alone_p99", alone.percentile(0.99))
        .with("during_p99", during.percentile(0.99))
        .with("ratio_p99", ratio(0.99))
        .with("ratio_p99.9", ratio(0.999))
        .with("snapshots", f64::from(taken))
}
