//! Who may have a path, and which paths are refused.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use ttlog::{InitError, TtlogHandle};

use crate::child::{Scene, process};

fn start_at(path: &Path) -> Result<TtlogHandle, InitError> {
    let builder = ttlog::init().recorder_only().capacity_bytes(1);
    builder.black_box(path).build()
}

/// What is said of a path that can't be used.
#[track_caller]
fn refused(path: &Path) -> String {
    match start_at(path) {
        Err(error @ InitError::BlackBox { .. }) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_second_on_a_path_is_told_who_has_it() {
    let scene = Scene::new();
    let first = start_at(&scene.black_box()).unwrap();
    match start_at(&scene.black_box()) {
        Err(error @ InitError::BlackBoxInUse { .. }) => {
            let told = error.to_string();
            assert!(told.contains("is in use by process"), "{told}");
            assert!(told.contains(&std::process::id().to_string()), "{told}");
        }
        other => panic!("{other:?}"),
    }
    // Although this thread has a ring in it.
    first.scope(|| ttlog::info!("here"));
    drop(first);
    start_at(&scene.black_box()).unwrap();
}

#[test]
fn a_path_through_another_directory_is_the_same_path() {
    let scene = Scene::new();
    let _first = start_at(&scene.black_box()).unwrap();
    symlink(scene.path(), scene.path().join("link")).unwrap();
    let second = start_at(&scene.path().join("link/box"));
    assert!(
        matches!(second, Err(InitError::BlackBoxInUse { .. })),
        "{second:?}"
    );
}

#[test]
fn files_of_others_are_refused_and_stay_as_they_are() {
    let scene = Scene::new();
    let path = scene.black_box();
    fs::write(&path, "precious").unwrap();
    assert!(refused(&path).contains("no black box"));
    assert_eq!(fs::read(&path).unwrap(), b"precious");

    let link = scene.path().join("link");
    symlink(&path, &link).unwrap();
    refused(&link);
    assert_eq!(fs::read(&path).unwrap(), b"precious");
}

#[test]
fn paths_that_cannot_be_used_are_named_with_what_was_tried() {
    let scene = Scene::new();
    assert!(refused(&scene.path().join("not/there")).contains("could not open the black box"));
    assert!(refused(scene.path()).contains("could not open"));
    refused(Path::new("/dev/null"));
    refused(Path::new("/proc/self/mem"));
    let fifo = scene.path().join("fifo");
    assert!(
        Command::new("mkfifo")
            .arg(&fifo)
            .status()
            .unwrap()
            .success()
    );
    refused(&fifo);
}

#[test]
fn the_file_is_its_owners_alone_and_takes_its_space_at_once() {
    let scene = Scene::new();
    let _handle = start_at(&scene.black_box()).unwrap();
    let file = fs::metadata(scene.black_box()).unwrap();
    assert_eq!(file.permissions().mode() & 0o777, 0o600);
    assert!(
        file.blocks() * 512 >= file.len(),
        "{} of {}",
        file.blocks() * 512,
        file.len()
    );
    let mut names: Vec<_> = fs::read_dir(scene.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["box"]);
}

#[test]
fn where_there_is_no_space_the_start_fails_and_what_was_there_stays() {
    let scene = Scene::new();
    scene.run("aborts", 1 << 20);
    let child = process::child("place::without_space")
        .env("BOX_SCENE", scene.path())
        .spawn();
    let end = process::end(child.unwrap());
    assert!(end.status.success(), "{}", end.stderr);
    // What the aborted run had left was saved by the start that failed, or is there yet.
    let saved = fs::read_dir(scene.snapshots()).unwrap().count();
    assert_eq!(saved, 1);
    start_at(&scene.black_box()).unwrap();
}

#[test]
#[ignore = "a child process"]
fn without_space() {
    let scene = std::path::PathBuf::from(std::env::var_os("BOX_SCENE").expect("started by a test"));
    let limit = libc::rlimit {
        rlim_cur: 4 << 20,
        rlim_max: 4 << 20,
    };
    // SAFETY: plain system calls. Without the signal, a file that gets too large is an error.
    unsafe {
        libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
        assert_eq!(libc::setrlimit(libc::RLIMIT_FSIZE, &limit), 0);
    }
    let outcome = ttlog::init()
        .recorder_only()
        .capacity_bytes(64 << 20)
        .snapshot_dir(scene.join("snapshots"))
        .black_box(scene.join("box"))
        .build();
    match outcome {
        Err(error @ InitError::BlackBox { .. }) => {
            assert!(error.to_string().contains("make room"), "{error}");
        }
        other => panic!("{other:?}"),
    }
    // With a small one it starts, and logging goes on when there is no room for another thread's ring.
    let handle = ttlog::init()
        .recorder_only()
        .overflow(ttlog::Overflow::Block)
        .capacity_bytes(1)
        .ring_bytes(1 << 20)
        .snapshot_dir(scene.join("snapshots"))
        .black_box(scene.join("box"))
        .build()
        .unwrap();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let handle = &handle;
            scope.spawn(move || handle.scope(|| ttlog::info!(thread, "still heard")));
        }
    });
    assert!(handle.flush());
    assert_eq!(handle.stats().delivered, 8);
}
