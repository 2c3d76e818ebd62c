//! Another level while the program runs: for everything, for one module, from any thread.
#![expect(clippy::print_stdout, reason = "what it prints is what it shows")]

use ttlog::sink::Memory;
use ttlog::{LogLevel, Message, TtlogHandle, debug, info, warn};

mod database {
    pub(crate) fn query() {
        ttlog::debug!("query planned");
        ttlog::info!("query done");
    }
}

/// What a request logs under the filter that is in force.
fn serve_request(memory: &Memory, handle: &TtlogHandle, filter: &str) {
    debug!("request parsed");
    database::query();
    info!("request served");
    warn!("cache nearly full");
    handle.flush();
    let messages: Vec<_> = memory
        .take()
        .into_iter()
        .map(|event| event.message)
        .collect();
    println!("{filter}: {}", messages.join(", "));
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let memory = Memory::new();
    let handle = ttlog::init().sink(memory.clone()).init();
    serve_request(&memory, &handle, "at first");

    handle.set_level(LogLevel::Warn);
    serve_request(&memory, &handle, "level warn");

    handle.set_filter("change_filter::database=debug")?;
    serve_request(&memory, &handle, "debug for the database");

    // What stands in for a signal handler, or for a page of a web server.
    let control = handle.sender();
    std::thread::spawn(move || control.send(Message::SetFilter("off".into())))
        .join()
        .expect("sending doesn't panic")?;
    handle.flush();
    serve_request(&memory, &handle, "off, by another thread");

    if let Err(error) = handle.set_filter("error,database=loud") {
        println!("a mistake is told: {error}");
    }
    Ok(())
}
