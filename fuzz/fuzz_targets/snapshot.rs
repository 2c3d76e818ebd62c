//! Reads any bytes as snapshots.
#![no_main]

#[path = "../../ttlog-core/tests/reading/mod.rs"]
#[allow(dead_code, reason = "each target uses one of the two")]
mod reading;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    reading::read_snapshot(bytes);
});
