//! The record: when, where, with which versions and by which command it was measured.

use std::fmt::Write;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::options::Run;
use crate::parent::Measured;

/// The lock file that this program was built with.
const LOCK_FILE: &str = include_str!("../../../Cargo.lock");

/// The whole record of a run.
pub(super) fn markdown(measured: &[Measured], run: &Run, load_before: &str) -> String {
    let mut text = machine();
    let arguments: Vec<String> = run
        .arguments
        .iter()
        .map(|argument| format!(" {argument}"))
        .collect();
    let separator = if arguments.is_empty() { "" } else { " --" };
    let _ = writeln!(
        text,
        "- command: `cargo run --release -p ttlog-benches{separator}{}`",
        arguments.concat()
    );
    let _ = writeln!(
        text,
        "- load of the last minute: {load_before} before the run, {} after it; above about 1 others were at work",
        load()
    );
    if cfg!(debug_assertions) {
        text.push_str("- **built without optimisation**\n");
    }
    let _ = writeln!(
        text,
        "- rounds: {}, interleaved; each figure is the median over them, each min the least",
        run.rounds
    );
    let mut seen = Vec::new();
    for bench in measured {
        if !seen.contains(&bench.entry.name) {
            seen.push(bench.entry.name);
            let versions: Vec<String> = bench
                .entry
                .packages
                .iter()
                .map(|package| format!("{package} {}", version(package)))
                .collect();
            let versions = if versions.is_empty() {
                String::new()
            } else {
                format!(" ({})", versions.join(", "))
            };
            let _ = writeln!(
                text,
                "- {}: {}{versions}",
                bench.entry.name, bench.entry.setup
            );
        }
    }
    text
}

/// Date, machine and compiler.
pub(crate) fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!(
        "- date: {}\n- machine: {}, {cores} cores, {} {}\n- compiler: {}\n",
        date(
            SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |time| time.as_secs() / 86_400)
        ),
        processor(),
        std::env::consts::OS,
        std::fs::read_to_string("/proc/sys/kernel/osrelease")
            .unwrap_or_default()
            .trim(),
        compiler(),
    )
}

/// The operating system's average number of runnable threads over the last minute.
pub(crate) fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let first = text.split_whitespace().next();
    first.unwrap_or("unknown").to_owned()
}

fn processor() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = text
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    model
        .map_or(std::env::consts::ARCH, |(_, name)| name)
        .to_owned()
}

fn compiler() -> String {
    let name = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let output = Command::new(name).arg("--version").output();
    output.map_or("unknown".to_owned(), |output| {
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    })
}

/// The version of a package in the lock file.
fn version(package: &str) -> &'static str {
    let name = format!("name = \"{package}\"");
    let mut lines = LOCK_FILE.lines().skip_while(|line| *line != name).skip(1);
    lines
        .next()
        .and_then(|line| line.strip_prefix("version = \"")?.strip_suffix('"'))
        .unwrap_or("unknown")
}

/// The date of a day counted from 1970-01-01, in the Gregorian calendar: years are counted from March, so that the day
/// that comes every four years is the last of its year.
fn date(days: u64) -> String {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    format!("{year}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::{date, version};

    #[test]
    fn dates_are_those_of_the_calendar() {
        assert_eq!(date(0), "1970-01-01");
        assert_eq!(date(19_782), "2024-02-29");
        assert_eq!(date(19_783), "2024-03-01");
        assert_eq!(date(20_454), "2026-01-01");
    }

    #[test]
    fn versions_come_from_the_lock_file() {
        assert_eq!(version("ttlog-benches"), env!("CARGO_PKG_VERSION"));
        assert_eq!(version("no-such-package"), "unknown");
    }
}
