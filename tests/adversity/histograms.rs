//! `timer!(histogram, …)`. A histogram is the process's, and the global pipeline reports it: each case is a child process.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use ttlog::{
    EventRef, FieldValue, LogEvent, LogLevel, Logger, Sink, TtlogBuilder, install_logger, span,
    timer,
};

use crate::support::{
    Directory, Gate, Kept, child_directory, flush_and_balance, number, run_child_to_success, tiny,
    wait_until,
};

/// Appends a line for each report: its message and its count.
struct Lines(PathBuf);

impl Lines {
    fn of(directory: &Path) -> Lines {
        Lines(directory.join("lines"))
    }

    fn add(&self, event: &LogEvent) -> io::Result<()> {
        if event.field("count").is_none() {
            return Ok(());
        }
        let line = format!("{}: {}\n", event.message, number(event, "count"));
        let mut options = OpenOptions::new();
        let mut file = options.create(true).append(true).open(&self.0)?;
        file.write_all(line.as_bytes())
    }
}

impl Sink for Lines {
    fn write(&mut self, event: &EventRef<'_>) -> io::Result<()> {
        self.add(&event.to_log_event())
    }
}

impl Logger for Lines {
    fn emit(&self, event: LogEvent) {
        self.add(&event).unwrap();
    }

    fn flush(&self) {}

    fn set_level(&self, _level: LogLevel) {}
}

fn lines(directory: &Directory) -> Vec<String> {
    let text = std::fs::read_to_string(directory.path().join("lines")).unwrap();
    text.lines().map(str::to_owned).collect()
}

fn run(child: &str) -> Directory {
    let directory = Directory::new();
    run_child_to_success(&format!("histograms::{child}"), &directory);
    directory
}

/// Reports only at the end.
fn at_the_end() -> TtlogBuilder {
    tiny().timer_interval(Duration::ZERO)
}

/// Reports all the time.
fn always() -> TtlogBuilder {
    tiny().timer_interval(Duration::from_nanos(1))
}

/// The counts of all reports of this name together.
fn counted(events: &[LogEvent], name: &str) -> u64 {
    let reports = events.iter().filter(|event| event.message == name);
    reports.map(|report| number(report, "count")).sum()
}

fn duration(event: &LogEvent, field: &str) -> Duration {
    match event.field(field) {
        Some(FieldValue::Duration(duration)) => *duration,
        other => panic!("{field} of {event:?} is {other:?}"),
    }
}

// ---- What a report says ----

#[test]
fn a_report_is_one_event_of_the_call_when_the_handle_is_dropped_or_the_process_ends() {
    let directory = run("child_that_measures");
    let lines = lines(&directory);
    assert_eq!(lines, ["query: 1000", "plan: 1", "query: 7"]);
}

#[test]
#[ignore = "the child of another test"]
fn child_that_measures() {
    let Some(directory) = child_directory() else {
        return;
    };
    let kept = Kept::default();
    let handle = at_the_end()
        .sink(kept.clone())
        .sink(Lines::of(&directory))
        .init();
    let query = |times| {
        for _ in 0..times {
            let _timer = timer!(histogram, "query");
        }
    };
    let line = line!() - 3;
    query(1_000);
    drop(timer!(target: "planner", histogram, LogLevel::Error, "plan",));
    timer!(histogram, "discarded").discard();
    drop(timer!(histogram, LogLevel::Debug, "not wanted"));
    assert_eq!(flush_and_balance(&handle).recorded, 0);
    {
        let _span = span!("of the thread that reports");
        drop(handle);
    }
    let events: Vec<_> = kept
        .events()
        .into_iter()
        .filter(|event| event.field("count").is_some())
        .collect();
    assert_eq!(events.len(), 2);
    let report = &events[0];
    assert_eq!(
        (report.level, &*report.target),
        (LogLevel::Info, module_path!())
    );
    assert_eq!(
        (report.file.as_deref(), report.line),
        (Some(file!()), Some(line))
    );
    assert_eq!(report.span_id, None);
    let names: Vec<&str> = report.fields.iter().map(|field| &*field.key).collect();
    assert_eq!(names, ["count", "min", "max", "mean", "p50", "p90", "p99"]);
    let times = ["min", "p50", "p90", "p99", "max"].map(|field| duration(report, field));
    assert!(times.is_sorted(), "{report:?}");
    assert!((times[0]..=times[4]).contains(&duration(report, "mean")));
    assert_eq!(
        (events[1].level, &*events[1].target),
        (LogLevel::Error, "planner")
    );
    // Before the end of the process.
    query(7);
}

#[test]
fn what_is_not_wanted_any_more_is_not_reported() {
    let directory = run("child_that_turns_a_level_off");
    assert_eq!(lines(&directory), ["wanted: 1"]);
}

#[test]
#[ignore = "the child of another test"]
fn child_that_turns_a_level_off() {
    let Some(directory) = child_directory() else {
        return;
    };
    let handle = at_the_end().sink(Lines::of(&directory)).init();
    drop(timer!(histogram, LogLevel::Info, "not wanted"));
    drop(timer!(histogram, LogLevel::Warn, "wanted"));
    handle.set_level(LogLevel::Warn);
}

#[test]
fn what_is_measured_in_a_scope_or_before_init_is_the_process_s() {
    let directory = run("child_that_measures_in_a_scope");
    assert_eq!(lines(&directory), ["before: 1", "in a scope: 1"]);
}

#[test]
#[ignore = "the child of another test"]
fn child_that_measures_in_a_scope() {
    let Some(directory) = child_directory() else {
        return;
    };
    drop(timer!(histogram, "before"));
    let _handle = at_the_end().sink(Lines::of(&directory)).init();
    let kept = Kept::default();
    let local = always().sink(kept.clone()).build().unwrap();
    local.scope(|| drop(timer!(histogram, "in a scope")));
    drop(local);
    assert_eq!(kept.len(), 0);
}

// ---- At an interval ----

#[test]
fn threads_that_measure_while_reports_are_made_lose_nothing() {
    run("child_whose_threads_measure");
}

#[test]
#[ignore = "the child of another test"]
fn child_whose_threads_measure() {
    if child_directory().is_none() {
        return;
    }
    const EACH: u64 = 20_000;
    let kept = Kept::default();
    let handle = always().sink(kept.clone()).init();
    let reports = |name: &str| {
        let events = kept.events();
        events.iter().filter(|event| event.message == name).count()
    };
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                for _ in 0..EACH {
                    let _timer = timer!(histogram, "shared");
                }
            });
        }
    });
    drop(timer!(histogram, "once"));
    wait_until("the interval's report is there", || reports("once") == 1);
    // What has nothing to tell says nothing: many intervals are over before this one's second report.
    for round in 1..20 {
        drop(timer!(histogram, "again"));
        wait_until("there is one more", || reports("again") == round);
    }
    let stats = flush_and_balance(&handle);
    assert_eq!(stats.dropped, 0);
    drop(handle);
    let events = kept.events();
    assert_eq!(counted(&events, "shared"), 3 * EACH);
    assert_eq!(counted(&events, "once"), 1);
    assert_eq!(counted(&events, "again"), 19);
    assert_eq!(reports("again"), 19);
    assert!(events.iter().all(|event| number(event, "count") > 0));
}

macro_rules! ten {
    ($($call:tt)*) => { $($call)*; $($call)*; $($call)*; $($call)*; $($call)*; $($call)*; $($call)*; $($call)*; $($call)*; $($call)* };
}

#[test]
fn more_reports_than_a_ring_holds_lose_nothing() {
    run("child_with_many_histograms");
}

#[test]
#[ignore = "the child of another test"]
fn child_with_many_histograms() {
    if child_directory().is_none() {
        return;
    }
    let kept = Kept::default();
    let handle = always().sink(kept.clone()).init();
    // 300 call sites, of which each report takes more than 100 bytes; a ring has 8 KiB.
    ten!(ten!(drop(timer!(histogram, "many"))));
    ten!(ten!(drop(timer!(histogram, "many"))));
    ten!(ten!(drop(timer!(histogram, "many"))));
    wait_until("all are reported", || {
        counted(&kept.events(), "many") == 300
    });
    assert_eq!(flush_and_balance(&handle).dropped, 0);
    assert_eq!(kept.len(), 300);
}

// ---- A custom logger ----

#[test]
fn a_custom_logger_is_given_the_reports_at_the_end() {
    let directory = run("child_with_a_custom_logger_alone");
    assert_eq!(lines(&directory), ["query: 3"]);
}

#[test]
#[ignore = "the child of another test"]
fn child_with_a_custom_logger_alone() {
    let Some(directory) = child_directory() else {
        return;
    };
    install_logger(Box::new(Lines::of(&directory)));
    for _ in 0..3 {
        drop(timer!(histogram, "query"));
    }
}

/// Hangs in the first event until a gate opens, and keeps all.
struct Hanging {
    gate: Gate,
    kept: &'static Mutex<Vec<LogEvent>>,
}

impl Logger for Hanging {
    fn emit(&self, event: LogEvent) {
        self.kept.lock().unwrap().push(event);
        self.gate.pass();
    }

    fn flush(&self) {}

    fn set_level(&self, _level: LogLevel) {}
}

#[test]
fn a_custom_logger_that_hangs_in_a_report_keeps_nobody_else_waiting() {
    run("child_whose_custom_logger_hangs");
}

#[test]
#[ignore = "the child of another test"]
fn child_whose_custom_logger_hangs() {
    if child_directory().is_none() {
        return;
    }
    static KEPT: Mutex<Vec<LogEvent>> = Mutex::new(Vec::new());
    let counted = |name| counted(&KEPT.lock().unwrap(), name);
    let gate = Gate::closed();
    let handle = always().recorder_only().init();
    install_logger(Box::new(Hanging {
        gate: gate.clone(),
        kept: &KEPT,
    }));
    drop(timer!(histogram, "query"));
    wait_until("it hangs", || counted("query") == 1);
    assert_eq!(
        KEPT.lock().unwrap()[0].thread_name.as_deref(),
        Some("ttlog-timers")
    );
    // The snapshot thread answers, round after round.
    for _ in 0..20 {
        drop(timer!(histogram, "query"));
        assert!(handle.flush());
    }
    assert_eq!(counted("query"), 1);
    gate.open();
    wait_until("the rest is reported", || counted("query") == 21);
}
