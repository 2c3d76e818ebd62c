//! How an event is given to another system: not within another one, and so that no panic of that system reaches who logs.

use std::sync::Once;

use ttlog_core::bridge;

use crate::crossing;

/// Calls another system, unless this thread is in it for ttlog already: what it logs itself then would come to it while it may hold its own
/// locks. `None` in that case, and where it panicked; what was given is counted as dropped.
pub(crate) fn give<R>(call: impl FnOnce() -> R) -> Option<R> {
    static REPORT: Once = Once::new();

    if crossing::is_outward() {
        bridge::count_dropped();
        return None;
    }
    let given = bridge::contain_panic(|| crossing::outward(call));
    if given.is_none() {
        bridge::count_dropped();
        REPORT.call_once(|| {
            bridge::report("the system that events are given to has panicked: they are dropped there (reported once)");
        });
    }
    given
}
