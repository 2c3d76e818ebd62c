//! The process that dies: it logs numbered events on two threads, and then goes the way it is told.

use std::fs;
use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use ttlog::{Overflow, TtlogHandle};

/// How many events each of the two threads logs.
pub(crate) const EVENTS: u64 = 700;
/// How long a child may take: more than a loaded machine needs, less than for ever.
const PATIENCE: Duration = Duration::from_secs(60);

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

/// A directory of one child, removed at its end.
pub(crate) struct Scene(pub(crate) PathBuf);

impl Scene {
    pub(crate) fn new() -> Scene {
        static LAST: AtomicU32 = AtomicU32::new(0);
        let number = LAST.fetch_add(1, Ordering::Relaxed);
        let name = format!("ttlog-signals-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Scene(path)
    }

    pub(crate) fn black_box(&self) -> PathBuf {
        self.0.join("box")
    }

    pub(crate) fn snapshots(&self) -> PathBuf {
        self.0.join("deep/snapshots")
    }

    /// Starts the ignored test `body`, whose argument is `way`.
    pub(crate) fn start(&self, body: &str, mode: Mode, way: &str) -> Child {
        Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", body, "--nocapture"])
            .current_dir(&self.0)
            .env("CRASH_MODE", format!("{mode:?}"))
            .env("CRASH_WAY", way)
            .env_remove("RUST_LOG")
            .env_remove("RUST_BACKTRACE")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// Waits for its end.
    #[track_caller]
    pub(crate) fn end(&self, mut child: Child) -> Death {
        let mut pipe = child.stderr.take().unwrap();
        let reader = std::thread::spawn(move || {
            let mut bytes = Vec::new();
            let _ = pipe.read_to_end(&mut bytes);
            String::from_utf8_lossy(&bytes).into_owned()
        });
        let status = wait(&mut child);
        let stderr = reader.join().unwrap();
        let Some(status) = status else {
            panic!("the child did not end: {stderr}");
        };
        Death { status, stderr }
    }

    #[track_caller]
    pub(crate) fn run(&self, body: &str, mode: Mode, way: &str) -> Death {
        self.end(self.start(body, mode, way))
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Waits for a child's end; kills it where that takes too long.
pub(crate) fn wait(child: &mut Child) -> Option<ExitStatus> {
    let since = Instant::now();
    while since.elapsed() < PATIENCE {
        if let Some(status) = child.try_wait().unwrap() {
            return Some(status);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    let _ = child.kill();
    let _ = child.wait();
    None
}

/// How a child has ended.
pub(crate) struct Death {
    pub(crate) status: ExitStatus,
    pub(crate) stderr: String,
}

impl Death {
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
