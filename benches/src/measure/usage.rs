//! Processor time, as the operating system counts it.

use std::mem::MaybeUninit;
use std::time::Duration;

/// User and system time of all threads of this process so far.
pub(crate) fn process() -> Duration {
    of(libc::RUSAGE_SELF)
}

/// User and system time of all child processes that have ended, and of theirs.
pub(crate) fn children() -> Duration {
    of(libc::RUSAGE_CHILDREN)
}

fn of(who: libc::c_int) -> Duration {
    let mut usage = MaybeUninit::<libc::rusage>::uninit();
    // SAFETY: the pointer is to memory of the right type, which the call fills where it succeeds.
    let status = unsafe { libc::getrusage(who, usage.as_mut_ptr()) };
    assert_eq!(status, 0, "getrusage knows both kinds");
    // SAFETY: the call succeeded, so it wrote all fields.
    let usage = unsafe { usage.assume_init() };
    duration(usage.ru_utime) + duration(usage.ru_stime)
}

fn duration(time: libc::timeval) -> Duration {
    Duration::from_secs(time.tv_sec as u64) + Duration::from_micros(time.tv_usec as u64)
}
