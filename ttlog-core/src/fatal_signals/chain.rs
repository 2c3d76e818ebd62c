//! What was installed before, and how a signal is handed on to it.
//!
//! Handing on means: whatever was there is there again, and the signal comes once more. A fault comes by itself, because the
//! instruction is executed again; what was sent is sent again, with the very information that it came with. So who comes next, be
//! it a handler or the kernel with its core dump, sees what it would have seen without ttlog.
//!
//! Signals that the process ignores are left alone: a handler would not be inherited by what it executes.

use std::io;
use std::sync::OnceLock;

use libc::{c_int, siginfo_t};

use super::facts::{SIGNALS, is_fault};
use super::handler;

/// What each of [`SIGNALS`] had before; `None` for those that are left alone.
static PREVIOUS: OnceLock<[Option<libc::sigaction>; SIGNALS.len()]> = OnceLock::new();

/// Installs the handler for the signals that are not ignored; the first call in a process counts.
///
/// # Errors
/// The system refuses it.
pub(crate) fn install() -> io::Result<()> {
    // Known before the first handler is there.
    let previous = PREVIOUS.get_or_init(|| SIGNALS.map(|signal| present(signal).filter(is_active)));
    let mut action = handler_of(handler::entry());
    action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_NODEFER;
    // SAFETY: a set that `sigfillset` initializes.
    unsafe {
        libc::sigfillset(&mut action.sa_mask);
        // A crash within the handler comes to the handler, too.
        for signal in SIGNALS {
            libc::sigdelset(&mut action.sa_mask, signal);
        }
    }
    for (signal, previous) in SIGNALS.into_iter().zip(previous) {
        // In a child of `fork` it is there already.
        if previous.is_some() && !is_own(signal) {
            // SAFETY: the handler does only what a handler may.
            if unsafe { libc::sigaction(signal, &action, std::ptr::null_mut()) } != 0 {
                return Err(io::Error::last_os_error());
            }
        }
    }
    Ok(())
}

/// Puts back what was there, and lets the signal come again once the handler has returned.
///
/// # Safety
/// To be called by the handler, which the kernel gave `info`, as its last.
pub(crate) unsafe fn hand_on(signal: c_int, info: *mut siginfo_t) {
    if let Some(all) = PREVIOUS.get() {
        for (other, previous) in SIGNALS.into_iter().zip(all) {
            // What the application has installed since is the application's; but a handler of its own that has called this one for
            // `signal` has done with it.
            if let Some(previous) = previous
                && (other == signal || is_own(other))
            {
                // SAFETY: what was in force before.
                unsafe { libc::sigaction(other, previous, std::ptr::null_mut()) };
            }
        }
    }
    // SAFETY: by this function's contract.
    if !unsafe { is_fault(signal, info) } {
        send_again(signal, info);
    }
}

/// Sends this thread a signal, which comes when the handler returns and the thread has its mask again.
fn send_again(signal: c_int, info: *mut siginfo_t) {
    // SAFETY: the set is initialized by `sigemptyset`.
    unsafe {
        let mut this = std::mem::zeroed();
        libc::sigemptyset(&mut this);
        libc::sigaddset(&mut this, signal);
        libc::pthread_sigmask(libc::SIG_BLOCK, &this, std::ptr::null_mut());
    }
    #[cfg(any(target_os = "linux", target_os = "android"))]
    // SAFETY: a thread may send itself any information, and the kernel copies it.
    let sent = unsafe {
        let thread = super::system::os_thread_id() as libc::c_long;
        let process = super::system::process() as libc::c_long;
        let signal = signal as libc::c_long;
        libc::syscall(libc::SYS_rt_tgsigqueueinfo, process, thread, signal, info) == 0
    };
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let sent = false;
    if !sent {
        let _ = info;
        // SAFETY: has no preconditions.
        unsafe { libc::raise(signal) };
    }
}

fn handler_of(address: usize) -> libc::sigaction {
    // SAFETY: all zeros are a valid one: the default action, an empty set, no flags.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = address;
    action
}

/// What is in force for a signal.
fn present(signal: c_int) -> Option<libc::sigaction> {
    let mut action = handler_of(libc::SIG_DFL);
    // SAFETY: there is room for the answer.
    let known = unsafe { libc::sigaction(signal, std::ptr::null(), &mut action) } == 0;
    known.then_some(action)
}

fn is_active(action: &libc::sigaction) -> bool {
    action.sa_sigaction != libc::SIG_IGN
}

fn is_own(signal: c_int) -> bool {
    present(signal).is_some_and(|action| action.sa_sigaction == handler::entry())
}
