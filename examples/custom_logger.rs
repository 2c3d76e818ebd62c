//! A logger in the place of ttlog's own runtime: it is called by the thread that logs, and nothing runs in the background.
//!
//! For a bridge into another logging system. What only writes events somewhere is better a sink: see `custom_sink`.
#![expect(clippy::print_stdout, reason = "what it prints is what it shows")]

use std::sync::atomic::{AtomicU64, Ordering};

use ttlog::{LogEvent, LogLevel, Logger, debug, info, warn};

/// Prints events with a number, in a format that some other system asks for.
#[derive(Default)]
struct Numbered {
    last: AtomicU64,
}

impl Logger for Numbered {
    fn emit(&self, event: LogEvent) {
        let number = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        print!("{number} <{}> {}", event.level, event.message);
        for field in &event.fields {
            print!("; {} is {}", field.key, field.value);
        }
        println!();
    }

    fn flush(&self) {}

    fn set_level(&self, level: LogLevel) {
        println!("from here on: {level}");
    }
}

fn main() {
    ttlog::install_logger(Box::new(Numbered::default()));
    info!("order placed", order = 17, total = 25.5);
    debug!("nobody wants to know yet");
    ttlog::set_level(LogLevel::Debug);
    debug!("stock looked up", left = 3);
    warn!("stock is low", article = "espresso", left = 3);
}
