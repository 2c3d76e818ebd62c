//! Panics of a program that is built with `panic = "abort"`: `tests/abort`, which is built here, in the profile of that name.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use ttlog::SnapshotReader;

/// Builds the program, without a network.
fn build() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("abort");
    let built = Command::new(env!("CARGO"))
        .args(["build", "--offline", "--package", "ttlog-test-abort"])
        .args(["--profile", "abort", "--target-dir"])
        .arg(&target)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&built.stderr);
    assert!(built.status.success(), "{stderr}");
    target
        .join("abort/ttlog-test-abort")
        .with_extension(env::consts::EXE_EXTENSION)
}

#[test]
fn a_panic_that_aborts_leaves_its_snapshot_and_what_was_logged_before() {
    let program = build();
    for (thread, said) in [
        ("main", "of the main thread"),
        ("other", "of another thread"),
    ] {
        let name = format!("ttlog-abort-{}-{thread}", std::process::id());
        let directory = env::temp_dir().join(name);
        fs::create_dir_all(&directory).unwrap();
        let status = Command::new(&program)
            .arg(&directory)
            .arg(thread)
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert!(!status.success());
        #[cfg(unix)]
        assert_eq!(
            std::os::unix::process::ExitStatusExt::signal(&status),
            Some(6),
            "SIGABRT"
        );
        let paths = fs::read_dir(&directory)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        let snapshots: Vec<PathBuf> = paths
            .filter(|path| {
                path.extension()
                    .is_some_and(|extension| extension == "ttlog")
            })
            .collect();
        assert_eq!(snapshots.len(), 1);
        let mut snapshot = SnapshotReader::open(&snapshots[0]).unwrap();
        let events = snapshot.log_events().unwrap();
        let messages: Vec<&str> = events.iter().map(|event| &event.message[..]).collect();
        let panic = format!("thread panicked: {said}");
        assert_eq!(messages, ["context", &panic]);
        let last = &events[1];
        assert_eq!(last.thread_name.as_deref(), Some(thread));
        assert!(last.file.as_deref().unwrap().ends_with("main.rs"));
        let log = fs::read_to_string(directory.join("log")).unwrap();
        assert!(log.contains("context") && log.contains(said), "{log}");
        fs::remove_dir_all(directory).unwrap();
    }
}
