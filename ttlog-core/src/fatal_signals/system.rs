//! The system calls of a signal handler, without anything from std that could allocate or lock.

use std::ffi::CStr;
use std::io::{self, Write};

use libc::c_int;

/// An open descriptor; closing it is the owner's affair.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Descriptor(pub(crate) c_int);

impl Write for Descriptor {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // SAFETY: the bytes are borrowed while the call runs.
        let written = unsafe { libc::write(self.0, bytes.as_ptr().cast(), bytes.len()) };
        usize::try_from(written).map_err(|_| last_error())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What the last call failed with. It owns no memory.
fn last_error() -> io::Error {
    io::Error::last_os_error()
}

fn check(outcome: c_int) -> io::Result<()> {
    if outcome == 0 {
        Ok(())
    } else {
        Err(last_error())
    }
}

/// Makes a file that wasn't there, for its owner alone.
pub(crate) fn create_new(path: &CStr) -> io::Result<Descriptor> {
    let flags = libc::O_WRONLY | libc::O_CREAT | libc::O_EXCL | libc::O_NOFOLLOW | libc::O_CLOEXEC;
    // SAFETY: the path ends with a zero.
    let descriptor = unsafe { libc::open(path.as_ptr(), flags, 0o600) };
    if descriptor < 0 {
        return Err(last_error());
    }
    Ok(Descriptor(descriptor))
}

pub(crate) fn make_directory(path: &CStr) -> io::Result<()> {
    // SAFETY: the path ends with a zero.
    check(unsafe { libc::mkdir(path.as_ptr(), 0o777) })
}

/// Whether nothing stands at a path, not even a link.
pub(crate) fn is_free(path: &CStr) -> bool {
    let mut found = std::mem::MaybeUninit::<libc::stat>::uninit();
    // SAFETY: the path ends with a zero, and there is room for the answer.
    let outcome = unsafe { libc::lstat(path.as_ptr(), found.as_mut_ptr()) };
    outcome != 0 && last_error().raw_os_error() == Some(libc::ENOENT)
}

pub(crate) fn remove(path: &CStr) {
    // SAFETY: the path ends with a zero.
    unsafe { libc::unlink(path.as_ptr()) };
}

/// Brings a file's contents to the disk.
pub(crate) fn sync(descriptor: Descriptor) -> io::Result<()> {
    // SAFETY: has no preconditions.
    check(unsafe { libc::fsync(descriptor.0) })
}

pub(crate) fn close(descriptor: Descriptor) {
    // SAFETY: the caller owns it.
    unsafe { libc::close(descriptor.0) };
}

pub(crate) fn rename(from: &CStr, to: &CStr) -> io::Result<()> {
    // SAFETY: the paths end with a zero.
    check(unsafe { libc::rename(from.as_ptr(), to.as_ptr()) })
}

/// Writes a line to stderr in one piece, if whoever reads it takes it within a second.
pub(crate) fn write_to_stderr(line: &[u8]) {
    let mut stderr = libc::pollfd {
        fd: libc::STDERR_FILENO,
        events: libc::POLLOUT,
        revents: 0,
    };
    // SAFETY: there is one of them.
    let ready = unsafe { libc::poll(&mut stderr, 1, 1_000) };
    // A pipe that nobody reads any more would send a signal.
    if ready == 1 && stderr.revents & (libc::POLLERR | libc::POLLNVAL) == 0 {
        let _ = Descriptor(libc::STDERR_FILENO).write(line);
    }
}

/// Sleeps for so many milliseconds, less than a second.
pub(crate) fn sleep_ms(milliseconds: u16) {
    let pause = libc::timespec {
        tv_sec: 0,
        tv_nsec: libc::c_long::from(milliseconds) * 1_000_000,
    };
    // SAFETY: the time is within the limits; what is left of it isn't asked for.
    unsafe { libc::nanosleep(&pause, std::ptr::null_mut()) };
}

/// In nanoseconds since 1970 UTC.
pub(crate) fn wall_ns() -> u64 {
    let mut now = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: there is room for the answer.
    unsafe { libc::clock_gettime(libc::CLOCK_REALTIME, &mut now) };
    (now.tv_sec as u64)
        .wrapping_mul(1_000_000_000)
        .wrapping_add(now.tv_nsec as u64)
}

/// The process. A child of `fork` is another one.
pub(crate) fn process() -> libc::pid_t {
    // SAFETY: has no preconditions.
    unsafe { libc::getpid() }
}

/// What no other living thread of the process has.
pub(crate) fn this_thread() -> usize {
    // SAFETY: has no preconditions.
    unsafe { libc::pthread_self() as usize }
}

/// The system's number of this thread; 0 where it has none.
pub(crate) fn os_thread_id() -> u32 {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    // SAFETY: has no preconditions.
    return unsafe { libc::syscall(libc::SYS_gettid) as u32 };
    #[cfg(target_vendor = "apple")]
    {
        let mut id = 0;
        // SAFETY: 0 stands for this thread, and there is room for the answer.
        unsafe { libc::pthread_threadid_np(0, &mut id) };
        id as u32
    }
    #[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
    0
}

/// The name that the system has for this thread, cut to 15 bytes and padded with zeros.
pub(crate) fn os_thread_name() -> [u8; 16] {
    let mut name = [0; 16];
    #[cfg(any(target_os = "linux", target_os = "android"))]
    // SAFETY: the kernel writes 16 bytes.
    unsafe {
        libc::prctl(libc::PR_GET_NAME, name.as_mut_ptr())
    };
    name[15] = 0;
    name
}

/// Takes back the signals that writing may have sent to this thread, which has them blocked: a file that gets too
/// large, a reader that is gone. They would end the process before the one that is being handled.
pub(crate) fn discard_signals_of_writing() {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    // SAFETY: the set is initialized by `sigemptyset`; no information and no time are asked for.
    unsafe {
        let mut signals = std::mem::zeroed();
        libc::sigemptyset(&mut signals);
        libc::sigaddset(&mut signals, libc::SIGXFSZ);
        libc::sigaddset(&mut signals, libc::SIGPIPE);
        let at_once = libc::timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        while libc::sigtimedwait(&signals, std::ptr::null_mut(), &at_once) > 0 {}
    }
}

/// Keeps `errno` as it was for who was interrupted.
pub(crate) struct Errno(c_int);

impl Errno {
    pub(crate) fn save() -> Errno {
        // SAFETY: the address is this thread's own.
        Errno(unsafe { *errno() })
    }

    pub(crate) fn restore(self) {
        // SAFETY: as above.
        unsafe { *errno() = self.0 };
    }
}

fn errno() -> *mut c_int {
    // SAFETY: has no preconditions.
    unsafe {
        #[cfg(any(target_os = "linux", target_os = "emscripten", target_os = "redox"))]
        return libc::__errno_location();
        #[cfg(any(target_os = "android", target_os = "netbsd", target_os = "openbsd"))]
        return libc::__errno();
        #[cfg(any(target_vendor = "apple", target_os = "freebsd"))]
        return libc::__error();
        #[cfg(any(target_os = "illumos", target_os = "solaris"))]
        return libc::___errno();
    }
}
