//! The global pipeline: its start by a log call, its takeover by `init`, thread and process exit, a custom logger in its place.
//! Each of these is a child process.

use std::cell::RefCell;
use std::ffi::c_int;
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;

use ttlog::{
    EventBuilder, EventRef, InitError, LogEvent, LogLevel, Logger, Sink, emit_fast, enabled, error,
    info, install_logger, trace,
};

use crate::support::{
    Directory, Kept, assert_balanced, child_directory, flush_and_balance, number,
    run_child_to_success, tiny, wait_until,
};

/// Appends each message as a line, so that a parent can read what came before a process ended.
struct Lines(File);

impl Lines {
    fn create(directory: &Path) -> Lines {
        let path = directory.join("lines");
        let mut options = OpenOptions::new();
        Lines(options.create(true).append(true).open(path).unwrap())
    }

    fn of(directory: &Directory) -> Vec<String> {
        let text = std::fs::read_to_string(directory.path().join("lines")).unwrap();
        text.lines().map(str::to_owned).collect()
    }
}

impl Sink for Lines {
    fn write(&mut self, event: &EventRef<'_>) -> io::Result<()> {
        writeln!(self.0, "{}", event.message())
    }
}

fn run(child: &str) -> (Directory, String) {
    let directory = Directory::new();
    let stderr = run_child_to_success(&format!("global::{child}"), &directory);
    (directory, stderr)
}

// ---- Before and after init ----

#[test]
fn a_log_call_before_init_starts_ttlog_and_init_takes_over() {
    let (_, stderr) = run("child_that_logs_before_init");
    let early: Vec<_> = stderr
        .lines()
        .filter(|line| line.contains("early"))
        .collect();
    assert_eq!(early.len(), 100, "{stderr}");
    assert!(!stderr.contains("late"), "{stderr}");
}

#[test]
#[ignore = "the child of another test"]
fn child_that_logs_before_init() {
    let Some(directory) = child_directory() else {
        return;
    };
    (0..100_u64).for_each(|n| info!("early", n));
    trace!("early, but not wanted");
    let kept = Kept::default();
    let handle = tiny()
        .level(LogLevel::Trace)
        .snapshot_dir(&directory)
        .sink(kept.clone())
        .init();
    (0..100_u64).for_each(|n| trace!("late", n));
    let stats = flush_and_balance(&handle);
    assert_eq!(stats.recorded, 200);
    assert_eq!(
        (stats.sinks[0].recorded, stats.sinks[0].delivered),
        (100, 100)
    );
    let late: Vec<u64> = kept
        .events()
        .iter()
        .map(|event| number(event, "n"))
        .collect();
    assert!(late.into_iter().eq(0..100));

    let error = ttlog::init().try_init().unwrap_err();
    assert!(matches!(error, InitError::AlreadyInitialized));

    let path = handle.snapshot("of both").unwrap();
    let events = ttlog::SnapshotReader::open(path)
        .unwrap()
        .log_events()
        .unwrap();
    assert_eq!(events.len(), 200, "the recorder goes on with what it had");
}

#[test]
fn a_small_recorder_takes_over_the_newest_events() {
    run("child_with_a_smaller_recorder_than_before");
}

#[test]
#[ignore = "the child of another test"]
fn child_with_a_smaller_recorder_than_before() {
    let Some(directory) = child_directory() else {
        return;
    };
    // More than the recorder that `init` asks for can hold, less than the one that is there by itself.
    (0..20_000_u64).for_each(|n| info!("early", n));
    let handle = tiny().snapshot_dir(&directory).sink(Kept::default()).init();
    let path = handle.snapshot("after init").unwrap();
    let events = ttlog::SnapshotReader::open(path)
        .unwrap()
        .log_events()
        .unwrap();
    let numbers: Vec<u64> = events.iter().map(|event| number(event, "n")).collect();
    assert!(numbers.len() > 500);
    assert_eq!(numbers.last(), Some(&19_999));
    assert_balanced(&handle.stats());
}

#[test]
fn init_wins_against_log_calls_of_other_threads() {
    for _ in 0..10 {
        let (_, stderr) = run("child_that_initializes_while_others_log");
        assert!(!stderr.contains("initialized"), "{stderr}");
    }
}

#[test]
#[ignore = "the child of another test"]
fn child_that_initializes_while_others_log() {
    if child_directory().is_none() {
        return;
    }
    let kept = Kept::default();
    let ready = Barrier::new(5);
    let handle = thread::scope(|threads| {
        for _ in 0..4 {
            threads.spawn(|| {
                ready.wait();
                (0..50_u64).for_each(|n| info!("racing", n));
            });
        }
        ready.wait();
        ttlog::init().sink(kept.clone()).try_init().unwrap()
    });
    (0..10_u64).for_each(|n| info!("after", n));
    let stats = flush_and_balance(&handle);
    assert_eq!(stats.recorded, 210);
    assert_eq!(stats.sinks[0].name, "Kept");
    let after = kept.messages();
    assert_eq!(
        after.iter().filter(|message| *message == "after").count(),
        10
    );
}

#[test]
fn the_first_log_calls_of_several_threads_start_ttlog_once() {
    for _ in 0..10 {
        let (_, stderr) = run("child_whose_threads_log_first_at_once");
        let lines = stderr.lines().filter(|line| line.contains("racing"));
        assert_eq!(lines.count(), 200, "{stderr}");
        assert!(!stderr.contains("initialized"), "{stderr}");
    }
}

#[test]
#[ignore = "the child of another test"]
fn child_whose_threads_log_first_at_once() {
    if child_directory().is_none() {
        return;
    }
    let ready = Barrier::new(4);
    thread::scope(|threads| {
        for _ in 0..4 {
            threads.spawn(|| {
                ready.wait();
                (0..50_u64).for_each(|n| info!("racing", n));
            });
        }
    });
}

#[test]
fn what_is_logged_after_the_drop_of_the_handle_is_there_in_the_end() {
    let (directory, _) = run("child_that_drops_its_handle");
    assert_eq!(Lines::of(&directory), ["before", "after", "thread"]);
}

#[test]
#[ignore = "the child of another test"]
fn child_that_drops_its_handle() {
    let Some(directory) = child_directory() else {
        return;
    };
    let handle = tiny().sink(Lines::create(&directory)).init();
    info!("before");
    drop(handle);
    info!("after");
    thread::spawn(|| info!("thread")).join().unwrap();
}

// ---- The end of threads ----

/// Logs when its thread ends.
struct Farewell(&'static str);

impl Drop for Farewell {
    fn drop(&mut self) {
        info!("{}", self.0);
    }
}

thread_local! {
    static FIRST: RefCell<Option<Farewell>> = const { RefCell::new(None) };
    static SECOND: RefCell<Option<Farewell>> = const { RefCell::new(None) };
}

fn leave(farewell: &'static thread::LocalKey<RefCell<Option<Farewell>>>, text: &'static str) {
    farewell.set(Some(Farewell(text)));
}

#[test]
fn destructors_of_thread_local_data_may_log() {
    run("child_whose_threads_log_while_they_end");
}

#[test]
#[ignore = "the child of another test"]
fn child_whose_threads_log_while_they_end() {
    if child_directory().is_none() {
        return;
    }
    let kept = Kept::default();
    let handle = tiny().sink(kept.clone()).init();
    for _ in 0..200 {
        let thread = thread::spawn(|| {
            leave(&FIRST, "made before");
            info!("hello");
            leave(&SECOND, "made after");
        });
        thread.join().unwrap();
        thread::spawn(|| leave(&FIRST, "nothing else"))
            .join()
            .unwrap();
    }
    let stats = flush_and_balance(&handle);
    assert_eq!((stats.recorded, stats.dropped), (800, 0));
    assert!(stats.rings < 100, "{} rings", stats.rings);
    for text in ["made before", "hello", "made after", "nothing else"] {
        let messages = kept.messages();
        assert_eq!(
            messages.iter().filter(|message| *message == text).count(),
            200
        );
    }
}

// ---- The end of the process ----

unsafe extern "C" {
    fn atexit(function: extern "C" fn()) -> c_int;
}

extern "C" fn log_at_exit() {
    info!("at exit");
}

fn register_log_at_exit() {
    // SAFETY: the function lives as long as the process and does not unwind.
    assert_eq!(unsafe { atexit(log_at_exit) }, 0);
}

#[test]
fn an_exit_handler_may_log_and_what_is_logged_before_is_there() {
    let (directory, _) = run("child_that_logs_at_exit");
    let lines = Lines::of(&directory);
    assert_eq!(lines[..2], ["event", "at exit"], "{lines:?}");
}

#[test]
#[ignore = "the child of another test"]
fn child_that_logs_at_exit() {
    let Some(directory) = child_directory() else {
        return;
    };
    // One handler runs after ttlog's own flush, one before it.
    register_log_at_exit();
    let handle = tiny().sink(Lines::create(&directory)).init();
    register_log_at_exit();
    std::mem::forget(handle);
    info!("event");
    std::process::exit(0);
}

#[test]
fn an_exit_while_threads_log_ends_the_process() {
    for _ in 0..5 {
        run("child_that_exits_while_threads_log");
    }
}

#[test]
#[ignore = "the child of another test"]
fn child_that_exits_while_threads_log() {
    let Some(directory) = child_directory() else {
        return;
    };
    let _handle = tiny().sink(Lines::create(&directory)).init();
    for _ in 0..3 {
        thread::spawn(|| {
            loop {
                info!("event");
            }
        });
    }
    wait_until("something is logged", || {
        std::fs::metadata(directory.join("lines")).unwrap().len() > 10_000
    });
    std::process::exit(0);
}

#[test]
fn an_exit_inside_a_value_ends_the_process() {
    let (directory, _) = run("child_that_exits_in_a_value");
    assert_eq!(Lines::of(&directory), ["event"]);
}

#[test]
#[ignore = "the child of another test"]
fn child_that_exits_in_a_value() {
    struct Exit;

    impl fmt::Display for Exit {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            std::process::exit(0);
        }
    }

    let Some(directory) = child_directory() else {
        return;
    };
    let _handle = tiny().sink(Lines::create(&directory)).init();
    info!("event");
    info!("never", value = %Exit);
}

#[test]
fn an_exit_inside_a_sink_ends_the_process() {
    run("child_that_exits_in_a_sink");
}

#[test]
#[ignore = "the child of another test"]
fn child_that_exits_in_a_sink() {
    struct Exit;

    impl Sink for Exit {
        fn write(&mut self, _: &EventRef<'_>) -> io::Result<()> {
            std::process::exit(0);
        }
    }

    if child_directory().is_none() {
        return;
    }
    let handle = tiny().sink(Exit).init();
    info!("event");
    handle.flush();
    wait_until("the sink has ended the process", || false);
}

#[test]
fn a_sink_of_the_global_pipeline_may_log() {
    run("child_with_a_sink_that_logs");
}

#[test]
#[ignore = "the child of another test"]
fn child_with_a_sink_that_logs() {
    struct Chatty(Kept);

    impl Sink for Chatty {
        fn write(&mut self, event: &EventRef<'_>) -> io::Result<()> {
            if event.message() == "event" {
                info!(target: "sink", "about {}", event.message());
            }
            self.0.keep(event);
            Ok(())
        }

        fn flush(&mut self) -> io::Result<()> {
            trace!(target: "sink", "flushed");
            Ok(())
        }
    }

    if child_directory().is_none() {
        return;
    }
    let kept = Kept::default();
    let handle = tiny().sink(Chatty(kept.clone())).init();
    (0..5_000_u64).for_each(|n| info!("event", n));
    assert!(handle.flush());
    let stats = flush_and_balance(&handle);
    let events = kept.events();
    let of_caller = events.iter().filter(|event| event.message == "event");
    assert_eq!(of_caller.count(), 5_000);
    assert_eq!(kept.told_lost("dropped"), stats.dropped);
}

// ---- A custom logger ----

#[derive(Clone, Default)]
struct Custom {
    events: Arc<Mutex<Vec<LogEvent>>>,
    levels: Arc<Mutex<Vec<LogLevel>>>,
    depth: Arc<AtomicU32>,
    deepest: Arc<AtomicU32>,
    panics: Arc<AtomicBool>,
}

impl Logger for Custom {
    fn emit(&self, event: LogEvent) {
        let depth = self.depth.fetch_add(1, Ordering::Relaxed) + 1;
        assert!(depth < 100, "the recursion has no end");
        self.deepest.fetch_max(depth, Ordering::Relaxed);
        if event.message == "recursive" {
            info!("recursive", depth);
        }
        if event.message == "recursive by hand" {
            emit_fast(event.clone());
        }
        self.depth.fetch_sub(1, Ordering::Relaxed);
        if self.panics.load(Ordering::Relaxed) {
            panic!("boom");
        }
        self.events.lock().unwrap().push(event);
    }

    fn flush(&self) {}

    fn set_level(&self, level: LogLevel) {
        self.levels.lock().unwrap().push(level);
    }
}

#[test]
fn a_custom_logger_gets_no_value_that_must_not_be_recorded() {
    run("child_with_a_custom_logger_and_secrets");
}

#[test]
#[ignore = "the child of another test"]
fn child_with_a_custom_logger_and_secrets() {
    if child_directory().is_none() {
        return;
    }
    let _handle = ttlog::init().recorder_only().redact(["password"]).init();
    let custom = Custom::default();
    install_logger(Box::new(custom.clone()));
    let (name, password) = ("my.password", String::from("secret"));
    info!("shows {password}", password, user = 7);
    info!("constant", password = "secret");
    info!("named", { name } = password);
    let event = EventBuilder::with_capacity(1).message("by hand");
    emit_fast(event.field("Password", "secret").build());
    let events = std::mem::take(&mut *custom.events.lock().unwrap());
    let messages: Vec<_> = events.iter().map(|event| &*event.message).collect();
    assert_eq!(
        messages,
        ["shows [redacted]", "constant", "named", "by hand"]
    );
    assert_eq!(events[0].field("user"), Some(&7.into()));
    for event in &events {
        assert_eq!(event.fields[0].value.as_str(), Some("[redacted]"));
    }
}

#[test]
fn a_custom_logger_gets_typed_events_and_may_log() {
    run("child_with_a_custom_logger");
}

#[test]
#[ignore = "the child of another test"]
fn child_with_a_custom_logger() {
    if child_directory().is_none() {
        return;
    }
    let custom = Custom::default();
    install_logger(Box::new(custom.clone()));
    info!("typed", user = 7_u64, ratio = 0.5, text = %"shown");
    let typed = custom.events.lock().unwrap().remove(0);
    assert_eq!(typed.message, "typed");
    assert_eq!(typed.target, module_path!());
    assert_eq!(typed.field("user"), Some(&7_u64.into()));
    assert_eq!(typed.field("ratio"), Some(&0.5.into()));
    assert_eq!(typed.field("text").unwrap().as_str(), Some("shown"));

    assert!(!enabled!(LogLevel::Trace));
    ttlog::set_level(LogLevel::Trace);
    assert_eq!(*custom.levels.lock().unwrap(), [LogLevel::Trace]);
    assert!(enabled!(LogLevel::Trace));
    ttlog::set_level(LogLevel::Error);
    info!("not wanted");
    assert!(custom.events.lock().unwrap().is_empty());
    ttlog::set_level(LogLevel::Info);

    for message in ["recursive", "recursive by hand"] {
        let event = EventBuilder::with_capacity(0).message(message).build();
        emit_fast(event);
        let deepest = custom.deepest.swap(0, Ordering::Relaxed);
        assert!((2..=8).contains(&deepest), "{message}: {deepest}");
        custom.events.lock().unwrap().clear();
    }

    // A panic in the logger is the caller's, and does no lasting harm.
    custom.panics.store(true, Ordering::Relaxed);
    for _ in 0..20 {
        std::panic::catch_unwind(|| error!("boom")).unwrap_err();
    }
    custom.panics.store(false, Ordering::Relaxed);
    info!("goes on");
    assert_eq!(custom.events.lock().unwrap().len(), 1);

    // Threads that are ending, and pipelines of their own.
    thread::spawn(|| {
        leave(&FIRST, "made before");
        info!("hello");
        leave(&SECOND, "made after");
    })
    .join()
    .unwrap();
    let ended = std::mem::take(&mut *custom.events.lock().unwrap());
    let mut said: Vec<_> = ended.into_iter().map(|event| event.message).collect();
    said.sort();
    assert_eq!(said, ["goes on", "hello", "made after", "made before"]);
    let kept = Kept::default();
    let local = tiny().sink(kept.clone()).build().unwrap();
    local.scope(|| info!("local"));
    info!("custom");
    flush_and_balance(&local);
    assert_eq!(kept.messages(), ["local"]);
    let last = custom.events.lock().unwrap().pop().unwrap();
    assert_eq!(last.message, "custom");
}

#[test]
fn a_custom_logger_takes_the_place_of_a_pipeline_that_runs() {
    run("child_with_a_custom_logger_later");
}

#[test]
#[ignore = "the child of another test"]
fn child_with_a_custom_logger_later() {
    if child_directory().is_none() {
        return;
    }
    let kept = Kept::default();
    let handle = tiny().sink(kept.clone()).init();
    info!("to the pipeline");
    let custom = Custom::default();
    install_logger(Box::new(custom.clone()));
    info!("to the logger");
    thread::spawn(|| info!("to the logger")).join().unwrap();
    flush_and_balance(&handle);
    assert_eq!(kept.messages(), ["to the pipeline"]);
    assert_eq!(custom.events.lock().unwrap().len(), 2);
}

// ---- A snapshot directory that is not there ----

#[test]
fn a_snapshot_that_can_not_be_written_is_an_error_that_names_the_place() {
    let directory = Directory::new();
    let file = directory.path().join("no-directory");
    File::create(&file).unwrap();
    let place: PathBuf = file.join("below");
    let handle = tiny().recorder_only().snapshot_dir(&place).build().unwrap();
    let error = handle.snapshot("test").unwrap_err();
    assert!(error.to_string().contains("no-directory"), "{error}");
}
