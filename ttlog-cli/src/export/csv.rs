//! [`CsvWriter`]: comma-separated values, as RFC 4180 has them but for the line's end, which is a line feed.
//!
//! Values stand as they are, control characters included: that is what an export is for. Only a terminal is spared them.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::convert::Infallible;

use jiff::Timestamp;
use ttlog_core::format::Json;
use ttlog_core::{EventRef, RecordKind, ValueRef};

use crate::condition::text_of;
use crate::label::{Label, labels};
use crate::merge::Stream;
use crate::output::printable;
use crate::query::{EventWriter, Reading};

/// How fields are written.
#[derive(Debug)]
pub(super) enum Columns {
    /// All of them in one column, as a JSON object.
    Json,
    /// Those of these names, in a column each.
    Fields(Vec<String>),
}

/// The names of all fields that the events have, in the order of the alphabet.
pub(super) fn all_fields(mut reading: Reading<'_>) -> Vec<String> {
    let mut names = BTreeSet::new();
    let Ok(()) = reading.for_each(|_, event| {
        for (name, _) in event.fields() {
            if !names.contains(name) {
                names.insert(name.to_owned());
            }
        }
        Ok::<(), Infallible>(())
    });
    reading.hide_progress();
    names.into_iter().collect()
}

/// Writes events as comma-separated values.
pub(super) struct CsvWriter {
    columns: Columns,
    /// One a file; none where there is one file only.
    labels: Vec<Label>,
    to_terminal: bool,
    scratch: String,
}

impl CsvWriter {
    pub(super) fn new(columns: Columns, streams: &[Stream], to_terminal: bool) -> CsvWriter {
        CsvWriter {
            columns,
            labels: labels(streams),
            to_terminal,
            scratch: String::new(),
        }
    }

    /// Appends the header.
    pub(super) fn begin(&self, out: &mut String) {
        if !self.labels.is_empty() {
            out.push_str("service,pid,");
        }
        out.push_str("time,level,target,thread,message,trace_id,span_id");
        match &self.columns {
            Columns::Json => out.push_str(",fields"),
            Columns::Fields(names) => {
                for name in names {
                    out.push(',');
                    push_cell(out, name, self.to_terminal);
                }
            }
        }
        out.push('\n');
    }
}

impl EventWriter for CsvWriter {
    fn push(&mut self, stream: usize, event: &EventRef<'_>, out: &mut String) {
        if event.kind() != RecordKind::Event {
            return;
        }
        if let Some(label) = self.labels.get(stream) {
            push_cell(out, &label.service, self.to_terminal);
            out.push(',');
            if let Some(pid) = label.pid {
                out.push_str(&pid.to_string());
            }
            out.push(',');
        }
        push_time(out, event.timestamp_nanos());
        out.push(',');
        out.push_str(event.level().as_str());
        out.push(',');
        push_cell(out, event.target(), self.to_terminal);
        out.push(',');
        match event.thread_name() {
            Some(name) => push_cell(out, name, self.to_terminal),
            None => out.push_str(&event.thread_id().to_string()),
        }
        out.push(',');
        push_cell(out, event.message(), self.to_terminal);
        push_ids(out, event);
        match &self.columns {
            Columns::Json => {
                self.scratch.clear();
                Json.format_fields(event, &mut self.scratch);
                out.push(',');
                push_cell(out, &self.scratch, self.to_terminal);
            }
            Columns::Fields(names) => {
                for name in names {
                    out.push(',');
                    if let Some(value) = event.field(name) {
                        let text = cell_of(&value, &mut self.scratch);
                        push_cell(out, text, self.to_terminal);
                    }
                }
            }
        }
        out.push('\n');
    }
}

/// Appends the cells of the trace and of the span that an event is in, contexts skipped, in hexadecimal digits; empty where it is in none.
fn push_ids(out: &mut String, event: &EventRef<'_>) {
    out.push(',');
    if let Some(id) = event.trace_id() {
        out.push_str(&format!("{id:032x}"));
    }
    out.push(',');
    if let Some(id) = event.parent_span_id() {
        out.push_str(&format!("{id:016x}"));
    }
}

/// A value as a program reads it: a length of time in seconds, nothing for `None`.
fn cell_of<'a>(value: &ValueRef<'a>, scratch: &'a mut String) -> &'a str {
    match value {
        ValueRef::None => "",
        ValueRef::Duration(value) => {
            scratch.clear();
            let text = format!("{}.{:09}", value.as_secs(), value.subsec_nanos());
            scratch.push_str(text.trim_end_matches('0').trim_end_matches('.'));
            scratch
        }
        _ => text_of(value, scratch),
    }
}

/// Appends a time with all nine digits of the second.
fn push_time(out: &mut String, time_ns: u64) {
    use std::fmt::Write;
    let written = match Timestamp::from_nanosecond(time_ns.into()) {
        Ok(time) => write!(out, "{time:.9}"),
        Err(_) => write!(out, "{time_ns}"),
    };
    // Writing to a string can't fail.
    debug_assert!(written.is_ok());
}

/// Appends a value, in quotes where it needs them.
fn push_cell(out: &mut String, text: &str, to_terminal: bool) {
    let text = match to_terminal {
        true => Cow::Owned(printable(text)),
        false => Cow::Borrowed(text),
    };
    if text.contains(['"', ',', '\n', '\r']) || text.starts_with(' ') || text.ends_with(' ') {
        out.push('"');
        out.push_str(&text.replace('"', "\"\""));
        out.push('"');
    } else {
        out.push_str(&text);
    }
}
