//! Where events cross between ttlog and another system, and what keeps them from going round in circles.
//!
//! Both directions may be on at once: `tracing`'s events come into ttlog, say, and ttlog's go out to `log`. Two rules cut every circle:
//! what a system is given while ttlog gives it an event is that event again, and is not let in; and nothing comes in from the system that
//! ttlog's own events go out to.

use std::cell::Cell;
use std::sync::atomic::{AtomicU8, Ordering};

/// Where ttlog's events go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum Backend {
    /// Into ttlog's own runtime.
    #[default]
    Native = 0,
    /// To `tracing`'s dispatcher.
    Tracing = 1,
    /// To the logger of `log`.
    Log = 2,
    /// To a logger of `slog`.
    Slog = 3,
}

/// The [`Backend`] in force; relaxed, for nothing else is read by it.
static BACKEND: AtomicU8 = AtomicU8::new(Backend::Native as u8);

thread_local! {
    /// Whether this thread is giving an event of ttlog's to another system.
    static IS_OUTWARD: Cell<bool> = const { Cell::new(false) };
}

/// Says where ttlog's events go from now on.
pub fn set_backend(backend: Backend) {
    BACKEND.store(backend as u8, Ordering::Relaxed);
}

/// Gives an event of ttlog's to another system.
pub fn outward<R>(give: impl FnOnce() -> R) -> R {
    struct Back(bool);

    impl Drop for Back {
        fn drop(&mut self) {
            IS_OUTWARD.set(self.0);
        }
    }

    let _back = Back(IS_OUTWARD.replace(true));
    give()
}

/// Whether what comes from `system` is let into ttlog, here and now.
#[inline]
pub fn lets_in(system: Backend) -> bool {
    BACKEND.load(Ordering::Relaxed) != system as u8 && !IS_OUTWARD.get()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_comes_back_from_where_it_goes() {
        assert!(lets_in(Backend::Tracing) && lets_in(Backend::Log));
        set_backend(Backend::Tracing);
        assert!(!lets_in(Backend::Tracing) && lets_in(Backend::Log));
        outward(|| {
            assert!(!lets_in(Backend::Log));
            outward(|| ());
            assert!(!lets_in(Backend::Log));
        });
        assert!(lets_in(Backend::Log));
        set_backend(Backend::Native);
        assert!(lets_in(Backend::Tracing));
    }
}
