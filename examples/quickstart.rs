//! Walks a directory tree with several threads, logs what it finds, and asks the flight recorder about it afterwards.
//! The console shows what matters, the recorder keeps the rest as well: `cargo run --example quickstart [DIRECTORY]`

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use ttlog::sink::Console;
use ttlog::{LogLevel, Sink, SnapshotReader, Stats, ValueRef, debug, info, warn};

const THREADS: usize = 4;
const LARGEST_FILES: usize = 5;

fn main() -> ExitCode {
    let project = || env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| ".".into());
    let root = PathBuf::from(env::args_os().nth(1).unwrap_or_else(project));
    match walk_and_report(&root) {
        Ok(report) => {
            // Whoever reads this may be gone, as in `quickstart | head -1`.
            let _ = io::stdout().write_all(report.as_bytes());
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _ = writeln!(io::stderr(), "quickstart: {error}");
            ExitCode::from(2)
        }
    }
}

fn walk_and_report(root: &Path) -> Result<String, Box<dyn Error>> {
    fs::read_dir(root).map_err(|error| format!("{}: {error}", root.display()))?;
    // RUST_LOG is for all that is recorded; without it the recorder keeps more than the console shows.
    let shown = env::var_os("RUST_LOG").map_or("info", |_| "trace");
    let handle = ttlog::init()
        .level(LogLevel::Debug)
        .service("quickstart")
        .snapshot_dir(env::temp_dir())
        .sink(Console::stderr().with_filter(shown))
        .try_init()?;

    walk(root);

    let snapshot = handle.snapshot("the walk is over")?;
    // What follows stands below the events, not among them.
    handle.flush();
    Ok(format!(
        "\nWhat the snapshot knows\n{}\nWhat became of the events\n{}\nWhat to try next
  RUST_LOG=debug cargo run --example quickstart
  TTLOG_FORMAT=json cargo run --example quickstart
  cargo run -p ttlog-cli -- show {}\n",
        learn_from(&snapshot)?,
        account_for(&handle.stats()),
        snapshot.display(),
    ))
}

// ---- The walk ----

/// What was found. Each thread has its own, and they are added up in the end.
#[derive(Default)]
struct Findings {
    directories: u64,
    files: u64,
    bytes: u64,
    unreadable: u64,
    largest: Vec<(u64, PathBuf)>,
}

fn walk(root: &Path) {
    info!("walk begins", path = %root.display(), threads = THREADS);
    let begun = Instant::now();
    let queue = Queue::default();
    queue.add(vec![root.to_owned()]);
    let mut found = Findings::default();
    thread::scope(|scope| {
        let start = |number| {
            let thread = thread::Builder::new().name(format!("walker-{number}"));
            let walker = thread.spawn_scoped(scope, || walk_what_is_queued(&queue));
            walker.expect("the system has a thread to give")
        };
        let walkers: Vec<_> = (1..=THREADS).map(start).collect();
        for walker in walkers {
            found.add(walker.join().expect("a walker doesn't panic"));
        }
    });
    for (bytes, path) in &found.largest {
        info!("large file", bytes, path = %path.display());
    }
    let took = begun.elapsed();
    info!(
        "walk is over",
        found.directories, found.files, found.bytes, found.unreadable, took
    );
}

fn walk_what_is_queued(queue: &Queue) -> Findings {
    let mut all = Findings::default();
    while let Some(directory) = queue.next() {
        let (begun, path) = (Instant::now(), directory.display());
        let mut found = Findings::default();
        match read_directory(&directory, &mut found) {
            Ok(below) => {
                let took = begun.elapsed();
                debug!("directory read", %path, found.files, found.bytes, took);
                queue.add(below);
            }
            Err(error) => found.miss(&directory, &error),
        }
        queue.finish_one();
        all.add(found);
    }
    all
}

/// Counts what is in a directory, and gives the directories in it.
fn read_directory(directory: &Path, found: &mut Findings) -> io::Result<Vec<PathBuf>> {
    let mut below = Vec::new();
    let entries = fs::read_dir(directory)?;
    found.directories += 1;
    for entry in entries {
        // A symbolic link's metadata are its own: links are not followed, so nothing goes in circles.
        let looked_at = entry.and_then(|entry| Ok((entry.path(), entry.metadata()?)));
        match looked_at {
            Ok((path, metadata)) if metadata.is_file() => {
                found.files += 1;
                found.bytes += metadata.len();
                found.largest.push((metadata.len(), path));
            }
            // So tools mark what they can make again; Cargo does with `target`.
            Ok((path, _)) if path.join("CACHEDIR.TAG").exists() => {
                debug!("cache left out", path = %path.display());
            }
            Ok((path, metadata)) if metadata.is_dir() => below.push(path),
            Ok(_) => {}
            Err(error) => found.miss(directory, &error),
        }
    }
    Ok(below)
}

impl Findings {
    fn miss(&mut self, directory: &Path, error: &io::Error) {
        self.unreadable += 1;
        warn!("can't be read", path = %directory.display(), error);
    }

    fn add(&mut self, other: Findings) {
        self.directories += other.directories;
        self.files += other.files;
        self.bytes += other.bytes;
        self.unreadable += other.unreadable;
        self.largest.extend(other.largest);
        self.largest.sort_by(|left, right| right.cmp(left));
        self.largest.truncate(LARGEST_FILES);
    }
}

/// The directories still to be read, and the number of those being read, which may add to them.
#[derive(Default)]
struct Queue {
    state: Mutex<(Vec<PathBuf>, usize)>,
    changed: Condvar,
}

impl Queue {
    /// `None` once everything is read.
    fn next(&self) -> Option<PathBuf> {
        let state = self.state.lock().unwrap();
        let more_may_come = |state: &mut (Vec<_>, usize)| state.0.is_empty() && state.1 > 0;
        let mut state = self.changed.wait_while(state, more_may_come).unwrap();
        let directory = state.0.pop()?;
        state.1 += 1;
        Some(directory)
    }

    fn add(&self, directories: Vec<PathBuf>) {
        self.state.lock().unwrap().0.extend(directories);
    }

    fn finish_one(&self) {
        self.state.lock().unwrap().1 -= 1;
        self.changed.notify_all();
    }
}

// ---- What is known afterwards ----

fn learn_from(snapshot: &Path) -> Result<String, Box<dyn Error>> {
    let mut count_of = BTreeMap::<LogLevel, u64>::new();
    let mut slowest = (Duration::ZERO, "unknown, without debug events".to_owned());
    let mut reader = SnapshotReader::open(snapshot)?;
    while let Some(event) = reader.next_event()? {
        *count_of.entry(event.level()).or_default() += 1;
        if let Some(ValueRef::Duration(took)) = event.field("took")
            && let Some(ValueRef::Display(path)) = event.field("path")
        {
            slowest = slowest.max((took, path.to_owned()));
        }
    }
    let (took, path) = slowest;
    let newest: u64 = count_of.values().sum();
    Ok(format!(
        "  the newest {newest} events: {count_of:?}\n  the slowest directory: {path} ({took:?})\n"
    ))
}

fn account_for(stats: &Stats) -> String {
    let (recorded, sink) = (stats.recorded, &stats.sinks[0]);
    format!(
        "  recorded: {recorded}, overwritten: {}, dropped: {}\n  {}: {} shown, {} filtered out\n",
        stats.overwritten, stats.dropped, sink.name, sink.delivered, sink.filtered
    )
}
