//! What `ttlog info` prints for people.

use std::fmt::Write;

use ttlog_core::LogLevel;
use ttlog_core::snapshot::{FactValue, Facts, fact};

use super::Findings;
use crate::length::display_length;
use crate::output::printable;
use crate::terminal::{Terminal, Tint};
use crate::time;

/// The facts that have a place of their own.
const PLACED: [&str; 3] = [fact::RECORDED, fact::OVERWRITTEN, fact::DROPPED];
/// What stands in front of the chart: the margin, the level's name, the count.
const CHART_INDENT: usize = 2 + 17 + 12;

pub(super) fn report(findings: &Findings, top: usize, text: &mut String) -> std::fmt::Result {
    let terminal = Terminal::of_stdout();
    let facts = findings.reader.facts();
    writeln!(
        text,
        "{}",
        terminal.tint(Tint::Bold, &printable(&findings.name))
    )?;
    for (name, value) in facts.iter().filter(|(name, _)| !PLACED.contains(name)) {
        let value = match value {
            FactValue::Number(number) if name.ends_with("_time_ns") => time::display(*number),
            FactValue::Number(number) => number.to_string(),
            FactValue::Text(text) => printable(text),
            _ => continue,
        };
        let name = printable(name.strip_suffix("_ns").unwrap_or(name)).replace('_', " ");
        writeln!(text, "  {name:<16} {value}")?;
    }
    events(findings, facts, text)?;
    levels(findings, &terminal, text)?;
    threads(findings, top, text)?;
    calls(findings, top, &terminal, text)
}

/// How many events there are, from when to when, what was lost, and how large the file is.
fn events(findings: &Findings, facts: &Facts, text: &mut String) -> std::fmt::Result {
    let counts = &findings.counts;
    writeln!(text, "  {:<16} {}", "events here", grouped(counts.events))?;
    if counts.spans_begun + counts.spans_ended > 0 {
        let (begun, ended) = (grouped(counts.spans_begun), grouped(counts.spans_ended));
        writeln!(text, "  {:<16} {begun} begun, {ended} ended", "spans")?;
    }
    if let Some((first, last)) = counts.span {
        writeln!(text, "  {:<16} {}", "first event", time::display(first))?;
        let length = display_length(last - first);
        writeln!(
            text,
            "  {:<16} {}, {length} later",
            "last event",
            time::display(last)
        )?;
    }
    for name in PLACED {
        if let Some(count) = facts.number(name) {
            let note = match (name, count) {
                (_, 0) | (fact::RECORDED, _) => "",
                (fact::OVERWRITTEN, _) => {
                    " (lost: newer events took their place before they got here)"
                }
                _ => " (lost: they could not be recorded)",
            };
            writeln!(text, "  {name:<16} {}{note}", grouped(count))?;
        }
    }
    let each = match counts.events {
        0 => String::new(),
        events => format!(", {:.1} an event", findings.bytes as f64 / events as f64),
    };
    writeln!(
        text,
        "  {:<16} {} bytes{each}",
        "size",
        grouped(findings.bytes)
    )?;
    let complete = if findings.reader.is_complete() {
        "yes"
    } else {
        "no"
    };
    writeln!(text, "  {:<16} {complete}", "complete")
}

/// A row for each level that there is, with a chart of when.
fn levels(findings: &Findings, terminal: &Terminal, text: &mut String) -> std::fmt::Result {
    let counts = &findings.counts;
    let Some((first, last)) = counts.span else {
        return Ok(());
    };
    let columns = terminal.columns().saturating_sub(CHART_INDENT).clamp(8, 64);
    let mut drawn = 0;
    writeln!(text)?;
    for level in LogLevel::ALL.into_iter().rev() {
        let count = counts.levels[level as usize];
        if count == 0 {
            continue;
        }
        let heights = counts.timeline.columns(level, columns);
        drawn = heights.len();
        let chart = terminal.chart(&heights);
        let name = terminal.tint(Tint::Level(level), &format!("{:<16}", level.as_str()));
        let chart = terminal.tint(Tint::Level(level), chart.trim_end());
        writeln!(text, "  {name} {:<12}{chart}", grouped(count))?;
    }
    if drawn > 1 {
        let column = display_length((last - first) / drawn as u64);
        let note = format!("a column is {column}; each row to its own scale");
        let indent = CHART_INDENT.min(terminal.columns().saturating_sub(note.len()));
        let note = terminal.tint(Tint::Dim, &note);
        writeln!(text, "{:indent$}{note}", "")?;
    }
    Ok(())
}

fn threads(findings: &Findings, top: usize, text: &mut String) -> std::fmt::Result {
    let counts = &findings.counts;
    writeln!(
        text,
        "\n  {:<16} {}",
        "threads",
        grouped(counts.threads.len() as u64)
    )?;
    for (id, thread) in counts.busiest_threads(top) {
        let name = match &thread.name {
            Some(name) => format!("{} ({id})", printable(name)),
            None => format!("({id})"),
        };
        writeln!(text, "  {:>12}   {name}", grouped(thread.events))?;
    }
    Ok(())
}

fn calls(
    findings: &Findings,
    top: usize,
    terminal: &Terminal,
    text: &mut String,
) -> std::fmt::Result {
    let counts = &findings.counts;
    writeln!(
        text,
        "\n  {:<16} {}",
        "log calls",
        grouped(counts.calls.len() as u64)
    )?;
    for (call, count) in counts.busiest_calls(top) {
        let place = match (call.file.as_str(), call.line) {
            ("", _) => String::new(),
            (file, 0) => format!(" {file}"),
            (file, line) => format!(" {file}:{line}"),
        };
        let level = terminal.tint(Tint::Level(call.level), call.level.as_str());
        let place = terminal.tint(Tint::Dim, &printable(&format!("{}{place}", call.target)));
        let message = match call.message.as_str() {
            "" => String::new(),
            message => format!(" {}", printable(message)),
        };
        let times = terminal.times();
        let count = grouped(count);
        writeln!(text, "  {count:>12} {times} {level} {place}{message}")?;
    }
    Ok(())
}

/// A number with a comma before every three digits.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn digits_are_grouped_by_three() {
        assert_eq!(
            [0, 999, 1000, 1234567].map(grouped),
            ["0", "999", "1,000", "1,234,567"]
        );
    }
}
