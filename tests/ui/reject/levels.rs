//! Levels that are missing, or one too many.

use ttlog::{enabled, event, info, log, LogLevel};

const LEVEL: LogLevel = LogLevel::Info;

fn main() {
    log!("text");
    log!();
    event!(target: "t", "text");
    event!(user_id = 5, "text");
    log!(?user_id);
    info!(LogLevel::Info, "text");
    info!(target: "t", ttlog::LogLevel::Info, "text");
    enabled!();
    enabled!("text");
    let _ = enabled!(LEVEL, "text");
}
