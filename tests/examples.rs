//! The examples as their users run them: what they print, and how they end.
//!
//! `cargo test` builds them beside this test; with `--test examples`, `cargo build --examples` has to come first.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use ttlog::{LogLevel, SnapshotReader};

/// Its own test runs here, too.
#[path = "../examples/capture_in_test.rs"]
#[expect(dead_code, reason = "an example's `main`")]
mod capture_in_test;

/// The example of this name, free of what the environment says of logging.
fn example(name: &str) -> Command {
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().and_then(Path::parent).unwrap();
    let path = profile
        .join("examples")
        .join(name)
        .with_extension(std::env::consts::EXE_EXTENSION);
    assert!(
        path.exists(),
        "{} is missing: `cargo build --examples` makes it",
        path.display()
    );
    let mut command = Command::new(path);
    for variable in ["RUST_LOG", "TTLOG_FORMAT", "RUST_BACKTRACE"] {
        command.env_remove(variable);
    }
    command.env("NO_COLOR", "1");
    command
}

/// What a run gave.
struct Run {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl From<Output> for Run {
    fn from(output: Output) -> Run {
        Run {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

fn run(command: &mut Command) -> Run {
    command.output().unwrap().into()
}

/// Runs an example that has to succeed.
fn succeed(name: &str) -> Run {
    let run = run(&mut example(name));
    assert_eq!(run.code, Some(0), "{}{}", run.stdout, run.stderr);
    run
}

#[test]
fn json_rolling_file_keeps_three_files_and_the_active_one() {
    let stdout = succeed("json_rolling_file").stdout;
    let lines: Vec<_> = stdout.lines().collect();
    assert_eq!(lines.len(), 5, "{stdout}");
    assert!(lines[..4].iter().all(|line| line.ends_with(": true")));
    let newest =
        r#""message":"order placed","fields":{"order":200,"total":300.0,"note":"two\nlines"}"#;
    assert!(lines[4].contains(newest), "{stdout}");
}

#[test]
fn custom_sink_is_given_what_its_filter_lets_through() {
    let run = succeed("custom_sink");
    assert_eq!(run.stderr.lines().count(), 3, "{}", run.stderr);
    let calls: Vec<_> = run.stdout.lines().collect();
    assert!(calls[0].starts_with("on call: ERROR: disk failed (examples/custom_sink.rs:"));
    assert_eq!(calls[1], "console stderr took 3 and was spared 0");
    assert_eq!(calls[2], "Pager took 1 and was spared 2");
}

#[test]
fn spans_tell_where_an_error_came_from() {
    let lines = succeed("spans").stderr;
    let lines: Vec<_> = lines.lines().collect();
    let ends = |end: &str| lines.iter().filter(|line| line.ends_with(end)).count();
    assert_eq!(ends("checkout{user_id=7}: spans: paid sum=42"), 1);
    assert_eq!(ends("line{number=0}: spans: added"), 2);
    assert_eq!(ends("line{number=1}: spans: added"), 1);
    assert_eq!(ends("outcome=error"), 1);
    let failed = lines[lines.len() - 2];
    assert!(failed.contains("ERROR total{") && failed.contains("invalid digit"));
}

#[test]
fn capture_in_test_shows_types() {
    let stdout = succeed("capture_in_test").stdout;
    assert!(stdout.starts_with("INFO money withdrawn\n  amount = U64(70)\n"));
    assert!(stdout.ends_with("  missing = U64(40)\n"));
}

#[test]
fn spread_fields_shows_each_field() {
    let stderr = succeed("spread_fields").stderr;
    let lines: Vec<_> = stderr.lines().collect();
    assert!(lines[0].ends_with(
        "upload duration_ms=12 path=\"/srv/cat.jpeg\" bytes=70144 client.name=Ada \
         client.token=\"[redacted]\" outcome=stored"
    ));
    assert!(lines[1].ends_with("upload refused bytes=70144 reason=TooLarge limit_bytes=65536"));
    assert!(lines[2].ends_with("upload refused reason=\"not allowed\""));
}

#[test]
fn change_filter_changes_what_is_logged() {
    let stdout = succeed("change_filter").stdout;
    let (changes, mistake) = stdout.trim_end().rsplit_once('\n').unwrap();
    assert_eq!(
        changes,
        "at first: query done, request served, cache nearly full\n\
         level warn: cache nearly full\n\
         debug for the database: query planned, query done, cache nearly full\n\
         off, by another thread: "
    );
    assert!(mistake.starts_with("a mistake is told: filter directive \"database=loud\""));
}

#[test]
fn panic_snapshot_tells_what_led_to_the_panic() {
    let run = succeed("panic_snapshot");
    let panic = "thread panicked: attempt to divide by zero location=examples/panic_snapshot.rs:";
    assert!(
        run.stderr
            .contains("ttlog: the last events before the panic are in ")
    );
    assert!(
        run.stdout
            .starts_with("the waiter is well: false\npanic: attempt to divide by zero\n")
    );
    assert!(
        run.stdout
            .contains("\n  [waiter] DEBUG sharing total=100 guests=0\n")
    );
    assert!(
        run.stdout
            .contains(&format!("\n  [waiter] CRITICAL {panic}"))
    );
}

#[test]
fn threads_keep_their_names_and_their_order() {
    assert_eq!(
        succeed("threads").stdout,
        "baker: 1000 events, in order: true\n\
         cook: 1000 events, in order: true\n\
         waiter: 1000 events, in order: true\n\
         together: 3000 events\n"
    );
}

#[test]
fn custom_logger_is_given_what_is_enabled() {
    assert_eq!(
        succeed("custom_logger").stdout,
        "1 <INFO> order placed; order is 17; total is 25.5\n\
         from here on: DEBUG\n\
         2 <DEBUG> stock looked up; left is 3\n\
         3 <WARN> stock is low; article is espresso; left is 3\n"
    );
}

// ---- Quickstart ----

/// A directory that is removed at the end of the test, with one for snapshots in it.
struct TempDir(PathBuf);

impl TempDir {
    fn new(name: &str) -> TempDir {
        let name = format!("ttlog-examples-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(path.join("snapshots")).unwrap();
        TempDir(path)
    }

    fn write(&self, path: &str, bytes: usize) {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, vec![0; bytes]).unwrap();
    }

    /// The quickstart with its snapshots in here.
    fn quickstart(&self) -> Command {
        let mut command = example("quickstart");
        for variable in ["TMPDIR", "TMP", "TEMP"] {
            command.env(variable, self.0.join("snapshots"));
        }
        command
    }

    fn snapshots(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.0.join("snapshots")).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn quickstart_finds_what_is_there() {
    let directory = TempDir::new("tree");
    directory.write("tree/a/large", 5_000);
    directory.write("tree/a/b/small", 7);
    directory.write("tree/cache/CACHEDIR.TAG", 43);
    #[cfg(unix)]
    std::os::unix::fs::symlink(directory.0.join("tree"), directory.0.join("tree/a/loop")).unwrap();

    let run = run(directory.quickstart().arg(directory.0.join("tree")));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let total = "found.directories=3 found.files=2 found.bytes=5007 found.unreadable=0 took=";
    assert!(run.stderr.contains(total), "{}", run.stderr);
    assert!(run.stderr.contains("large file bytes=5000 path="));
    assert!(!run.stderr.contains("DEBUG") && !run.stderr.contains('\x1b'));
    // The recorder has what the console left out.
    let known = "  the newest 8 events: {Debug: 4, Info: 4}\n  the slowest directory: ";
    assert!(run.stdout.contains(known), "{}", run.stdout);
    assert!(
        run.stdout
            .contains("sink console stderr: delivered 4, filtered 4, overwritten 0, dropped 0\n")
    );

    let [snapshot] = &directory.snapshots()[..] else {
        panic!("one snapshot is made");
    };
    assert!(
        run.stdout
            .ends_with(&format!("show {}\n", snapshot.display()))
    );
    let events = SnapshotReader::open(snapshot)
        .unwrap()
        .log_events()
        .unwrap();
    let read = events
        .iter()
        .find(|event| event.message == "directory read")
        .unwrap();
    assert_eq!(read.level, LogLevel::Debug);
    assert!(read.thread_name.as_deref().unwrap().starts_with("walker-"));
}

#[cfg(unix)]
#[test]
fn quickstart_tells_of_a_directory_that_it_can_not_read() {
    use std::os::unix::fs::PermissionsExt;

    let directory = TempDir::new("locked");
    directory.write("tree/locked/secret", 1);
    let locked = directory.0.join("tree/locked");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).unwrap();
    let is_root = fs::read_dir(&locked).is_ok();
    let run = run(directory.quickstart().arg(directory.0.join("tree")));
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o700)).unwrap();
    if is_root {
        return;
    }
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(
        run.stderr.contains("WARN  quickstart: can't be read path="),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr
            .contains("error=\"Permission denied (os error 13)\"")
    );
    assert!(
        run.stderr
            .contains("found.directories=1 found.files=0 found.bytes=0 found.unreadable=1")
    );
}

#[test]
fn quickstart_is_readable_on_this_project_and_shows_all_when_asked() {
    let directory = TempDir::new("itself");
    let quiet = run(&mut directory.quickstart());
    assert_eq!(quiet.code, Some(0), "{}", quiet.stderr);
    let lines = quiet.stdout.lines().count() + quiet.stderr.lines().count();
    assert!(lines <= 40, "{}{}", quiet.stderr, quiet.stdout);
    let large = quiet
        .stderr
        .matches(" quickstart: large file bytes=")
        .count();
    assert_eq!(large, 5, "{}", quiet.stderr);
    assert!(quiet.stderr.contains("walk is over"), "{}", quiet.stderr);

    let mut command = directory.quickstart();
    let all = run(command.env("RUST_LOG", "debug").env("TTLOG_FORMAT", "json"));
    assert!(
        all.stderr
            .lines()
            .all(|line| line.starts_with("{\"timestamp\":") && line.ends_with('}'))
    );
    assert!(all.stderr.contains("\"message\":\"directory read\""));
}

#[test]
fn quickstart_says_in_one_line_that_there_is_no_such_directory() {
    let run = run(example("quickstart").arg("no/such/directory"));
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
    assert!(run.stderr.starts_with("quickstart: no/such/directory: "));
    assert_eq!(run.stderr.lines().count(), 1);
}
