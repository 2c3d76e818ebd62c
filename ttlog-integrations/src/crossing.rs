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

/// A bit for each system that nothing comes in from; relaxed, for nothing else is read by it.
static SHUT: AtomicU8 = AtomicU8::new(0);

thread_local! {
    /// Whether this thread is giving an event of ttlog's to another system.
    static IS_OUTWARD: Cell<bool> = const { Cell::new(false) };
    /// Whether something was not let in since this was last asked.
    static WAS_REFUSED: Cell<bool> = const { Cell::new(false) };
}

fn bit(system: Backend) -> u8 {
    match system {
        Backend::Native => 0,
        system => 1 << system as u8,
    }
}

/// Lets nothing in from these systems, and from all others.
pub(crate) fn shut(systems: &[Backend]) {
    let bits = systems.iter().fold(0, |bits, system| bits | bit(*system));
    SHUT.store(bits, Ordering::Relaxed);
}

/// Whether this thread is giving an event of ttlog's to another system.
#[cfg(any(feature = "tracing", feature = "log", feature = "slog", test))]
pub(crate) fn is_outward() -> bool {
    IS_OUTWARD.get()
}

/// Gives an event of ttlog's to another system.
#[cfg(any(
    feature = "tracing",
    feature = "log",
    feature = "slog",
    feature = "otlp",
    test
))]
pub(crate) fn outward<R>(give: impl FnOnce() -> R) -> R {
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
#[cfg(any(feature = "tracing", feature = "log", feature = "slog", test))]
pub(crate) fn lets_in(system: Backend) -> bool {
    let is_let_in = SHUT.load(Ordering::Relaxed) & bit(system) == 0 && !IS_OUTWARD.get();
    if !is_let_in {
        WAS_REFUSED.set(true);
    }
    is_let_in
}

/// Whether `ask` came to ttlog, which did not let it in.
#[cfg(any(feature = "log", feature = "slog", test))]
pub(crate) fn leads_back(ask: impl FnOnce()) -> bool {
    WAS_REFUSED.set(false);
    outward(ask);
    WAS_REFUSED.get()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_comes_back_from_where_it_goes() {
        assert!(lets_in(Backend::Tracing) && lets_in(Backend::Log));
        shut(&[Backend::Native, Backend::Tracing]);
        assert!(!lets_in(Backend::Tracing) && lets_in(Backend::Log));
        outward(|| {
            assert!(is_outward() && !lets_in(Backend::Log));
            outward(|| ());
            assert!(!lets_in(Backend::Log));
        });
        assert!(lets_in(Backend::Log));
        assert!(leads_back(|| assert!(!lets_in(Backend::Log))));
        assert!(!leads_back(|| ()));
        shut(&[Backend::Native]);
        assert!(lets_in(Backend::Tracing));
    }
}
