//! Ways to die.

use std::fmt;
use std::hint::black_box;

use crate::allocator;

/// Faults, and what comes of an `abort`: each in the thread that calls it.
pub(crate) fn die(way: &str) {
    match way {
        "read null" => read_null(),
        "write null" => write_null(),
        "wild address" => read(0xDEAD_0000_0000_0000),
        "bus error" => read_behind_a_file(),
        "division" => divide_by_zero(),
        "illegal instruction" => execute_nonsense(),
        "trap" => raise(libc::SIGTRAP),
        "abort" => {
            allocator::forbid();
            std::process::abort()
        }
        "raise" => {
            // std's own handler lets the first one pass.
            raise(libc::SIGSEGV);
            raise(libc::SIGSEGV);
        }
        "double panic" => panic_twice(),
        "overflow" => {
            allocator::forbid();
            overflow(&[0; 64]);
        }
        "allocation failure" => {
            std::alloc::handle_alloc_error(std::alloc::Layout::new::<[u8; 1 << 40]>())
        }
        "no memory" => use_up_addresses(),
        "broken heap" => break_the_heap(),
        "display" => ttlog::info!(value = %Crashes, "never"),
        other => panic!("no such way to die: {other}"),
    }
}

pub(crate) fn read_null() {
    read(16);
}

fn read(address: usize) {
    allocator::forbid();
    // SAFETY: isn't: it is to crash.
    unsafe { black_box(address as *const u8).read_volatile() };
}

fn write_null() {
    allocator::forbid();
    // SAFETY: isn't: it is to crash.
    unsafe { black_box(16 as *mut u8).write_volatile(1) };
}

fn read_behind_a_file() {
    let file = std::fs::File::create_new("empty").unwrap();
    // SAFETY: a mapping of fresh addresses.
    let address = unsafe {
        libc::mmap(
            std::ptr::null_mut(),
            4096,
            libc::PROT_READ,
            libc::MAP_SHARED,
            std::os::fd::AsRawFd::as_raw_fd(&file),
            0,
        )
    };
    assert_ne!(address, libc::MAP_FAILED);
    read(address as usize + 8);
}

fn divide_by_zero() {
    allocator::forbid();
    #[cfg(target_arch = "x86_64")]
    // SAFETY: isn't: it is to crash.
    unsafe {
        std::arch::asm!("xor edx, edx", "mov eax, 1", "xor ecx, ecx", "idiv ecx", out("eax") _, out("ecx") _, out("edx") _);
    }
    #[cfg(not(target_arch = "x86_64"))]
    raise(libc::SIGFPE);
}

fn execute_nonsense() {
    allocator::forbid();
    #[cfg(target_arch = "x86_64")]
    // SAFETY: isn't: it is to crash.
    unsafe {
        std::arch::asm!("ud2");
    }
    #[cfg(not(target_arch = "x86_64"))]
    raise(libc::SIGILL);
}

fn raise(signal: i32) {
    allocator::forbid();
    // SAFETY: has no preconditions.
    unsafe { libc::raise(signal) };
}

fn panic_twice() {
    struct PanicsAgain;

    impl Drop for PanicsAgain {
        fn drop(&mut self) {
            panic!("the second");
        }
    }

    let _again = PanicsAgain;
    panic!("the first");
}

#[expect(unconditional_recursion, reason = "it is to use up the stack")]
pub(crate) fn overflow(above: &[u64; 64]) -> u64 {
    let mut here = [above[1]; 64];
    black_box(&mut here);
    overflow(&here) + here[2]
}

fn use_up_addresses() {
    let limit = libc::rlimit {
        rlim_cur: 1 << 20,
        rlim_max: 1 << 20,
    };
    // SAFETY: a plain system call.
    assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_AS, &limit) }, 0);
    let mut all = Vec::new();
    loop {
        all.push(black_box(vec![1_u8; 1 << 20]));
    }
}

/// malloc finds out, and calls `abort` with its lock held.
fn break_the_heap() {
    // A second thread makes glibc lock at all.
    std::thread::spawn(std::thread::park);
    // SAFETY: isn't: what malloc keeps behind the memory is overwritten.
    unsafe {
        const BYTES: usize = 100_000;
        let memory = libc::malloc(BYTES).cast::<u8>();
        memory.add(BYTES).write_bytes(0xFF, 256);
        allocator::forbid();
        for _ in 0..10_000 {
            black_box(libc::malloc(BYTES));
        }
    }
}

struct Crashes;

impl fmt::Display for Crashes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("half of it")?;
        read_null();
        Ok(())
    }
}
