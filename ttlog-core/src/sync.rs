//! The atomics of everything that loom models; loom's own in its models (`cfg(all(test, loom))`), std's otherwise.
//!
//! Process-wide statics (the level, the call sites) take theirs from std directly: loom has none
//! that can stand in a `static`.

#[cfg(all(test, loom))]
pub(crate) use loom::sync::atomic::{AtomicBool, AtomicU64, Ordering, fence};
#[cfg(not(all(test, loom)))]
pub(crate) use std::sync::atomic::{AtomicBool, AtomicU64, Ordering, fence};

/// Lets others go on, in a loop that waits for one of them.
pub(crate) fn spin_loop() {
    #[cfg(all(test, loom))]
    loom::thread::yield_now();
    #[cfg(not(all(test, loom)))]
    std::hint::spin_loop();
}

/// Keeps what one thread writes off the cache lines that another one writes.
///
/// 128 bytes: x86-64 fetches lines of 64 bytes in pairs, and some aarch64 cores have lines of 128.
#[repr(align(128))]
#[derive(Debug, Default)]
pub(crate) struct CacheLine<T>(pub(crate) T);

impl<T> std::ops::Deref for CacheLine<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// Locks a mutex, also one that a panic has poisoned: what ttlog guards by one is whole at every moment.
pub(crate) fn lock<T: ?Sized>(mutex: &std::sync::Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}
