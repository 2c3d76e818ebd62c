//! Crashes in a process that is in a bad state: locks are held, threads hang, there is no place for the snapshot.

use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::time::Duration;

use libc::SIGSEGV;
use ttlog::SnapshotReader;

use crate::allocator::{CRASH_AT, HELD_UP, HOLD_UP, TRIP};
use crate::child::{self, Mode, Scene, process};
use crate::ways;

#[test]
#[ignore = "a child process"]
fn body() {
    let Some(way) = child::way() else { return };
    let _handle = child::init();
    match way.split_once(": ") {
        Some(("allocation", number)) => {
            child::log_on_two_threads();
            crash_at_allocation(number.parse().unwrap());
        }
        Some(("file size", bytes)) => {
            child::log_on_two_threads();
            limit_file_size(bytes.parse().unwrap());
        }
        _ => {}
    }
    match &*way {
        "snapshot thread hangs" => {
            // The ring of this thread is there before: the snapshot thread may hang with the registry's lock held.
            ttlog::info!("the first event");
            HOLD_UP.store(true, Ordering::Relaxed);
            while !HELD_UP.load(Ordering::Relaxed) {
                make_a_ring();
            }
            child::log(0);
        }
        "snapshot thread crashes" => {
            child::log_on_two_threads();
            TRIP.store(true, Ordering::Relaxed);
            loop {
                make_a_ring();
            }
        }
        "stderr is locked" => {
            child::log_on_two_threads();
            let (locked, wait) = mpsc::channel();
            std::thread::spawn(move || {
                let _lock = std::io::stderr().lock();
                locked.send(()).unwrap();
                loop {
                    std::thread::park();
                }
            });
            wait.recv().unwrap();
        }
        "stderr is full" => {
            child::log_on_two_threads();
            fill_stderr();
        }
        "nobody reads stderr" => {
            child::log_on_two_threads();
            close_stderr_at_the_other_end();
        }
        "directory is gone" => {
            child::log_on_two_threads();
            std::fs::remove_dir("deep/snapshots").unwrap();
        }
        "no directory" => {
            child::log_on_two_threads();
            std::fs::remove_dir("deep/snapshots").unwrap();
            std::fs::write("deep/snapshots", "a file").unwrap();
        }
        "elsewhere" => {
            child::log_on_two_threads();
            std::env::set_current_dir("/").unwrap();
        }
        "image is gone" => {
            child::log_on_two_threads();
            take_the_image_away();
        }
        _ => {}
    }
    ways::die("read null");
}

/// Lets the snapshot thread allocate, to look after one ring more.
fn make_a_ring() {
    std::thread::spawn(|| {
        ttlog::info!("into a new ring");
        loop {
            std::thread::park();
        }
    });
    std::thread::sleep(Duration::from_millis(1));
}

/// Crashes in the allocator, at the nth allocation of a thread's first event, at a call site's first event.
fn crash_at_allocation(number: u32) {
    let thread = std::thread::spawn(move || {
        CRASH_AT.set(number);
        ttlog::info!(number, "from a new call site into a new ring");
        CRASH_AT.set(0);
    });
    thread.join().unwrap();
}

fn limit_file_size(bytes: u64) {
    let limit = libc::rlimit {
        rlim_cur: bytes,
        rlim_max: bytes,
    };
    // SAFETY: a plain system call.
    assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_FSIZE, &limit) }, 0);
}

fn fill_stderr() {
    // SAFETY: plain system calls. Other writers find it blocking again.
    unsafe {
        let flags = libc::fcntl(2, libc::F_GETFL);
        assert_eq!(libc::fcntl(2, libc::F_SETFL, flags | libc::O_NONBLOCK), 0);
        let dots = [b'.'; 4096];
        while libc::write(2, dots.as_ptr().cast(), dots.len()) > 0 {}
        assert_eq!(libc::fcntl(2, libc::F_SETFL, flags), 0);
    }
}

/// Makes stderr a pipe that nobody reads, with the signal that this brings.
fn close_stderr_at_the_other_end() {
    let mut ends = [0; 2];
    // SAFETY: there is room for two descriptors, which are this function's.
    unsafe {
        libc::signal(libc::SIGPIPE, libc::SIG_DFL);
        assert_eq!(libc::pipe(ends.as_mut_ptr()), 0);
        assert_eq!(libc::dup2(ends[1], 2), 2);
        libc::close(ends[0]);
    }
}

/// Makes rings and recorder inaccessible: the memory in front of the largest reserve of addresses.
fn take_the_image_away() {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let mut mappings = Vec::new();
    for line in maps.lines() {
        let (range, rest) = line.split_once(' ').unwrap();
        let (from, to) = range.split_once('-').unwrap();
        let number = |text| usize::from_str_radix(text, 16).unwrap();
        mappings.push((number(from), number(to), rest.starts_with("rw")));
    }
    let is_reserve =
        |(from, to, accessible): &(usize, usize, bool)| !accessible && to - from > 256 << 20;
    let reserve = mappings.iter().position(is_reserve).unwrap();
    let (from, to, accessible) = mappings[reserve - 1];
    assert!(accessible && to == mappings[reserve].0);
    // SAFETY: isn't: what uses the memory is to crash.
    unsafe { libc::mprotect(from as *mut _, to - from, libc::PROT_NONE) };
}

#[track_caller]
fn assert_recorded(way: &str, mode: Mode) -> String {
    assert_recorded_of(2, way, mode)
}

/// The same, where so many threads have logged numbered events.
#[track_caller]
fn assert_recorded_of(threads: u64, way: &str, mode: Mode) -> String {
    let scene = Scene::new();
    let death = scene.run("troubled::body", mode, way);
    assert_eq!(death.signal().0, SIGSEGV, "{way}: {}", death.stderr);
    scene.remains(mode).assert_whole(threads, SIGSEGV);
    death.stderr
}

#[test]
fn locks_of_ttlog_and_of_the_allocator_are_held() {
    // Some of these allocations are made with the registry's lock held, some with the call sites', some with the image's.
    for number in 1..=12 {
        assert_recorded(&format!("allocation: {number}"), Mode::File);
    }
    assert_recorded("allocation: 2", Mode::Box);
}

#[test]
fn the_snapshot_thread_hangs_or_is_the_one_that_crashes() {
    assert_recorded_of(1, "snapshot thread hangs", Mode::File);
    assert_recorded_of(1, "snapshot thread hangs", Mode::Box);
    let said = assert_recorded("snapshot thread crashes", Mode::File);
    assert!(said.contains("in thread ttlog-snapshot"), "{said}");
}

#[test]
fn stderr_is_locked_or_leads_nowhere() {
    let said = assert_recorded("stderr is locked", Mode::File);
    assert!(said.contains("the last events are in"), "{said}");
    assert_recorded("nobody reads stderr", Mode::File);
    assert_recorded("nobody reads stderr", Mode::Box);
}

#[test]
fn stderr_is_full() {
    let scene = Scene::new();
    let mut process = scene.start("troubled::body", Mode::File, "stderr is full");
    // Nobody reads it before the process has ended.
    assert!(process::wait(&mut process).is_some());
    assert_eq!(process::end(process).signal().0, SIGSEGV);
    scene.remains(Mode::File).assert_whole(2, SIGSEGV);
}

#[test]
fn the_directory_is_gone_or_another_one_is_current() {
    assert_recorded("directory is gone", Mode::File);
    assert_recorded("elsewhere", Mode::File);
    assert_recorded("elsewhere", Mode::Box);
}

#[test]
fn there_is_no_place_for_a_snapshot() {
    let scene = Scene::new();
    let death = scene.run("troubled::body", Mode::File, "no directory");
    assert_eq!(death.signal().0, SIGSEGV);
    let said = death.stderr;
    assert!(said.contains("crashed: SIGSEGV (11) at 0x10"), "{said}");
    assert!(
        said.contains("no snapshot, because of error 20 at"),
        "{said}"
    );
}

#[test]
fn a_file_that_may_not_be_longer_has_what_there_was_room_for() {
    let scene = Scene::new();
    let death = scene.run("troubled::body", Mode::File, "file size: 30000");
    assert_eq!(death.signal().0, SIGSEGV, "{}", death.stderr);
    let files = scene.files();
    assert_eq!(files.len(), 1);
    assert!(death.stderr.contains(files[0].to_str().unwrap()));
    let mut reader = SnapshotReader::open(&files[0]).unwrap();
    reader.log_events().unwrap();
    assert!(!reader.is_complete());
    assert!(reader.facts().text("reason").unwrap().contains("SIGSEGV"));
}

#[test]
fn a_crash_within_the_report_ends_the_process_too() {
    for mode in [Mode::File, Mode::Box] {
        let scene = Scene::new();
        let death = scene.run("troubled::body", mode, "image is gone");
        assert_eq!(death.signal().0, SIGSEGV, "{}", death.stderr);
    }
}
