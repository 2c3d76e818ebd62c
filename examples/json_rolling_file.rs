//! Events as JSON, a line each, in a file that is set aside when it is full.

use std::error::Error;
use std::io::{self, Write};
use std::{env, fs, process};

use ttlog::format::Json;
use ttlog::info;
use ttlog::sink::RollingFile;

fn main() -> Result<(), Box<dyn Error>> {
    let directory = env::temp_dir().join(format!("ttlog-rolling-{}", process::id()));
    fs::create_dir_all(&directory)?;
    let file = RollingFile::new(directory.join("orders.log"))
        .max_bytes(8 << 10)
        .keep_files(3)
        .format(Json)
        .open()?;
    let handle = ttlog::init().sink(file).init();

    for order in 1..=200 {
        info!(
            "order placed",
            order,
            total = f64::from(order) * 1.5,
            note = "two\nlines"
        );
    }
    handle.flush();

    // In the order of their names: those that were set aside, the oldest first, then the active one.
    let mut paths: Vec<_> = fs::read_dir(&directory)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    paths.sort_by_key(|path| (path.ends_with("orders.log"), path.clone()));
    let mut out = io::stdout().lock();
    for path in &paths {
        let text = fs::read_to_string(path)?;
        writeln!(
            out,
            "a file of {} lines, at most 8 KiB: {}",
            text.lines().count(),
            text.len() <= 8 << 10
        )?;
    }
    let newest = fs::read_to_string(directory.join("orders.log"))?;
    writeln!(out, "{}", newest.lines().last().unwrap_or_default())?;
    drop(handle);
    fs::remove_dir_all(directory)?;
    Ok(())
}
