//! Each way to die, with a snapshot, with a black box, and without ttlog's doing: it is the same death.

use libc::{SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP};

use crate::same_death::SameDeath;
use crate::{child, ways};

#[test]
#[ignore = "a child process"]
fn body() {
    let Some(way) = child::way() else { return };
    let _handle = child::init();
    child::log_on_two_threads();
    ways::die(&way);
}

fn assert_same_death(way: &str, signal: i32, address: Option<&str>) {
    let death = SameDeath {
        body: "deaths::body",
        thread: Some("deaths::body"),
        way,
        reported: signal,
        address,
    };
    death.assert(signal);
}

#[test]
fn reading_and_writing_where_there_is_no_memory() {
    assert_same_death("read null", SIGSEGV, Some("0x10"));
    assert_same_death("write null", SIGSEGV, Some("0x10"));
}

#[test]
fn an_address_that_no_memory_can_have() {
    assert_same_death("wild address", SIGSEGV, None);
}

#[test]
fn a_mapped_file_that_is_too_short() {
    assert_same_death("bus error", SIGBUS, None);
}

#[test]
fn a_division_by_zero() {
    assert_same_death("division", SIGFPE, None);
}

#[test]
fn an_illegal_instruction() {
    assert_same_death("illegal instruction", SIGILL, None);
}

#[test]
fn a_trap() {
    assert_same_death("trap", SIGTRAP, None);
}

#[test]
fn an_abort_and_a_second_panic() {
    assert_same_death("abort", SIGABRT, None);
    assert_same_death("double panic", SIGABRT, None);
}

#[test]
fn a_signal_that_a_thread_sends_itself() {
    assert_same_death("raise", SIGSEGV, None);
}

#[test]
fn a_stack_overflow() {
    let death = SameDeath {
        body: "deaths::body",
        thread: Some("deaths::body"),
        way: "overflow",
        reported: SIGSEGV,
        address: None,
    };
    // std tells of it, and aborts.
    death.assert(SIGABRT);
}

#[test]
fn an_allocation_that_fails() {
    assert_same_death("allocation failure", SIGABRT, None);
    let death = SameDeath {
        body: "deaths::body",
        // One of ttlog's own may be the first that gets no memory.
        thread: None,
        way: "no memory",
        reported: SIGABRT,
        address: None,
    };
    death.assert(SIGABRT);
}

#[cfg(target_env = "gnu")]
#[test]
fn a_heap_that_is_broken_and_locked() {
    assert_same_death("broken heap", SIGABRT, None);
}

#[test]
fn a_value_that_crashes_while_it_is_formatted() {
    assert_same_death("display", SIGSEGV, Some("0x10"));
}
