//! For adapters that bring the records of other logging systems into ttlog at nearly the cost of its own macros.
//!
//! A macro makes a static [`CallSite`] for each call. An adapter makes one for each call site of the other system that it meets, keeps it for
//! ever (`Box::leak`), and records each event as a macro does: ask [`CallSite::is_enabled`], [begin](Encoder::begin), put the message and the
//! values in the order of the site's fields, [finish](Encoder::finish). There may be 2²⁰ − 1 call sites in a process, so what is made up at
//! run time, as a target may be, must not become one: see [`Origin`], [`Encoder::name`].
//!
//! ```
//! use ttlog_core::bridge::{CallSite, Encoder, FieldDef, Metadata};
//! use ttlog_core::{LogLevel, Value};
//!
//! static FIELDS: [FieldDef; 1] = [FieldDef::new("attempt")];
//! let metadata = Metadata::new(LogLevel::Warn, "billing", "", "", 0, "", &FIELDS);
//! let site: &'static CallSite = Box::leak(Box::new(CallSite::new(metadata)));
//!
//! if site.is_enabled(LogLevel::Warn)
//!     && let Some(mut event) = Encoder::begin(site, 2)
//! {
//!     event.message(format_args!("card {} refused", 7));
//!     3_u64.record(event.slot());
//!     event.finish();
//! }
//! ```
//!
//! What this module has is what the macros stand on; it may change in any version.

use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

use crate::callsite;
use crate::level::LogLevel;

pub use crate::callsite::{CallSite, Interest};
pub use crate::encode::{Encoder, Origin};
pub use crate::metadata::{FieldDef, Metadata};
pub use crate::span::{NewSpan, SpanSite};

/// What wants to know of changes, the newest first. Never shrinks; no lock, so that a child of `fork` finds none held.
static HOOKS: AtomicPtr<Hook> = AtomicPtr::new(ptr::null_mut());

struct Hook {
    call: fn(),
    next: *const Hook,
}

/// Calls `hook` whenever the answer to [`least_level`] or [`CallSite::interest`] may have changed, from the thread that has changed it; and once, now.
///
/// It may ask for both and take locks of its own. Its own events are not recorded, but counted as dropped.
pub fn on_interest_change(hook: fn()) {
    let new = Box::leak(Box::new(Hook {
        call: hook,
        next: HOOKS.load(Ordering::Acquire),
    }));
    // `Release` for the loads of `HOOKS`, which then see the hook whole; `Acquire` for the same of the one before.
    while let Err(newer) = HOOKS.compare_exchange(
        new.next.cast_mut(),
        new,
        Ordering::AcqRel,
        Ordering::Acquire,
    ) {
        new.next = newer;
    }
    hook();
}

/// The least severe level that anything wants, `None` where nothing wants any. Before ttlog has been started it is the least of all.
pub fn least_level() -> Option<LogLevel> {
    callsite::least_level()
}

/// Tells of a change, with no lock held that an answer needs.
pub(crate) fn interest_has_changed() {
    let mut next: *const Hook = HOOKS.load(Ordering::Acquire);
    // SAFETY: hooks are leaked, and none changes after the exchange that this load has seen.
    while let Some(hook) = unsafe { next.as_ref() } {
        (hook.call)();
        next = hook.next;
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    static SITE: CallSite = CallSite::new(Metadata::new(
        LogLevel::Debug,
        "bridged",
        "",
        "",
        0,
        "",
        &[],
    ));
    static CHANGES: AtomicUsize = AtomicUsize::new(0);

    #[test]
    fn a_hook_is_told_of_changes_and_may_ask() {
        on_interest_change(|| {
            SITE.interest();
            least_level();
            CHANGES.fetch_add(1, Ordering::Relaxed);
        });
        let before = CHANGES.load(Ordering::Relaxed);
        let handle = crate::init().recorder_only().build().unwrap();
        handle.set_level(LogLevel::Debug);
        assert!(CHANGES.load(Ordering::Relaxed) >= before + 2);
        handle.scope(|| assert!(SITE.is_enabled(LogLevel::Debug)));
    }
}
