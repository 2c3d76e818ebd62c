//! A sink of one's own: whatever is an error goes to the one on call, everything goes to the console.
#![expect(clippy::print_stdout, reason = "what it prints is what it shows")]

use std::io;
use std::sync::mpsc::{Sender, channel};

use ttlog::{EventRef, Sink, error, info};

/// Sends messages to whoever holds the other end.
struct Pager(Sender<String>);

impl Sink for Pager {
    fn write(&mut self, event: &EventRef<'_>) -> io::Result<()> {
        let place = format!("{}:{}", event.file(), event.line());
        let call = format!("{}: {} ({place})", event.level(), event.message());
        self.0.send(call).map_err(io::Error::other)
    }
}

fn main() {
    let (pager, calls) = channel();
    let handle = ttlog::init()
        .console()
        .sink(Pager(pager).with_filter("error"))
        .init();

    info!("service started", port = 8080);
    error!("disk failed", device = "sda");
    info!("service stopped");
    handle.flush();

    for call in calls.try_iter() {
        println!("on call: {call}");
    }
    for sink in handle.stats().sinks {
        println!(
            "{} took {} and was spared {}",
            sink.name, sink.delivered, sink.filtered
        );
    }
}
