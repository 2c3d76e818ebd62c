//! The signal that asks for a snapshot: SIGUSR1.
//!
//! The handler adds one to a counter, which the snapshot threads look at, and calls the handler that was there before. Both are all
//! that is safe there. The counter is relaxed: it orders nothing, and a snapshot thread sees it at its next look.

use std::ffi::c_int;
use std::io;
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

static RAISED: AtomicUsize = AtomicUsize::new(0);
/// What was there before; set before the handler is.
static PREVIOUS: OnceLock<libc::sigaction> = OnceLock::new();

/// How often the signal came.
pub(crate) fn raised() -> usize {
    RAISED.load(Ordering::Relaxed)
}

extern "C" fn handle(signal: c_int, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    RAISED.fetch_add(1, Ordering::Relaxed);
    let Some(previous) = PREVIOUS.get() else {
        return;
    };
    let handler = previous.sa_sigaction;
    if handler == libc::SIG_DFL || handler == libc::SIG_IGN {
        return;
    }
    if previous.sa_flags & libc::SA_SIGINFO != 0 {
        type Handler = extern "C" fn(c_int, *mut libc::siginfo_t, *mut libc::c_void);
        // SAFETY: `sigaction` gave it, with the flag that says that it is such a function.
        let handler: Handler = unsafe { std::mem::transmute(handler) };
        handler(signal, info, context);
    } else {
        // SAFETY: `sigaction` gave it, without that flag; it is neither of the two constants.
        let handler: extern "C" fn(c_int) = unsafe { std::mem::transmute(handler) };
        handler(signal);
    }
}

/// Puts the handler in front of the one that is there; the first call that succeeds counts.
///
/// # Errors
/// The system refuses.
pub(crate) fn install() -> io::Result<()> {
    // No lock: a child of `fork` could find it locked for ever.
    static INSTALLED: AtomicBool = AtomicBool::new(false);
    if INSTALLED.swap(true, Ordering::Relaxed) {
        return Ok(());
    }
    let result = install_once();
    if result.is_err() {
        INSTALLED.store(false, Ordering::Relaxed);
    }
    result
}

fn install_once() -> io::Result<()> {
    let mut previous = MaybeUninit::uninit();
    // SAFETY: no new action is given, and there is room for the old one.
    check(unsafe { libc::sigaction(libc::SIGUSR1, ptr::null(), previous.as_mut_ptr()) })?;
    // SAFETY: the call has succeeded, so it has filled it.
    PREVIOUS.get_or_init(|| unsafe { previous.assume_init() });
    let mut mask = MaybeUninit::uninit();
    // SAFETY: there is room for a set.
    check(unsafe { libc::sigemptyset(mask.as_mut_ptr()) })?;
    // SAFETY: all of it is integers and, on some systems, an optional function, for which zero is a value.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = handle as *const () as usize;
    // SAFETY: the call has succeeded, so it has filled it.
    action.sa_mask = unsafe { mask.assume_init() };
    // Calls that it interrupts go on; it needs little stack, but some threads have none to spare.
    action.sa_flags = libc::SA_SIGINFO | libc::SA_RESTART | libc::SA_ONSTACK;
    // SAFETY: the action is filled as the flag SA_SIGINFO wants it, and the handler does only what is safe in one.
    check(unsafe { libc::sigaction(libc::SIGUSR1, &action, ptr::null_mut()) })
}

fn check(result: c_int) -> io::Result<()> {
    match result {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}
