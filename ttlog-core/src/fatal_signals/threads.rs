//! What is known of threads before one of them crashes: that it has an alternate stack, and which number of the system's is which of ttlog's.
//!
//! The numbers are in a static and not in thread-local variables, which a signal handler can't be sure to reach. A slot is stored
//! by the one thread that it tells of, and stands for itself: relaxed.

use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::stack::Stack;
use super::system;

/// How many threads are known at a time; of those whose numbers are the same modulo this, the youngest.
const SLOTS: usize = 1024;

/// Whether threads are to be made ready.
static IS_WANTED: AtomicBool = AtomicBool::new(false);
/// ttlog's number of a thread in the high half, the system's in the low; 0 where there is none.
static NUMBERS: [AtomicU64; SLOTS] = [const { AtomicU64::new(0) }; SLOTS];

thread_local! {
    static ENTERED: RefCell<Entered> = const { RefCell::new(Entered { id: 0, stack: None }) };
}

/// What a thread has that was made ready.
struct Entered {
    id: u32,
    /// Where nobody else had given it an alternate stack.
    stack: Option<Stack>,
}

impl Drop for Entered {
    fn drop(&mut self) {
        forget(self.id, system::os_thread_id());
        if let Some(stack) = self.stack.take() {
            leave(stack);
        }
    }
}

/// From now on, threads are made ready.
pub(crate) fn want() {
    IS_WANTED.store(true, Ordering::Relaxed);
}

/// Makes this thread ready, whose number is `id`, or 0 for one that has never logged.
pub(crate) fn enter_thread(id: u32) {
    if !IS_WANTED.load(Ordering::Relaxed) {
        return;
    }
    if id != 0 {
        remember(id, system::os_thread_id());
    }
    // A thread that ends has no use for a stack that would not be given back.
    let _ = ENTERED.try_with(|entered| {
        if let Ok(mut entered) = entered.try_borrow_mut() {
            entered.id = entered.id.max(id);
            if entered.stack.is_none() {
                entered.stack = new_alternate();
            }
        }
    });
}

/// An alternate stack for this thread; `None` where it has one, or there is no memory for it.
fn new_alternate() -> Option<Stack> {
    if alternate()?.ss_flags & libc::SS_DISABLE == 0 {
        return None;
    }
    let stack = Stack::new().ok()?;
    // SAFETY: the memory is there until `leave`.
    let set = unsafe { libc::sigaltstack(&stack.as_alternate(), std::ptr::null_mut()) };
    (set == 0).then_some(stack)
}

/// Gives an alternate stack back.
fn leave(stack: Stack) {
    let own = stack.as_alternate();
    // Somebody else may have put another one in its place.
    if alternate().is_some_and(|present| present.ss_sp == own.ss_sp) {
        let none = libc::stack_t {
            ss_flags: libc::SS_DISABLE,
            ..own
        };
        // SAFETY: takes it away.
        if unsafe { libc::sigaltstack(&none, std::ptr::null_mut()) } != 0 {
            // It is in use.
            std::mem::forget(stack);
        }
    }
}

/// What this thread has for an alternate stack.
fn alternate() -> Option<libc::stack_t> {
    let mut present = std::mem::MaybeUninit::uninit();
    // SAFETY: there is room for the answer, which is there where the call succeeds.
    unsafe {
        (libc::sigaltstack(std::ptr::null(), present.as_mut_ptr()) == 0)
            .then(|| present.assume_init())
    }
}

fn remember(id: u32, os_id: u32) {
    let number = u64::from(id) << 32 | u64::from(os_id);
    NUMBERS[id as usize % SLOTS].store(number, Ordering::Relaxed);
}

fn forget(id: u32, os_id: u32) {
    let number = u64::from(id) << 32 | u64::from(os_id);
    let slot = &NUMBERS[id as usize % SLOTS];
    // Relaxed: there is only this word.
    let _ = slot.compare_exchange(number, 0, Ordering::Relaxed, Ordering::Relaxed);
}

/// ttlog's number of the thread that the system calls `os_id`; 0 for one that has never logged. For a signal handler.
pub(crate) fn id_of(os_id: u32) -> u32 {
    let numbers = NUMBERS.iter().map(|slot| slot.load(Ordering::Relaxed));
    let of_thread = numbers.filter(|number| *number as u32 == os_id && os_id != 0);
    // Numbers of the system are used again.
    of_thread.max().map_or(0, |number| (number >> 32) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_youngest_thread_with_a_number_of_the_systems_is_found() {
        // No thread of a test has these numbers.
        let (first, second) = (u32::MAX - 1, u32::MAX);
        remember(1, first);
        remember(2, second);
        remember(3, first);
        assert_eq!((id_of(first), id_of(second)), (3, 2));
        forget(3, first);
        assert_eq!(id_of(first), 1);
        assert_eq!(id_of(0), 0);
    }

    #[cfg(not(miri))]
    #[test]
    fn a_thread_without_an_alternate_stack_is_given_one_and_gives_it_back() {
        std::thread::spawn(|| {
            let stack = {
                let none = libc::stack_t {
                    ss_sp: std::ptr::null_mut(),
                    ss_flags: libc::SS_DISABLE,
                    ss_size: 0,
                };
                // SAFETY: takes away what std has given.
                assert_eq!(unsafe { libc::sigaltstack(&none, std::ptr::null_mut()) }, 0);
                new_alternate().unwrap()
            };
            assert_eq!(alternate().unwrap().ss_sp, stack.as_alternate().ss_sp);
            assert!(new_alternate().is_none());
            leave(stack);
            assert_ne!(alternate().unwrap().ss_flags & libc::SS_DISABLE, 0);
        })
        .join()
        .unwrap();
    }
}
