//! Which thread crashes, and how many do.

use std::sync::{Arc, Barrier};

use libc::{SIGABRT, SIGSEGV, c_void};

use crate::child::{self, Mode, Scene};
use crate::same_death::SameDeath;
use crate::ways;

const LONG_NAME: &str = "a thread with a rather long name";

#[test]
#[ignore = "a child process"]
fn body() {
    let Some(way) = child::way() else { return };
    let _handle = child::init();
    child::log_on_two_threads();
    let named = std::thread::Builder::new().name(LONG_NAME.into());
    match &*way {
        "named" => {
            let thread = named.spawn(|| {
                ttlog::info!("its only event");
                ways::die("read null");
            });
            thread.unwrap().join().unwrap();
        }
        "named: overflow" => {
            let thread = named.spawn(|| {
                ttlog::info!("its only event");
                ways::die("overflow");
            });
            thread.unwrap().join().unwrap();
        }
        "silent" => {
            let thread = std::thread::Builder::new().name("silent".into());
            let thread = thread.spawn(|| ways::die("read null"));
            thread.unwrap().join().unwrap();
        }
        "foreign" => run_foreign(foreign_reads_null),
        "foreign: overflow" => run_foreign(foreign_overflows),
        "crowd" => crowd(),
        other => panic!("no such way: {other}"),
    }
}

/// Runs a thread that std knows nothing of, and that has no alternate stack.
fn run_foreign(work: extern "C" fn(*mut c_void) -> *mut c_void) {
    let mut thread = std::mem::MaybeUninit::uninit();
    // SAFETY: the function takes no argument; the thread is waited for.
    unsafe {
        let null = std::ptr::null_mut();
        let started = libc::pthread_create(thread.as_mut_ptr(), std::ptr::null(), work, null);
        assert_eq!(started, 0);
        libc::pthread_join(thread.assume_init(), std::ptr::null_mut());
    }
}

extern "C" fn foreign_reads_null(_: *mut c_void) -> *mut c_void {
    // SAFETY: the name ends with a zero.
    unsafe { libc::prctl(libc::PR_SET_NAME, c"foreign".as_ptr()) };
    ways::die("read null");
    std::ptr::null_mut()
}

extern "C" fn foreign_overflows(_: *mut c_void) -> *mut c_void {
    // SAFETY: the name ends with a zero.
    unsafe { libc::prctl(libc::PR_SET_NAME, c"foreign".as_ptr()) };
    ttlog::info!("from a thread of C");
    ways::die("overflow");
    std::ptr::null_mut()
}

/// Crashes on many threads at the same time.
fn crowd() {
    let ready = Arc::new(Barrier::new(8));
    let threads = (0..8).map(|_| {
        let ready = ready.clone();
        std::thread::spawn(move || {
            ready.wait();
            ways::die("read null");
        })
    });
    for thread in threads.collect::<Vec<_>>() {
        thread.join().unwrap();
    }
}

fn death<'a>(way: &'a str, thread: &'a str) -> SameDeath<'a> {
    SameDeath {
        body: "threads::body",
        way,
        reported: SIGSEGV,
        address: (!way.contains("overflow")).then_some("0x10"),
        thread: Some(thread),
    }
}

#[test]
fn a_thread_is_told_by_its_whole_name() {
    death("named", LONG_NAME).assert(SIGSEGV);
    death("named: overflow", LONG_NAME).assert(SIGABRT);
}

#[test]
fn a_thread_that_has_never_logged() {
    let scene = Scene::new();
    let end = scene.run("threads::body", Mode::File, "silent");
    assert_eq!(end.signal().0, SIGSEGV);
    let remains = scene.remains(Mode::File);
    remains.assert_whole(2, SIGSEGV);
    assert!(
        remains.reason.ends_with("in thread silent"),
        "{}",
        remains.reason
    );
}

#[test]
fn threads_of_c_without_an_alternate_stack() {
    for way in ["foreign", "foreign: overflow"] {
        let without = Scene::new().run("threads::body", Mode::Without, way);
        for mode in [Mode::File, Mode::Box] {
            let scene = Scene::new();
            let end = scene.run("threads::body", mode, way);
            assert_eq!(end.signal(), without.signal(), "{way}: {}", end.stderr);
            let remains = scene.remains(mode);
            remains.assert_whole(2, SIGSEGV);
            assert!(
                remains.reason.ends_with("in thread foreign"),
                "{}",
                remains.reason
            );
        }
    }
}

#[test]
fn of_threads_that_crash_at_once_one_is_recorded() {
    for mode in [Mode::File, Mode::Box] {
        let scene = Scene::new();
        let end = scene.run("threads::body", mode, "crowd");
        assert_eq!(end.signal().0, SIGSEGV);
        assert_eq!(end.stderr.matches("ttlog: crashed: ").count(), 1);
        scene.remains(mode).assert_whole(2, SIGSEGV);
    }
}
