//! What is known of a fatal signal: [`Crash`], made of what the kernel tells the handler.

use libc::{c_int, siginfo_t};

use super::{system, threads};
use crate::black_box::{BlackBox, Crash};

/// The signals that a program dies of by its own fault. `SIGTRAP` is what a failed check of the compiler's ends in on some machines.
pub(crate) const SIGNALS: [c_int; 6] = [
    libc::SIGSEGV,
    libc::SIGBUS,
    libc::SIGFPE,
    libc::SIGILL,
    libc::SIGTRAP,
    libc::SIGABRT,
];

/// `si_code` where the kernel knows nothing more: the address is none then.
const SI_KERNEL: c_int = 0x80;
/// `si_code` of a `SIGBUS` that comes whenever it likes: memory that nobody is accessing is broken.
const BUS_MCEERR_AO: c_int = 5;

/// Whether an instruction of this thread has raised the signal, and would do so again.
///
/// # Safety
/// `info` is what the kernel gave the handler.
pub(crate) unsafe fn is_fault(signal: c_int, info: *const siginfo_t) -> bool {
    // SAFETY: by this function's contract.
    let code = unsafe { (*info).si_code };
    match signal {
        libc::SIGBUS => code > 0 && code != BUS_MCEERR_AO,
        libc::SIGSEGV | libc::SIGFPE | libc::SIGILL => code > 0,
        // After a trap, execution goes on behind it.
        _ => false,
    }
}

/// Collects what is known of a signal that has come to this thread.
///
/// # Safety
/// `info` is what the kernel gave the handler.
pub(crate) unsafe fn crash(
    signal: c_int,
    info: *const siginfo_t,
    wall_ns: u64,
    black_box: &BlackBox,
) -> Crash {
    // SAFETY: by this function's contract; for faults the kernel sets the address.
    let (code, address) = unsafe {
        let address = is_fault(signal, info) && (*info).si_code != SI_KERNEL;
        let address = address.then(|| (*info).si_addr() as u64);
        ((*info).si_code, address)
    };
    let os_thread_id = system::os_thread_id();
    let thread_id = threads::id_of(os_thread_id);
    let name = black_box.thread_name(thread_id).unwrap_or_else(|| {
        let mut name = [0; 56];
        name[..16].copy_from_slice(&system::os_thread_name());
        name
    });
    Crash {
        signal: signal as u32,
        code,
        address,
        thread_id,
        os_thread_id,
        wall_ns,
        name,
    }
}
