//! The handler: who reports, on which stack, and what comes after.

use std::cell::UnsafeCell;
use std::sync::atomic::{AtomicPtr, Ordering};

use libc::{c_int, c_void, siginfo_t};

use super::chain;
use super::claim::{Claim, Turn};
use super::crash_report::CrashReport;
use super::facts;
use super::stack::Stack;
use super::system::{self, Errno};

/// Null, or what was leaked; see the ordering in the [module above](super).
static ARMED: AtomicPtr<Armed> = AtomicPtr::new(std::ptr::null_mut());

/// What the handler has at hand.
#[derive(Debug)]
pub(crate) struct Armed {
    /// In another process, a child of `fork` that has the same memory, nothing is reported.
    process: libc::pid_t,
    claim: Claim,
    stack: Stack,
    /// For who has the claim, once.
    report: UnsafeCell<CrashReport>,
}

// SAFETY: `claim` gives `report` to one thread only.
unsafe impl Sync for Armed {}

impl Armed {
    pub(crate) fn new(report: CrashReport, stack: Stack) -> Armed {
        Armed {
            process: system::process(),
            claim: Claim::default(),
            stack,
            report: UnsafeCell::new(report),
        }
    }

    /// Makes it what the handler uses from now on. It is never freed: a handler may be using it.
    pub(crate) fn put_in_force(self) {
        ARMED.store(Box::into_raw(Box::new(self)), Ordering::Release);
    }

    /// # Safety
    /// `info` is what the kernel gave the handler.
    unsafe fn report(&self, signal: c_int, info: *mut siginfo_t) {
        if system::process() != self.process {
            return;
        }
        match self.claim.take(system::this_thread()) {
            Turn::Mine => {
                let mut job = Job {
                    signal,
                    info,
                    report: self.report.get(),
                };
                // SAFETY: nobody else has the turn, so nobody else is on the stack or has the report.
                unsafe { self.stack.run(make_report, &mut job) };
                self.claim.finish();
            }
            Turn::Nested => {}
            Turn::Others => self.claim.wait(),
        }
    }
}

struct Job {
    signal: c_int,
    info: *mut siginfo_t,
    report: *mut CrashReport,
}

/// # Safety
/// The job's pointers are valid, and nobody else uses the report.
unsafe extern "C" fn make_report(job: *mut Job) {
    // SAFETY: by this function's contract.
    unsafe {
        let job = &*job;
        let report = &mut *job.report;
        let crash = facts::crash(job.signal, job.info, system::wall_ns(), report.black_box());
        report.make(&crash);
    }
    system::discard_signals_of_writing();
}

/// The handler's address.
pub(crate) fn entry() -> usize {
    let handler: extern "C" fn(c_int, *mut siginfo_t, *mut c_void) = handle;
    handler as *const () as usize
}

extern "C" fn handle(signal: c_int, info: *mut siginfo_t, _context: *mut c_void) {
    let errno = Errno::save();
    // SAFETY: `put_in_force` stored what is never freed; `info` is the kernel's.
    unsafe {
        if let Some(armed) = ARMED.load(Ordering::Acquire).as_ref() {
            armed.report(signal, info);
        }
        chain::hand_on(signal, info);
    }
    errno.restore();
}
