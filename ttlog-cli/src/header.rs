//! The line that tells what process a snapshot comes from.

use std::fmt::Write;

use ttlog_core::snapshot::{Facts, fact};

use crate::time;

/// The line that tells what process a snapshot comes from, and what was lost; of the facts it names those that are known.
pub(crate) fn line(name: &str, facts: &Facts) -> String {
    let mut line = format!("{name}:");
    let service = facts.text(fact::SERVICE).or(facts.text(fact::EXECUTABLE));
    let mut add = |before: &str, value: Option<String>| {
        if let Some(value) = value {
            let _ = write!(line, " {before}{value}");
        }
    };
    add("", service.map(str::to_owned));
    add("pid ", facts.number(fact::PID).map(|pid| pid.to_string()));
    add("on ", facts.text(fact::HOST).map(str::to_owned));
    // Not when the process ended: what a black box has is saved by the next start, which may be days later.
    add(
        "saved at ",
        facts.number(fact::SNAPSHOT_TIME_NS).map(time::display),
    );
    add(
        "",
        facts.text(fact::REASON).map(|reason| format!("({reason})")),
    );
    let counts: Vec<String> = [fact::RECORDED, fact::OVERWRITTEN, fact::DROPPED]
        .into_iter()
        .filter_map(|name| Some(format!("{} {name}", facts.number(name)?)))
        .collect();
    if !counts.is_empty() {
        let _ = write!(line, "; events: {}", counts.join(", "));
    }
    line
}
