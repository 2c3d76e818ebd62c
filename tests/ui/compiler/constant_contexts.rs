//! A call records something, so it can't be made while compiling; and what its static holds must be known then.

use ttlog::{info, log, LogLevel};

const fn constant() {
    info!("text");
}

const fn level(level: LogLevel) {
    log!(level, "text");
}

fn names(name: &'static str) {
    info!(name: name, "text");
}

fn main() {
    constant();
    level(LogLevel::Info);
    names("n");
}
