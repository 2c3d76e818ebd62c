//! The process that dies: it logs numbered events on two threads, and then goes the way it is told.

#[path = "../support/process.rs"]
pub(crate) mod process;

use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use ttlog::{Overflow, TtlogHandle};

use self::process::{Directory, End};

/// How many events each of the two threads logs.
pub(crate) const EVENTS: u64 = 700;
/// What is to record the crash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Nothing does.
    Without,
    /// The handler writes a snapshot.
    File,
    /// The next start does, from the black box.
    Box,
}

/// The directory of one child.
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
        self.path().join("deep/snapshots")
    }

    /// Starts the ignored test `body`, whose argument is `way`.
    pub(crate) fn start(&self, body: &str, mode: Mode, way: &str) -> Child {
        process::child(body)
            .current_dir(self.path())
            .env("CRASH_MODE", format!("{mode:?}"))
            .env("CRASH_WAY", way)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap()
    }

    #[track_caller]
    pub(crate) fn run(&self, body: &str, mode: Mode, way: &str) -> End {
        process::end(self.start(body, mode, way))
    }
}

impl End {
    /// The signal, and whether there is a core dump.
    #[track_caller]
    pub(crate) fn signal(&self) -> (i32, bool) {
        let Some(signal) = self.status.signal() else {
            panic!("{:?}: {}", self.status, self.stderr);
        };
        (signal, self.status.core_dumped())
    }
}

// ---- In the child ----

/// What the child was told; `None` where it is no child.
pub(crate) fn way() -> Option<String> {
    std::env::var("CRASH_WAY").ok()
}

/// Starts ttlog as the mode says.
pub(crate) fn init() -> TtlogHandle {
    allow_core_dumps();
    let here = std::env::current_dir().unwrap();
    let builder = ttlog::init()
        .recorder_only()
        .overflow(Overflow::Block)
        .capacity_bytes(1 << 20)
        .panic_snapshot(false)
        .service("crash test")
        .snapshot_dir("deep/snapshots");
    match &*std::env::var("CRASH_MODE").unwrap() {
        "Without" => builder.init(),
        "File" => builder.fatal_signals(true).init(),
        "Box" => {
            let builder = builder.black_box(here.join("box"));
            builder.fatal_signals(true).init()
        }
        other => panic!("no such mode: {other}"),
    }
}

fn allow_core_dumps() {
    // SAFETY: plain system calls; the second with what the first gave.
    unsafe {
        let mut limit = std::mem::zeroed();
        assert_eq!(libc::getrlimit(libc::RLIMIT_CORE, &mut limit), 0);
        limit.rlim_cur = limit.rlim_max;
        assert_eq!(libc::setrlimit(libc::RLIMIT_CORE, &limit), 0);
    }
}

/// The numbered events of one thread.
pub(crate) fn log(thread: u64) {
    for number in 0..EVENTS {
        ttlog::info!(thread, number, "a numbered event");
    }
}

/// Those of this thread, the second, and those of another one, which has ended then.
pub(crate) fn log_on_two_threads() {
    let helper = std::thread::Builder::new().name("helper".into());
    let helper = helper.spawn(|| log(1)).unwrap();
    log(0);
    helper.join().unwrap();
}
