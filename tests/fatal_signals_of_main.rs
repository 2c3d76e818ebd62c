//! The main thread dies of a fatal signal. Tests run on threads of their own, so this is a program without their harness; the child
//! process is the same program.

#[path = "fatal_signals/allocator.rs"]
mod allocator;
#[path = "fatal_signals/child.rs"]
mod child;
#[path = "fatal_signals/remains.rs"]
mod remains;
#[path = "fatal_signals/same_death.rs"]
mod same_death;
#[path = "fatal_signals/ways.rs"]
mod ways;

use same_death::SameDeath;

fn main() {
    if let Some(way) = child::way() {
        let _handle = child::init();
        child::log_on_two_threads();
        return ways::die(&way);
    }
    let null = SameDeath {
        body: "",
        way: "read null",
        reported: libc::SIGSEGV,
        address: Some("0x10"),
        thread: Some("main"),
    };
    null.assert(libc::SIGSEGV);
    let overflow = SameDeath {
        way: "overflow",
        address: None,
        ..null
    };
    overflow.assert(libc::SIGABRT);
}
