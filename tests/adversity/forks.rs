//! Children of `fork`. Each case forks in a child process of its own, because it uses the global pipeline.

use std::ffi::c_int;
use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::{Command, exit};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use ttlog::format::Text;
use ttlog::sink::{Console, File, Memory, RollingFile};
use ttlog::{EventRef, InitError, LogLevel, Sink, SnapshotReader, debug, info, timer, warn};

use crate::support::{
    Directory, Kept, PATIENCE, child_directory, flush_and_balance, number, run_child_to_success,
    tiny, wait_until,
};

unsafe extern "C" {
    fn fork() -> c_int;
    fn waitpid(pid: c_int, status: *mut c_int, options: c_int) -> c_int;
    fn kill(pid: c_int, signal: c_int) -> c_int;
}

const WNOHANG: c_int = 1;
const SIGKILL: c_int = 9;

/// A child of `fork` that is waited for.
struct Forked(c_int);

/// Runs `work` in a child of `fork`, which ends by `exit`: with success, if `work` did not panic.
fn forked(work: impl FnOnce()) -> Forked {
    // SAFETY: no memory is shared, and ttlog sees to its own locks.
    match unsafe { fork() } {
        0 => exit(i32::from(catch_unwind(AssertUnwindSafe(work)).is_err())),
        pid => Forked(pid),
    }
}

impl Forked {
    /// Waits for the child's end; fails where it had none or failed.
    #[track_caller]
    fn join(self) {
        assert_eq!(self.status(), 0, "the child failed");
    }

    #[track_caller]
    fn status(self) -> c_int {
        assert!(self.0 > 0, "there is no child");
        let since = Instant::now();
        let mut status = 0;
        // SAFETY: the status is this function's own.
        while unsafe { waitpid(self.0, &mut status, WNOHANG) } == 0 {
            if since.elapsed() > PATIENCE {
                // SAFETY: it is this process's child, and still there.
                unsafe { kill(self.0, SIGKILL) };
                panic!("the child did not end");
            }
            thread::sleep(Duration::from_micros(200));
        }
        status
    }
}

fn run(child: &str) -> (Directory, String) {
    let directory = Directory::new();
    let stderr = run_child_to_success(&format!("forks::{child}"), &directory);
    (directory, stderr)
}

fn file(directory: &Path) -> File {
    File::append(directory.join("log")).unwrap().format(Short)
}

/// The messages of the lines in the file.
fn lines(directory: &Directory) -> Vec<String> {
    let text = fs::read_to_string(directory.path().join("log")).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// A line is the message.
struct Short;

impl ttlog::Format for Short {
    fn format(&self, event: &EventRef<'_>, out: &mut String) {
        out.push_str(event.message());
        out.push('\n');
    }

    fn duplicate(&self) -> Option<Box<dyn ttlog::Format>> {
        Some(Box::new(Short))
    }
}

fn count(lines: &[String], line: &str) -> usize {
    lines.iter().filter(|other| *other == line).count()
}

#[test]
fn a_child_logs_with_its_parents_settings_and_nothing_is_written_twice() {
    for _ in 0..10 {
        let (directory, stderr) = run("child_whose_child_logs");
        let lines = lines(&directory);
        for n in 0..100 {
            assert_eq!(count(&lines, &format!("parent {n}")), 1, "{lines:?}");
            assert_eq!(stderr.matches(&format!(": parent {n}\n")).count(), 1);
        }
        for line in [
            "child",
            "child, debug",
            "thread of the child",
            "parent, after",
        ] {
            assert_eq!(count(&lines, line), 1, "{lines:?}");
            assert_eq!(
                stderr.matches(&format!(": {line}\n")).count(),
                1,
                "{stderr}"
            );
        }
        assert_eq!(lines.len(), 104, "{lines:?}");
    }
}

#[test]
#[ignore = "the child of another test"]
fn child_whose_child_logs() {
    let Some(directory) = child_directory() else {
        return;
    };
    let handle = tiny()
        .console()
        .sink(file(&directory))
        .service("inheritance")
        .snapshot_dir(&directory)
        .init();
    (0..100).for_each(|n| info!("parent {n}"));
    handle.set_level(LogLevel::Debug);
    let child = forked(|| {
        std::env::set_current_dir("/").unwrap();
        info!("child");
        debug!("child, debug");
        thread::spawn(|| info!("thread of the child"))
            .join()
            .unwrap();
        let stats = flush_and_balance(&handle);
        assert_eq!((stats.recorded, stats.sinks.len()), (3, 2));
        let path = handle.snapshot("in the child").unwrap();
        let name = path.file_name().unwrap().to_str().unwrap();
        let pid = std::process::id();
        assert!(name.starts_with(&format!("inheritance-{pid}-")), "{name}");
        assert!(path.starts_with(&directory));
        let events = SnapshotReader::open(&path).unwrap().log_events().unwrap();
        assert_eq!(events.len(), 3);
        assert_eq!(events[0].thread_id, events[1].thread_id);
        assert_ne!(events[0].thread_id, events[2].thread_id);
        assert_eq!(events[0].thread_name.as_deref(), thread::current().name());
    });
    child.join();
    info!("parent, after");
    let stats = flush_and_balance(&handle);
    assert_eq!((stats.recorded, stats.dropped), (101, 0));
}

#[test]
fn a_child_that_does_not_log_has_one_thread() {
    run("child_whose_child_is_silent");
}

#[test]
#[ignore = "the child of another test"]
fn child_whose_child_is_silent() {
    let Some(directory) = child_directory() else {
        return;
    };
    let handle = tiny().sink(file(&directory)).init();
    info!("parent");
    forked(|| {
        assert!(handle.flush());
        assert_eq!(handle.stats(), ttlog::Stats::default());
        drop(handle);
        if let Ok(threads) = fs::read_dir("/proc/self/task") {
            assert_eq!(threads.count(), 1);
        }
    })
    .join();
}

#[test]
fn whole_lines_of_all_processes_stand_in_one_file() {
    let (directory, stderr) = run("child_with_many_writing_children");
    let filler = "x".repeat(300);
    for lines in [
        lines(&directory),
        stderr
            .lines()
            .filter(|line| line.contains("process "))
            .map(|line| {
                let at = line
                    .find(": process")
                    .unwrap_or_else(|| panic!("torn: {line}"));
                line[at + 2..].to_owned()
            })
            .collect(),
    ] {
        assert_eq!(lines.len(), 4 * 2_000);
        let mut next = [0; 4];
        for line in lines {
            let process: usize = line["process ".len()..][..1].parse().unwrap();
            let expected = format!("process {process} line {} {filler}", next[process]);
            assert_eq!(line, expected);
            next[process] += 1;
        }
    }
}

#[test]
#[ignore = "the child of another test"]
fn child_with_many_writing_children() {
    let Some(directory) = child_directory() else {
        return;
    };
    let filler = "x".repeat(300);
    let write = |process: usize| {
        (0..2_000).for_each(|n| info!("process {process} line {n} {filler}"));
    };
    let _handle = ttlog::init().console().sink(file(&directory)).init();
    let children: Vec<Forked> = (1..4).map(|process| forked(|| write(process))).collect();
    write(0);
    children.into_iter().for_each(Forked::join);
}

#[test]
fn sinks_that_do_not_go_on_are_told_of() {
    run("child_whose_sinks_do_not_go_on");
}

#[test]
#[ignore = "the child of another test"]
fn child_whose_sinks_do_not_go_on() {
    let Some(directory) = child_directory() else {
        return;
    };
    let rolling = RollingFile::new(directory.join("rolling.log"))
        .open()
        .unwrap();
    let memory = Memory::new();
    let handle = tiny()
        .sink(memory.clone().with_filter("trace"))
        .sink(rolling)
        .snapshot_dir(&directory)
        .init();
    info!("parent");
    assert!(handle.flush());
    forked(|| {
        info!("child");
        info!("child again");
        let path = handle.snapshot("in the child").unwrap();
        let events = SnapshotReader::open(path).unwrap().log_events().unwrap();
        let messages: Vec<&str> = events.iter().map(|event| &event.message[..]).collect();
        assert_eq!(messages.len(), 3, "{messages:?}");
        assert_eq!(messages[1..], ["child", "child again"]);
        assert_eq!(events[0].target, "ttlog");
        let sinks = events[0].field("sinks").unwrap().as_str().unwrap();
        assert!(sinks.starts_with("Memory, rolling"), "{sinks}");
        assert!(handle.stats().sinks.is_empty());
    })
    .join();
    info!("parent, after");
    flush_and_balance(&handle);
    assert_eq!(memory.len(), 2);
    let text = fs::read_to_string(directory.join("rolling.log")).unwrap();
    assert_eq!(text.lines().count(), 2, "{text}");
}

#[test]
fn a_pipeline_of_a_parents_own_is_dead_in_a_child_and_keeps_nobody_waiting() {
    run("child_whose_child_has_a_dead_pipeline");
}

#[test]
#[ignore = "the child of another test"]
fn child_whose_child_has_a_dead_pipeline() {
    let Some(directory) = child_directory() else {
        return;
    };
    let global = tiny().sink(file(&directory)).init();
    let kept = Kept::default();
    let handle = tiny()
        .sink(kept.clone())
        .snapshot_dir(&directory)
        .build()
        .unwrap();
    let logger = handle.logger();
    let child = handle.scope(|| {
        info!("local, parent");
        forked(|| {
            let before = handle.stats();
            info!("local, child: within the scope of the fork");
            handle.scope(|| info!("local, child: in a scope of its own"));
            handle.scope(|| handle.scope(|| info!("local, child: in a scope within another")));
            ttlog::Logger::emit(&logger, ttlog::EventBuilder::with_capacity(0).build());
            assert!(!handle.flush());
            let stats = handle.stats();
            assert_eq!(stats.dropped, before.dropped + 4);
            let other = tiny().sink(kept.clone()).build().unwrap();
            other.scope(|| {
                info!("of the child");
                handle.scope(|| info!("local, child: dropped"));
                info!("of the child");
            });
            assert_eq!(flush_and_balance(&other).recorded, 2);
            assert_eq!(handle.stats().dropped, before.dropped + 5);
            handle.set_filter("trace").unwrap();
            handle.snapshot("of what there was").unwrap();
        })
    });
    let status = child.status();
    assert_eq!(status, 0);
    info!("global, parent");
    forked(|| {
        drop(handle);
        drop(logger);
        info!("global, child");
        assert!(global.flush());
    })
    .join();
}

/// Forks while it is formatted; the child says so in its own log.
struct Forks<'a>(&'a std::cell::Cell<c_int>);

impl fmt::Display for Forks<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // SAFETY: as in `forked`.
        self.0.set(unsafe { fork() });
        if self.0.get() == 0 {
            info!("within the value, child");
        } else {
            info!("within the value, parent");
        }
        f.write_str("forks")
    }
}

#[test]
fn a_value_may_fork() {
    let (directory, _) = run("child_with_a_value_that_forks");
    let mut lines = lines(&directory);
    lines.sort_unstable();
    let expected = [
        "after, child",
        "after, parent",
        "event forks",
        "within the value, child",
        "within the value, parent",
    ];
    assert_eq!(lines, expected);
}

#[test]
#[ignore = "the child of another test"]
fn child_with_a_value_that_forks() {
    let Some(directory) = child_directory() else {
        return;
    };
    let handle = tiny().sink(file(&directory)).init();
    let pid = std::cell::Cell::new(-1);
    info!("event {}", Forks(&pid));
    if pid.get() == 0 {
        info!("after, child");
        exit(i32::from(!handle.flush()));
    }
    Forked(pid.get()).join();
    info!("after, parent");
    flush_and_balance(&handle);
}

#[test]
fn children_have_children() {
    let (directory, _) = run("child_with_descendants");
    let lines = lines(&directory);
    let expected: Vec<String> = (0..6).rev().map(|n| format!("generation {n}")).collect();
    assert_eq!(lines, expected);
}

#[test]
#[ignore = "the child of another test"]
fn child_with_descendants() {
    fn descend(generation: u32) {
        if generation < 5 {
            forked(|| descend(generation + 1)).join();
        }
        // Every second generation has logged before it forks, the others have not.
        info!("generation {generation}");
    }

    let Some(directory) = child_directory() else {
        return;
    };
    let handle = tiny().sink(file(&directory)).init();
    descend(0);
    flush_and_balance(&handle);
}

#[test]
fn a_child_may_initialize_anew() {
    let (directory, _) = run("child_whose_child_initializes");
    assert_eq!(lines(&directory), ["parent"]);
    let of_child = fs::read_to_string(directory.path().join("child")).unwrap();
    assert_eq!(of_child, "child\nchild, trace\n");
}

#[test]
#[ignore = "the child of another test"]
fn child_whose_child_initializes() {
    let Some(directory) = child_directory() else {
        return;
    };
    let of_parent = tiny().sink(file(&directory)).init();
    forked(|| {
        let own = File::create(directory.join("child")).unwrap().format(Short);
        let handle = tiny().level(LogLevel::Trace).sink(own).init();
        info!("child");
        ttlog::trace!("child, trace");
        flush_and_balance(&of_parent);
        flush_and_balance(&handle);
        let again = tiny().try_init().unwrap_err();
        assert!(matches!(again, InitError::AlreadyInitialized));
    })
    .join();
    info!("parent");
}

#[test]
fn a_command_whose_closure_logs_before_the_exec_is_run() {
    let (directory, _) = run("child_with_a_command");
    let lines = lines(&directory);
    assert_eq!(count(&lines, "before the exec"), 10, "{lines:?}");
}

#[test]
#[ignore = "the child of another test"]
fn child_with_a_command() {
    let Some(directory) = child_directory() else {
        return;
    };
    let handle = std::sync::Arc::new(tiny().sink(file(&directory)).init());
    info!("parent");
    for _ in 0..10 {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "exit 7"]);
        let of_child = handle.clone();
        // SAFETY: what ttlog does in a child is made for that.
        unsafe {
            command.pre_exec(move || {
                info!("before the exec");
                of_child.flush();
                Ok(())
            })
        };
        assert_eq!(command.status().unwrap().code(), Some(7));
    }
    assert!(
        Command::new("/bin/sh")
            .args(["-c", ":"])
            .status()
            .unwrap()
            .success()
    );
    flush_and_balance(&handle);
}

#[test]
fn a_panic_in_a_child_leaves_the_childs_own_snapshot() {
    let (directory, stderr) = run("child_whose_child_panics");
    assert_eq!(directory.snapshots().len(), 2, "{stderr}");
}

#[test]
#[ignore = "the child of another test"]
fn child_whose_child_panics() {
    let Some(directory) = child_directory() else {
        return;
    };
    let _handle = tiny()
        .sink(file(&directory))
        .snapshot_dir(&directory)
        .init();
    thread::spawn(|| panic!("of the parent"))
        .join()
        .unwrap_err();
    let child = forked(|| panic!("of the child"));
    let pid = child.0;
    assert_ne!(child.status(), 0);
    let of_child = fs::read_dir(&directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.to_str().unwrap().contains(&format!("-{pid}-")))
        .unwrap();
    let events = SnapshotReader::open(of_child)
        .unwrap()
        .log_events()
        .unwrap();
    assert_eq!(events.len(), 1, "{events:?}");
    assert!(events[0].message.contains("of the child"));
}

#[test]
fn a_sink_may_fork() {
    let (directory, stderr) = run("child_with_a_sink_that_forks");
    assert_eq!(lines(&directory), ["0", "1", "2", "3", "4"], "{stderr}");
}

#[test]
#[ignore = "the child of another test"]
fn child_with_a_sink_that_forks() {
    struct Forking(File);

    impl Sink for Forking {
        fn write(&mut self, event: &EventRef<'_>) -> io::Result<()> {
            self.0.write(event)?;
            // SAFETY: as in `forked`.
            let pid = unsafe { fork() };
            if pid != 0 {
                Forked(pid).join();
            }
            Ok(())
        }

        fn flush(&mut self) -> io::Result<()> {
            self.0.flush()
        }
    }

    let Some(directory) = child_directory() else {
        return;
    };
    let handle = tiny().sink(Forking(file(&directory))).init();
    (0..5).for_each(|n| info!("{n}"));
    flush_and_balance(&handle);
}

#[test]
fn a_fork_within_init_leaves_a_child_that_does_not_log_and_ends() {
    let (directory, _) = run("child_with_a_sink_that_forks_when_it_is_named");
    assert_eq!(lines(&directory), ["parent"]);
}

#[test]
#[ignore = "the child of another test"]
fn child_with_a_sink_that_forks_when_it_is_named() {
    struct Named(File, AtomicBool);

    impl Sink for Named {
        fn write(&mut self, event: &EventRef<'_>) -> io::Result<()> {
            self.0.write(event)
        }

        fn flush(&mut self) -> io::Result<()> {
            self.0.flush()
        }

        fn name(&self) -> String {
            // ttlog holds a lock here.
            if !self.1.swap(true, Ordering::Relaxed) {
                forked(|| {
                    info!("child");
                    let other = thread::spawn(|| {
                        info!("thread of the child");
                        tiny().try_init().unwrap_err()
                    });
                    assert!(matches!(other.join(), Ok(InitError::Thread(_))));
                    ttlog::set_level(LogLevel::Trace);
                })
                .join();
            }
            "named".to_owned()
        }
    }

    let Some(directory) = child_directory() else {
        return;
    };
    let sink = Named(file(&directory), AtomicBool::new(false));
    let handle = tiny().sink(sink).init();
    info!("parent");
    flush_and_balance(&handle);
}

/// How many times the process forks; more with `TTLOG_FORKS`.
fn forks() -> u64 {
    let asked = std::env::var("TTLOG_FORKS").ok();
    asked.and_then(|number| number.parse().ok()).unwrap_or(200)
}

#[test]
fn forks_while_threads_log_at_full_speed_lose_nothing_and_end() {
    let (directory, _) = run("child_that_forks_under_load");
    let lines = lines(&directory);
    for n in 0..forks() {
        for m in 0..5 {
            assert_eq!(count(&lines, &format!("child {n} {m}")), 1);
        }
    }
    assert_eq!(lines.len() as u64, forks() * 5);
}

#[test]
#[ignore = "the child of another test"]
fn child_that_forks_under_load() {
    let Some(directory) = child_directory() else {
        return;
    };
    let sink = file(&directory).with_filter("forks=info");
    let handle = tiny().console().sink(sink).init();
    handle.set_filter("error,load=info,forks=info").unwrap();
    let local = tiny().recorder_only().build().unwrap();
    let running = AtomicBool::new(true);
    let logged = AtomicU64::new(0);
    thread::scope(|threads| {
        for _ in 0..3 {
            threads.spawn(|| {
                while running.load(Ordering::Relaxed) {
                    info!(target: "load", "busy", n = logged.fetch_add(1, Ordering::Relaxed));
                }
            });
        }
        // What takes each of the locks. No threads that come and go: the standard library has a lock of its own for those.
        threads.spawn(|| {
            while running.load(Ordering::Relaxed) {
                handle.set_level(LogLevel::Error);
                local.scope(|| warn!("local"));
                local.stats();
                handle.stats();
            }
        });
        let forking = threads.spawn(|| {
            for n in 0..forks() {
                forked(|| {
                    (0..5).for_each(|m| info!(target: "forks", "child {n} {m}"));
                    let stats = flush_and_balance(&handle);
                    assert_eq!((stats.recorded, stats.dropped), (5, 0));
                    // The standard library's lock is free, too.
                    let _ = writeln!(io::stderr(), "through the standard library");
                })
                .join();
            }
        });
        wait_until("all forks are done", || forking.is_finished());
        running.store(false, Ordering::Relaxed);
        forking.join().unwrap();
    });
    let stats = flush_and_balance(&handle);
    assert_eq!(stats.recorded, logged.load(Ordering::Relaxed));
    assert_eq!((stats.dropped, stats.overwritten), (0, 0));
}

#[test]
fn a_console_of_a_child_has_its_parents_format() {
    let (_, stderr) = run("child_with_a_formatted_console");
    assert!(stderr.contains("\x1b["), "{stderr}");
    assert_eq!(stderr.matches("in colour\n").count(), 1, "{stderr}");
}

#[test]
#[ignore = "the child of another test"]
fn child_with_a_formatted_console() {
    if child_directory().is_none() {
        return;
    }
    let console = Console::stderr()
        .format(Text)
        .color(ttlog::sink::ColorChoice::Always);
    let _handle = tiny().sink(console).init();
    forked(|| info!("in colour")).join();
}

#[test]
fn a_childs_histograms_begin_empty_and_are_reported_by_the_child() {
    let (directory, _) = run("child_whose_child_measures");
    let lines = lines(&directory);
    let of_child = ["query 2", "only the child's 1"];
    assert_eq!(lines[..2], of_child, "{lines:?}");
    assert_eq!(lines[2..], ["query 4"], "{lines:?}");
}

/// A line is the message and the count.
struct Counted;

impl ttlog::Format for Counted {
    fn format(&self, event: &EventRef<'_>, out: &mut String) {
        let count = number(&event.to_log_event(), "count");
        out.push_str(&format!("{} {count}\n", event.message()));
    }

    fn duplicate(&self) -> Option<Box<dyn ttlog::Format>> {
        Some(Box::new(Counted))
    }
}

#[test]
#[ignore = "the child of another test"]
fn child_whose_child_measures() {
    let Some(directory) = child_directory() else {
        return;
    };
    let file = File::append(directory.join("log")).unwrap().format(Counted);
    let _handle = tiny().timer_interval(Duration::ZERO).sink(file).init();
    let query = || drop(timer!(histogram, "query"));
    (0..3).for_each(|_| query());
    // The child logs nothing: its first measurement starts what reports it.
    forked(|| {
        (0..2).for_each(|_| query());
        drop(timer!(histogram, "only the child's"));
    })
    .join();
    query();
}
