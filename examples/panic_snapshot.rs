//! A thread panics. The snapshot that this leaves tells what led to it: debug events that no console ever showed.
#![expect(clippy::print_stdout, reason = "what it prints is what it shows")]

use std::error::Error;
use std::{env, fs, process, thread};

use ttlog::snapshot::fact;
use ttlog::{LogLevel, SnapshotReader, debug};

fn share_of(total: u32, guests: u32) -> u32 {
    debug!("sharing", total, guests);
    total / guests
}

fn main() -> Result<(), Box<dyn Error>> {
    let directory = env::temp_dir().join(format!("ttlog-panic-{}", process::id()));
    let _handle = ttlog::init()
        .level(LogLevel::Debug)
        .snapshot_dir(&directory)
        .recorder_only()
        .init();

    let waiter = thread::Builder::new().name("waiter".into());
    let outcome = waiter.spawn(|| [4, 2, 0].map(|guests| share_of(100, guests)))?;
    println!("the waiter is well: {}", outcome.join().is_ok());

    for entry in fs::read_dir(&directory)? {
        let mut snapshot = SnapshotReader::open(entry?.path())?;
        println!(
            "{}",
            snapshot.facts().text(fact::REASON).unwrap_or_default()
        );
        while let Some(event) = snapshot.next_event()? {
            let thread = event.thread_name().unwrap_or_default();
            print!("  [{thread}] {} {}", event.level(), event.message());
            // With RUST_BACKTRACE=1 the panic has a backtrace as well.
            for (name, value) in event.fields().filter(|(name, _)| *name != "backtrace") {
                print!(" {name}={}", value.to_field_value());
            }
            println!();
        }
    }
    fs::remove_dir_all(directory)?;
    Ok(())
}
