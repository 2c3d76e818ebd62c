//! Reports what histograms have left and flushes the global pipeline, or the custom logger in its place, when the process ends, by a return from `main` or by `exit`, and waits for snapshots that are being written.

use std::ffi::c_int;
use std::sync::Once;

use crate::current;
use crate::dispatch;
use crate::histogram;
use crate::panic_snapshots;

unsafe extern "C" {
    /// C11, 7.22.4.2: registers a function to be called at normal program termination.
    fn atexit(function: extern "C" fn()) -> c_int;
}

extern "C" fn flush() {
    if let Some(pipeline) = dispatch::global() {
        panic_snapshots::write_missing(pipeline);
        histogram::report_rest(pipeline);
        pipeline.flush_at_exit();
        pipeline.settle();
    }
    if let Some(logger) = dispatch::custom() {
        // The panic of a logger must not end in a function that can't unwind.
        let _ = current::catch(|| logger.flush());
    }
}

/// Registers the flush; the first call counts.
pub(crate) fn flush_at_exit() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: `flush` is a function for the whole life of the process, and does not unwind: what it
        // calls catches nothing but panics of its own, and has none.
        // A failure leaves the handle's drop to flush.
        unsafe { atexit(flush) };
    });
}
