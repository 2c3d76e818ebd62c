//! Logs to the file, and panics on the thread that its arguments name: `ttlog-test-abort {directory} {main|other}`.

use std::path::PathBuf;
use std::{env, thread};

use ttlog::info;

fn main() {
    let mut arguments = env::args_os().skip(1);
    let directory = PathBuf::from(arguments.next().expect("a directory"));
    let file = ttlog::sink::File::create(directory.join("log")).expect("a file");
    let handle = ttlog::init().snapshot_dir(&directory).sink(file).init();
    info!("context");
    match arguments.next().and_then(|name| name.into_string().ok()) {
        Some(name) if name == "other" => {
            let other = thread::Builder::new().name(name);
            let other = other
                .spawn(|| panic!("of another thread"))
                .expect("a thread");
            let _ = other.join();
        }
        _ => panic!("of the main thread"),
    }
    drop(handle);
}
