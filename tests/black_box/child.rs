//! The process that is killed: it logs numbered events from several threads, and says in a mapped file which calls have returned.

#[path = "../support/process.rs"]
pub(crate) mod process;

use std::fs::{self, File};
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::atomic::{AtomicU64, Ordering};

use ttlog::Overflow;

use self::process::{Directory, End};

/// How many threads log.
pub(crate) const THREADS: usize = 3;
/// How many snapshots its directory keeps.
pub(crate) const KEPT: usize = 3;
/// For each thread: the number of its last event whose call has returned, plus one, and the wall time after that call.
pub(crate) const PROGRESS_WORDS: usize = 2 * THREADS;

/// The directory of one test.
pub(crate) struct Scene(Directory);

impl Scene {
    pub(crate) fn new() -> Scene {
        Scene(Directory::new())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn black_box(&self) -> PathBuf {
        self.path().join("box")
    }

    pub(crate) fn snapshots(&self) -> PathBuf {
        self.path().join("snapshots")
    }

    pub(crate) fn progress(&self) -> PathBuf {
        self.path().join("progress")
    }

    /// Starts the child, which ends as `ending` says.
    pub(crate) fn start(&self, ending: &str, capacity_bytes: usize) -> Child {
        fs::write(self.progress(), [0; 8 * PROGRESS_WORDS]).unwrap();
        process::child("child::body")
            .env("BOX_SCENE", self.path())
            .env("BOX_ENDING", ending)
            .env("BOX_CAPACITY", capacity_bytes.to_string())
            .spawn()
            .unwrap()
    }

    /// The same, and waits for its end.
    #[track_caller]
    pub(crate) fn run(&self, ending: &str, capacity_bytes: usize) -> End {
        process::end(self.start(ending, capacity_bytes))
    }
}

/// What the child says of its progress; it stays when the child is killed.
fn map_progress(path: &Path) -> &'static [AtomicU64] {
    let file = File::options().read(true).write(true).open(path).unwrap();
    // SAFETY: a mapping of a file that is long enough, which stays until the process ends; only atomics access it.
    unsafe {
        let address = libc::mmap(
            std::ptr::null_mut(),
            8 * PROGRESS_WORDS,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_SHARED,
            file.as_raw_fd(),
            0,
        );
        assert_ne!(address, libc::MAP_FAILED);
        std::slice::from_raw_parts(address.cast(), PROGRESS_WORDS)
    }
}

/// What the second field of an event has to be.
pub(crate) fn check_of(thread: u64, number: u64) -> u64 {
    (number ^ thread << 56).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// Forks a child that logs on its own and then stays; its id is in the file `forked`.
fn fork_one_that_stays(scene: &Path) {
    // SAFETY: the child uses no lock that may be held: ttlog's are its own.
    let pid = unsafe { libc::fork() };
    if pid != 0 {
        assert!(pid > 0);
        fs::write(scene.join("forked"), pid.to_string()).unwrap();
        return;
    }
    for number in 0..5_000_u64 {
        ttlog::info!(number, "from the child");
    }
    fs::write(scene.join("logged"), "").unwrap();
    loop {
        std::thread::sleep(std::time::Duration::from_secs(1));
    }
}

fn log(thread: u64, numbers: std::ops::Range<u64>, progress: &[AtomicU64]) {
    for number in numbers {
        let check = check_of(thread, number);
        if number % 8 == 0 {
            let text = format!("{number:-<width$}", width = (number % 97) as usize);
            ttlog::warn!(thread, number, check, text, "one with a text");
        } else {
            ttlog::info!(thread, number, check, "one of numbers only");
        }
        let place = 2 * thread as usize;
        progress[place].store(number + 1, Ordering::Relaxed);
        progress[place + 1].store(ttlog::now_nanos(), Ordering::Relaxed);
    }
}

#[test]
#[ignore = "a child process"]
fn body() {
    let scene = PathBuf::from(std::env::var_os("BOX_SCENE").expect("started by a test"));
    let capacity = std::env::var("BOX_CAPACITY").unwrap().parse().unwrap();
    let ending = std::env::var("BOX_ENDING").unwrap();
    let progress = map_progress(&scene.join("progress"));
    let builder = ttlog::init()
        .recorder_only()
        .overflow(Overflow::Block)
        .capacity_bytes(capacity)
        .snapshot_dir(scene.join("snapshots"))
        .black_box(scene.join("box"))
        .keep_snapshots(KEPT);
    #[cfg(feature = "signals")]
    let builder =
        builder.fatal_signals(["crashes", "has no memory", "is shot"].contains(&&*ending));
    let handle = builder.init();
    if ending == "forks, and leaves without a word" {
        ttlog::info!("before the fork");
        fork_one_that_stays(&scene);
        while !scene.join("logged").exists() {
            std::thread::yield_now();
        }
    }
    let endless = ["killed", "is shot"].contains(&&*ending);
    let last = if endless { u64::MAX } else { 3_000 };
    let threads: Vec<_> = (0..THREADS as u64)
        .map(|thread| {
            std::thread::Builder::new()
                .name(format!("worker-{thread}"))
                .spawn(move || log(thread, 0..last, progress))
                .unwrap()
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    match &*ending {
        "returns" => drop(handle),
        "exits" => std::process::exit(3),
        "aborts" => std::process::abort(),
        "panics and aborts" => {
            let _ = std::panic::catch_unwind(|| panic!("no way out"));
            std::process::abort()
        }
        // SAFETY: ends the process at once, with nothing run.
        "leaves without a word" | "forks, and leaves without a word" => unsafe { libc::_exit(0) },
        // SAFETY: isn't: it is to crash.
        "crashes" => unsafe { std::hint::black_box(16 as *mut u8).write_volatile(1) },
        "has no memory" => {
            std::alloc::handle_alloc_error(std::alloc::Layout::new::<[u8; 1 << 40]>())
        }
        other => panic!("no such ending: {other}"),
    }
}
