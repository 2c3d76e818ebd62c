//! Commas and semicolons that are missing, or one too many.

use ttlog::{info, log, LogLevel};

const LEVEL: LogLevel = LogLevel::Info;

fn main() {
    let a = 1;
    info!("text" a = 1);
    info!(a = 1 "text");
    info!("text {}" a);
    info!({ a = 1 } "text");
    info!("text"; a = 1);
    info!(a = 1; "text"; a = 2);
    log!(LEVEL "text");
    info!("text",, a = 1);
}
