//! A file of text lines, written without a pause and without a loss: what an event costs all in all.

use std::hint::black_box;
use std::thread;
use std::time::{Duration, Instant};

use crate::figures::Figures;
use crate::loggers::Logger;
use crate::measure::usage;
use crate::output::{self, FIRST_USER_ID, Place, Scratch};
use crate::scale::Scale;

/// Calls between two visits to [`Logger::around`].
const CHUNK: usize = 1_000;

/// Logs from so many threads at once, ends the logger, and checks every line.
pub(super) fn measure<L: Logger>(threads: usize, scale: Scale) -> Figures {
    let events = scale.bulk_events();
    let scratch = Scratch::new("text-file");
    let path = scratch.path().join("lines.log");
    let logger = L::start(&Place::File(path.clone()));

    let (start, cpu_before) = (Instant::now(), usage::process());
    thread::scope(|scope| {
        for thread in 0..threads {
            let logger = &logger;
            scope.spawn(move || log_part(logger, thread, events / threads));
        }
    });
    let producer = start.elapsed();
    logger.finish();
    let (flushed, cpu) = (start.elapsed(), usage::process() - cpu_before);

    output::check_lines(&path, events, threads);
    let nanoseconds = |duration: Duration| duration.as_nanos() as f64 / events as f64;
    Figures::new()
        .with("cpu", nanoseconds(cpu))
        .with("producer", nanoseconds(producer))
        .with("flushed", nanoseconds(flushed))
}

/// Logs the `thread`-th part of the events.
fn log_part<L: Logger>(logger: &L, thread: usize, part: usize) {
    for chunk in (0..part).step_by(CHUNK) {
        logger.around(|| {
            for index in chunk..part.min(chunk + CHUNK) {
                let event = (thread * part + index) as u64;
                logger.integers(black_box(FIRST_USER_ID + event), black_box(event & 1023));
            }
        });
    }
    logger.leave();
}
