//! What limits a call, in front of it.

use ttlog::{enabled, info, log, span};

fn main() {
    info!(every = "often", "text");
    info!(every = "100", "text");
    info!(every = "0ms", "text");
    info!(every = "1.5s", "text");
    info!(every = "99999999999999999999s", "text");
    info!(limit = "high", "text");
    info!(limit = "10", "text");
    info!(limit = "0/s", "text");
    info!(limit = "10/fortnight", "text");
    info!(sample = 1.5, "text");
    info!(sample = 0.0, "text");
    info!(once, limit = "10/s", "text");
    log!(limit = "many", ttlog::LogLevel::Info, "text");
    span!(once, "name");
    let _ = enabled!(limit = "10/s", ttlog::LogLevel::Info);
}
