//! Who else handles signals: what was installed before ttlog is what it was, what comes after is the application's.

use std::io::{self, BufRead};
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};

use libc::{SA_SIGINFO, SIG_IGN, SIGABRT, SIGINT, SIGSEGV, SIGTERM, c_int, c_void, siginfo_t};

use crate::child::{self, Mode, Scene, process};
use crate::ways;

type Handler = extern "C" fn(c_int, *mut siginfo_t, *mut c_void);

/// What a handler of the application ends the process with.
const HANDLED: i32 = 42;

/// Installs a handler, or one of the constants; gives what was there.
fn install(signal: c_int, handler: usize, flags: c_int) -> libc::sigaction {
    // SAFETY: zeros are the default action; the handlers of this file do what is safe in one.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        let mut before = action;
        action.sa_sigaction = handler;
        action.sa_flags = flags;
        assert_eq!(libc::sigaction(signal, &action, &mut before), 0);
        before
    }
}

fn present(signal: c_int) -> usize {
    // SAFETY: asks for what is there.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        assert_eq!(libc::sigaction(signal, ptr::null(), &mut action), 0);
        action.sa_sigaction
    }
}

/// Says all that the kernel has told, and ends the process.
extern "C" fn tells_and_ends(signal: c_int, info: *mut siginfo_t, _context: *mut c_void) {
    // SAFETY: the kernel's.
    let (code, address, sender) = unsafe { ((*info).si_code, (*info).si_addr(), (*info).si_pid()) };
    let sender = if code > 0 { 0 } else { sender };
    let address = if code > 0 { address as usize } else { 0 };
    eprint_raw(format_args!(
        "handler of the application: {signal} {code} {address:#x} {sender}\n"
    ));
    // SAFETY: ends the process at once.
    unsafe { libc::_exit(HANDLED) };
}

static PAGE: AtomicUsize = AtomicUsize::new(0);

/// Makes the page accessible that was not.
extern "C" fn repairs(_signal: c_int, _info: *mut siginfo_t, _context: *mut c_void) {
    let page = PAGE.load(Ordering::Relaxed) as *mut c_void;
    // SAFETY: the page is this test's own.
    unsafe { libc::mprotect(page, 4096, libc::PROT_READ | libc::PROT_WRITE) };
}

static NEXT: AtomicUsize = AtomicUsize::new(0);

/// Hands everything on to the handler that it came after.
extern "C" fn hands_on(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    eprint_raw(format_args!("handler of the application: hands on\n"));
    // SAFETY: `sigaction` gave it, with the flag SA_SIGINFO.
    let next: Handler = unsafe { std::mem::transmute(NEXT.load(Ordering::Relaxed)) };
    next(signal, info, context);
}

/// Formats without memory from the heap.
fn eprint_raw(text: std::fmt::Arguments<'_>) {
    let mut line = io::Cursor::new([0_u8; 200]);
    io::Write::write_fmt(&mut line, text).unwrap();
    let length = line.position() as usize;
    // SAFETY: the bytes are there.
    unsafe { libc::write(2, line.get_ref().as_ptr().cast(), length) };
}

#[test]
#[ignore = "a child process"]
fn body() {
    let Some(way) = child::way() else { return };
    let tells = tells_and_ends as *const () as usize;
    match &*way {
        "before: fault" | "before: sent" => {
            install(SIGSEGV, tells, SA_SIGINFO);
        }
        "ignored" => {
            install(SIGSEGV, SIG_IGN, 0);
        }
        "repaired" => {
            install(SIGSEGV, repairs as *const () as usize, SA_SIGINFO);
        }
        _ => {}
    }
    // Shells start what runs in the background with SIGINT ignored.
    let polite = [present(SIGTERM), present(SIGINT)];
    let handle = child::init();
    child::log_on_two_threads();
    match &*way {
        "after" => {
            install(SIGSEGV, tells, SA_SIGINFO);
        }
        "after, hands on" => {
            let before = install(SIGSEGV, hands_on as *const () as usize, SA_SIGINFO);
            NEXT.store(before.sa_sigaction, Ordering::Relaxed);
        }
        _ => {}
    }
    match &*way {
        "sent" | "before: sent" => {
            #[expect(clippy::print_stdout, reason = "tells the parent")]
            {
                println!("ready");
            }
            loop {
                std::thread::park();
            }
        }
        "ignored" => {
            // SAFETY: has no preconditions.
            unsafe { libc::raise(SIGSEGV) };
            assert_eq!(present(SIGSEGV), SIG_IGN);
            drop(handle);
            std::process::exit(7);
        }
        "repaired" => repaired(),
        "polite" => {
            assert_eq!([present(SIGTERM), present(SIGINT)], polite);
            // SAFETY: has no preconditions.
            unsafe { libc::raise(SIGTERM) };
        }
        _ => ways::die("read null"),
    }
}

/// Writes to a page that becomes accessible by that; nothing else is changed, `errno` neither.
fn repaired() {
    // SAFETY: a page of fresh addresses, which `repairs` makes accessible; `errno` is this thread's own.
    unsafe {
        let page = libc::mmap(
            ptr::null_mut(),
            4096,
            libc::PROT_NONE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
            -1,
            0,
        );
        PAGE.store(page as usize, Ordering::Relaxed);
        *libc::__errno_location() = 1234;
        page.cast::<u8>().write_volatile(5);
        let errno = *libc::__errno_location();
        assert_eq!((errno, page.cast::<u8>().read_volatile()), (1234, 5));
    }
    std::process::exit(8);
}

#[test]
fn a_handler_that_was_there_before_is_told_all_of_it() {
    for way in ["before: fault", "before: sent"] {
        for mode in [Mode::Without, Mode::File, Mode::Box] {
            let scene = Scene::new();
            let mut process = scene.start("chain::body", mode, way);
            let told = if way == "before: sent" {
                wait_until_ready(&mut process);
                send(&process, SIGSEGV);
                format!("{SIGSEGV} 0 0x0 {}", std::process::id())
            } else {
                format!("{SIGSEGV} 1 0x10 0")
            };
            let death = process::end(process);
            assert_eq!(death.status.code(), Some(HANDLED), "{}", death.stderr);
            let told = format!("handler of the application: {told}\n");
            assert!(death.stderr.contains(&told), "{}", death.stderr);
            if mode != Mode::Without {
                scene.remains(mode).assert_whole(2, SIGSEGV);
            }
        }
    }
}

#[test]
fn an_abort_that_another_process_sends_is_recorded() {
    for mode in [Mode::File, Mode::Box] {
        let scene = Scene::new();
        let mut process = scene.start("chain::body", mode, "sent");
        wait_until_ready(&mut process);
        send(&process, SIGABRT);
        let death = process::end(process);
        assert_eq!(death.signal().0, SIGABRT);
        scene.remains(mode).assert_whole(2, SIGABRT);
    }
}

#[test]
fn an_ignored_signal_stays_ignored() {
    for mode in [Mode::File, Mode::Box] {
        let scene = Scene::new();
        let death = scene.run("chain::body", mode, "ignored");
        assert_eq!(death.status.code(), Some(7), "{}", death.stderr);
        assert!(!death.stderr.contains("crashed"), "{}", death.stderr);
        assert_eq!(scene.files().len(), 0);
    }
}

#[test]
fn a_fault_that_somebody_repairs_is_recorded_and_the_process_goes_on() {
    let scene = Scene::new();
    let death = scene.run("chain::body", Mode::File, "repaired");
    assert_eq!(death.status.code(), Some(8), "{}", death.stderr);
    scene.remains(Mode::File).assert_whole(2, SIGSEGV);

    // The next start finds a run that ended well.
    let scene = Scene::new();
    let death = scene.run("chain::body", Mode::Box, "repaired");
    assert_eq!(death.status.code(), Some(8), "{}", death.stderr);
    let next = ttlog::init()
        .recorder_only()
        .snapshot_dir(scene.snapshots());
    next.black_box(scene.black_box()).build().unwrap();
    assert_eq!(scene.files().len(), 0);
}

#[test]
fn a_handler_that_came_later_is_the_applications_affair() {
    let scene = Scene::new();
    let death = scene.run("chain::body", Mode::File, "after");
    assert_eq!(death.status.code(), Some(HANDLED), "{}", death.stderr);
    assert_eq!(scene.files().len(), 0);

    let scene = Scene::new();
    let death = scene.run("chain::body", Mode::File, "after, hands on");
    assert_eq!(death.signal().0, SIGSEGV);
    scene.remains(Mode::File).assert_whole(2, SIGSEGV);
}

#[test]
fn signals_that_ask_a_process_to_end_are_let_alone() {
    let scene = Scene::new();
    let death = scene.run("chain::body", Mode::File, "polite");
    assert_eq!(death.signal().0, SIGTERM);
    assert_eq!(scene.files().len(), 0);
}

/// Waits until the child says that it is ready.
fn wait_until_ready(process: &mut std::process::Child) {
    let lines = io::BufReader::new(process.stdout.take().unwrap()).lines();
    let ready = lines
        .map_while(Result::ok)
        .any(|line| line.ends_with("ready"));
    assert!(ready, "the child ended too soon");
}

fn send(process: &std::process::Child, signal: c_int) {
    // SAFETY: the process was not waited for, so its id is its own.
    assert_eq!(unsafe { libc::kill(process.id() as i32, signal) }, 0);
}
