//! [`Stack`]: memory for a stack, and how to run on it.
//!
//! The alternate stack that std gives a thread has 8 KiB, of which the kernel's frame takes half where registers are wide; a thread that
//! C made may have none. So the handler takes next to nothing of where it runs, and does its work on a stack of its own.

use std::io;
use std::ptr::NonNull;

use libc::{MAP_ANONYMOUS, MAP_FAILED, MAP_PRIVATE, PROT_NONE, PROT_READ, PROT_WRITE};

use crate::black_box::page_bytes;

/// What a stack has, in bytes, above the page that catches its overflow.
const STACK_BYTES: usize = 128 << 10;

/// Whether [`Stack::run`] changes the stack; elsewhere the work is done where the handler runs.
const SWITCHES: bool = cfg!(all(
    any(target_arch = "x86_64", target_arch = "aarch64"),
    not(miri)
));

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct Stack {
    /// Where the page begins that can't be accessed.
    base: NonNull<u8>,
    page: usize,
}

// SAFETY: memory that nothing points into; who runs on it is the owner's affair.
unsafe impl Send for Stack {}
// SAFETY: as above.
unsafe impl Sync for Stack {}

impl Stack {
    /// A new one. It takes memory only once it is used.
    ///
    /// # Errors
    /// There are no addresses for it.
    pub(crate) fn new() -> io::Result<Stack> {
        let page = page_bytes();
        // SAFETY: asks for fresh addresses.
        let base = unsafe {
            libc::mmap(
                std::ptr::null_mut(),
                page + STACK_BYTES,
                PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS,
                -1,
                0,
            )
        };
        if base == MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let stack = Stack {
            base: NonNull::new(base.cast()).expect("the system gives no mapping at address 0"),
            page,
        };
        // SAFETY: the page is this mapping's first.
        if unsafe { libc::mprotect(base, page, PROT_NONE) } != 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(stack)
    }

    /// What makes it a thread's alternate stack.
    pub(crate) fn as_alternate(&self) -> libc::stack_t {
        libc::stack_t {
            ss_sp: self.bottom().as_ptr().cast(),
            ss_flags: 0,
            ss_size: STACK_BYTES,
        }
    }

    pub(crate) fn bottom(&self) -> NonNull<u8> {
        // SAFETY: behind the page is the rest of the mapping.
        unsafe { self.base.add(self.page) }
    }

    /// Runs `work` on it. Signals that come meanwhile are handled there, too.
    ///
    /// # Safety
    /// Nobody else is on it. `work` may be called with `argument`, and returns.
    pub(crate) unsafe fn run<T>(&self, work: unsafe extern "C" fn(*mut T), argument: *mut T) {
        let mut job = Job {
            alternate: self.as_alternate(),
            before: None,
            work,
            argument,
        };
        // SAFETY: the mapping's end is aligned to a page, and nobody else is on it. `enter` returns if `work` does.
        unsafe {
            let top = self.bottom().add(STACK_BYTES);
            call_on(top.as_ptr(), enter::<T>, &mut job);
        }
        if let Some(before) = job.before {
            // SAFETY: what the thread had before; the thread is not on the stack that is left.
            unsafe { libc::sigaltstack(&before, std::ptr::null_mut()) };
        }
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        // SAFETY: the addresses are this mapping's own, and nobody is on it.
        unsafe { libc::munmap(self.base.as_ptr().cast(), self.page + STACK_BYTES) };
    }
}

struct Job<T> {
    alternate: libc::stack_t,
    /// The thread's alternate stack.
    before: Option<libc::stack_t>,
    work: unsafe extern "C" fn(*mut T),
    argument: *mut T,
}

/// The first function on the stack. The kernel is told of it: or it would put the frame of another signal onto the alternate stack
/// from its top, over the frame of this one.
unsafe extern "C" fn enter<T>(job: *mut Job<T>) {
    // SAFETY: `run` has it on its frame, which stays.
    let job = unsafe { &mut *job };
    if SWITCHES {
        let mut before = std::mem::MaybeUninit::uninit();
        // SAFETY: the stack is there while it is the alternate one, and there is room for what was before.
        unsafe {
            if libc::sigaltstack(&job.alternate, before.as_mut_ptr()) == 0 {
                job.before = Some(before.assume_init());
            }
        }
    }
    // SAFETY: by the contract of `run`.
    unsafe { (job.work)(job.argument) }
}

/// Calls `function` with the stack pointer at `top`.
///
/// # Safety
/// `top` is aligned to 16 bytes, with memory below it that nobody else uses; `function` may be called with `argument`, and returns.
#[cfg(all(target_arch = "x86_64", not(miri)))]
unsafe fn call_on<T>(top: *mut u8, function: unsafe extern "C" fn(*mut T), argument: *mut T) {
    // SAFETY: the function is called as the ABI asks for, with the stack aligned; r12 is kept by it, and holds what the stack pointer
    // goes back to.
    unsafe {
        std::arch::asm!(
            "mov r12, rsp",
            "mov rsp, {top}",
            "call {function}",
            "mov rsp, r12",
            top = in(reg) top,
            function = in(reg) function,
            in("rdi") argument,
            out("r12") _,
            clobber_abi("C"),
        );
    }
}

/// Calls `function` with the stack pointer at `top`.
///
/// # Safety
/// As above.
#[cfg(all(target_arch = "aarch64", not(miri)))]
unsafe fn call_on<T>(top: *mut u8, function: unsafe extern "C" fn(*mut T), argument: *mut T) {
    // SAFETY: as above, with x20.
    unsafe {
        std::arch::asm!(
            "mov x20, sp",
            "mov sp, {top}",
            "blr {function}",
            "mov sp, x20",
            top = in(reg) top,
            function = in(reg) function,
            in("x0") argument,
            out("x20") _,
            clobber_abi("C"),
        );
    }
}

/// Calls `function`, on the stack that there is.
///
/// # Safety
/// As above.
#[cfg(not(all(any(target_arch = "x86_64", target_arch = "aarch64"), not(miri))))]
unsafe fn call_on<T>(_top: *mut u8, function: unsafe extern "C" fn(*mut T), argument: *mut T) {
    // SAFETY: by this function's contract.
    unsafe { function(argument) }
}
