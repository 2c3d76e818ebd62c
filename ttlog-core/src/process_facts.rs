//! What a snapshot says of the process, whenever it is made.

use crate::build_id::build_id;
use crate::snapshot::{Facts, fact};
use crate::span;

/// The facts that stay the same while the process runs.
pub(crate) fn process_facts(service: &str, started_ns: u64) -> Facts {
    let mut facts = Facts::default();
    facts.set_text(fact::SERVICE, service);
    facts.set_number(fact::PID, u64::from(std::process::id()));
    if let Ok(path) = std::env::current_exe() {
        facts.set_text(fact::EXECUTABLE, path.to_string_lossy());
    }
    if let Some(id) = build_id() {
        facts.set_text(fact::BUILD_ID, id);
    }
    if let Some(host) = host_name() {
        facts.set_text(fact::HOST, host);
    }
    if let Some(id) = boot_id() {
        facts.set_text(fact::BOOT_ID, id);
    }
    facts.set_number(fact::START_TIME_NS, started_ns);
    if let Some(prefix) = span::trace_prefix() {
        facts.set_text(fact::TRACE_PREFIX, prefix.to_hex());
    }
    facts.set_text(fact::TTLOG_VERSION, env!("CARGO_PKG_VERSION"));
    facts
}

/// What the kernel calls this start of the machine.
pub(crate) fn boot_id() -> Option<String> {
    let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(id.trim().to_owned()).filter(|id| !id.is_empty())
}

/// Found out each time: a value that is set once could be in the making, for ever, where the process was forked.
fn host_name() -> Option<String> {
    let of_kernel = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let name = of_kernel.or_else(|| std::env::var("COMPUTERNAME").ok())?;
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}
