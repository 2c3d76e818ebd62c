//! Prefixes that are unknown, too late, or there twice.

use ttlog::{info, log, LogLevel};

const LEVEL: LogLevel = LogLevel::Info;

fn main() {
    info!(tagret: "t", "text");
    info!("text", target: "t");
    info!(a = 1, name: "n", "text");
    info!(target: "t", target: "u", "text");
    info!(logger: (), "text");
    log!(LEVEL, target: "t", "text");
    info!(target: "t" "text");
    info!(target:);
}
