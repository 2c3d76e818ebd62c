//! [`ChromeWriter`]: the Trace Event Format, which Perfetto and chrome://tracing open.
//!
//! Times are microseconds from `otherData.epoch` on, so that the floats of the readers keep every nanosecond.

use std::collections::BTreeMap;
use std::fmt::Write;

use ttlog_core::format::Json;
use ttlog_core::snapshot::fact;
use ttlog_core::{EventRef, RecordKind, ValueRef};

use super::spans::{Open, OpenSpans, Place};
use crate::condition::unit_of_name;
use crate::label::Label;
use crate::merge::{Process, Stream};
use crate::query::EventWriter;
use crate::time;

/// Where numbers for processes begin whose own is taken or not known; no system has such pids.
const FIRST_FREE_PID: u64 = 1 << 30;

/// Writes events as a trace.
pub(super) struct ChromeWriter {
    epoch_ns: u64,
    /// The number in the trace, and the name, of the process of each file.
    processes: Vec<(u64, Label)>,
    /// The names of threads, by the numbers of process and thread; written at the end.
    threads: BTreeMap<(u64, u32), Option<String>>,
    spans: OpenSpans,
}

impl ChromeWriter {
    pub(super) fn new(streams: &[Stream]) -> ChromeWriter {
        // What an event tells the length of may have begun before the first event.
        let beginning = |stream: &Stream| {
            let start = stream.facts().number(fact::START_TIME_NS);
            Some(stream.time_ns()?.min(start.unwrap_or(u64::MAX)))
        };
        ChromeWriter {
            epoch_ns: streams.iter().filter_map(beginning).min().unwrap_or(0),
            processes: processes(streams),
            threads: BTreeMap::new(),
            spans: OpenSpans::default(),
        }
    }

    /// Appends what stands before the events.
    pub(super) fn begin(&self, out: &mut String) {
        let epoch = time::display(self.epoch_ns);
        push(
            out,
            format_args!(
                "{{\"displayTimeUnit\":\"ns\",\"otherData\":{{\"epoch\":\"{epoch}\"}},\"traceEvents\":["
            ),
        );
        let mut last = None;
        for (pid, label) in &self.processes {
            // Files of one process stand beside each other or far apart; naming it twice does no harm.
            if last == Some(pid) {
                continue;
            }
            let separator = if last.is_some() { ",\n" } else { "\n" };
            last = Some(pid);
            push(
                out,
                format_args!(
                    "{separator}{{\"name\":\"process_name\",\"ph\":\"M\",\"pid\":{pid},\"tid\":0,\"args\":{{\"name\":"
                ),
            );
            Json.format_text(&label.service, out);
            out.push_str("}}");
        }
    }

    /// Appends what stands behind the events.
    pub(super) fn end(&mut self, out: &mut String) {
        for (pid, open) in self.spans.rest() {
            // They have begun; a viewer lets them go on to the end.
            push(out, format_args!(",\n{{{},\"ph\":\"B\",\"ts\":", open.keys));
            push_micros(out, open.start_ns);
            push(
                out,
                format_args!(",\"pid\":{pid},\"tid\":{}}}", open.thread),
            );
        }
        for ((pid, thread), name) in &self.threads {
            push(
                out,
                format_args!(
                    ",\n{{\"name\":\"thread_name\",\"ph\":\"M\",\"pid\":{pid},\"tid\":{thread},\"args\":{{\"name\":"
                ),
            );
            match name {
                Some(name) => Json.format_text(name, out),
                None => Json.format_text(&format!("thread {thread}"), out),
            }
            out.push_str("}}");
        }
        out.push_str("\n]}\n");
    }
}

/// The number of each file's process in the trace: its pid, unless another process has that, too.
fn processes(streams: &[Stream]) -> Vec<(u64, Label)> {
    let mut known: Vec<(u64, Option<&Process>)> = Vec::new();
    let mut free_pid = FIRST_FREE_PID;
    for stream in streams {
        let process = stream.process();
        let same = known
            .iter()
            .find(|(_, other)| other.is_some() && *other == process);
        let wanted = stream.facts().number(fact::PID);
        let number = match (same, wanted) {
            (Some((number, _)), _) => *number,
            (None, Some(pid)) if known.iter().all(|(number, _)| *number != pid) => pid,
            _ => {
                free_pid += 1;
                free_pid - 1
            }
        };
        known.push((number, process));
    }
    let numbers = known.into_iter().map(|(number, _)| number);
    numbers.zip(streams.iter().map(Label::of)).collect()
}

impl EventWriter for ChromeWriter {
    fn push(&mut self, stream: usize, event: &EventRef<'_>, out: &mut String) {
        let pid = self.processes.get(stream).map_or(0, |(pid, _)| *pid);
        let thread = event.thread_id();
        self.threads
            .entry((pid, thread))
            .or_insert_with(|| event.thread_name().map(str::to_owned));
        match (event.kind(), event.own_span_id()) {
            (RecordKind::SpanBegin, Some(id)) => return self.begin_span(pid, id.get(), event),
            (RecordKind::SpanEnd, Some(id)) => return self.end_span(pid, id.get(), event, out),
            _ => {}
        }
        out.push_str(",\n{\"name\":");
        let name = match (event.message(), event.name()) {
            ("", "") => event.target(),
            ("", name) => name,
            (message, _) => message,
        };
        Json.format_text(name, out);
        out.push_str(",\"cat\":");
        Json.format_text(event.target(), out);
        let end_ns = event.timestamp_nanos().saturating_sub(self.epoch_ns);
        match length_ns(event) {
            Some(length_ns) => {
                let start_ns = end_ns.saturating_sub(length_ns);
                out.push_str(",\"ph\":\"X\",\"ts\":");
                push_micros(out, start_ns);
                out.push_str(",\"dur\":");
                push_micros(out, end_ns - start_ns);
            }
            None => {
                out.push_str(",\"ph\":\"i\",\"s\":\"t\",\"ts\":");
                push_micros(out, end_ns);
            }
        }
        push(out, format_args!(",\"pid\":{pid},\"tid\":{thread},"));
        push_args(event, out);
        out.push_str(",\"fields\":");
        Json.format_fields(event, out);
        out.push_str("}}");
    }
}

impl ChromeWriter {
    fn begin_span(&mut self, pid: u64, id: u64, event: &EventRef<'_>) {
        let mut keys = String::new();
        push_span(event, &mut keys);
        let open = Open {
            thread: event.thread_id(),
            start_ns: event.timestamp_nanos().saturating_sub(self.epoch_ns),
            keys,
        };
        self.spans.begin(pid, id, open);
    }

    /// A slice of its thread, or a pair of events for one on a line of its own.
    fn end_span(&mut self, pid: u64, id: u64, event: &EventRef<'_>, out: &mut String) {
        let thread = event.thread_id();
        let end_ns = event.timestamp_nanos().saturating_sub(self.epoch_ns);
        let (place, begun_ns) = self.spans.end(pid, id, thread);
        let length_ns = length_ns(event).unwrap_or(0);
        let start_ns = begun_ns
            .unwrap_or(end_ns.saturating_sub(length_ns))
            .min(end_ns);
        let mut keys = String::new();
        push_span(event, &mut keys);
        let phases: &[(&str, u64)] = match place {
            Place::Thread => &[("X", start_ns)],
            Place::Alone => &[("b", start_ns), ("e", end_ns)],
        };
        for (phase, time_ns) in phases {
            push(out, format_args!(",\n{{{keys},\"ph\":\"{phase}\",\"ts\":"));
            push_micros(out, *time_ns);
            match place {
                Place::Thread => {
                    out.push_str(",\"dur\":");
                    push_micros(out, end_ns - start_ns);
                }
                Place::Alone => push(out, format_args!(",\"id\":\"{id:016x}\"")),
            }
            push(out, format_args!(",\"pid\":{pid},\"tid\":{thread}}}"));
        }
    }
}

/// The name, the category and the arguments of a span, from its beginning or its end.
fn push_span(event: &EventRef<'_>, out: &mut String) {
    out.push_str("\"name\":");
    Json.format_text(event.message(), out);
    out.push_str(",\"cat\":");
    Json.format_text(event.target(), out);
    out.push(',');
    push_args(event, out);
    let span = event.spans().next_back();
    if let Some(span) = span.filter(|span| Some(span.id) == event.own_span_id()) {
        out.push_str(",\"fields\":");
        Json.format_span_fields(span, out);
    }
    if event.kind() == RecordKind::SpanEnd {
        out.push_str(",\"end\":");
        Json.format_fields(event, out);
    }
    out.push('}');
}

/// What every event has among its arguments; the object is still open.
fn push_args(event: &EventRef<'_>, out: &mut String) {
    let level = event.level();
    push(out, format_args!("\"args\":{{\"level\":\"{level}\""));
    if !event.file().is_empty() {
        out.push_str(",\"source\":");
        Json.format_text(&format!("{}:{}", event.file(), event.line()), out);
    }
    if let Some(id) = event.trace_id() {
        push(out, format_args!(",\"trace_id\":\"{id:032x}\""));
    }
}

/// The length of what the event tells the end of: its field `elapsed` or `duration`, a length of time or a number whose unit
/// the name tells.
fn length_ns(event: &EventRef<'_>) -> Option<u64> {
    event.fields().find_map(|(name, value)| {
        let stem = name.split(['_', '.']).next()?;
        if !matches!(stem, "elapsed" | "duration") {
            return None;
        }
        let number = match value {
            ValueRef::Duration(length) => return u64::try_from(length.as_nanos()).ok(),
            ValueRef::U64(number) => number as f64,
            ValueRef::I64(number) => number as f64,
            ValueRef::F64(number) => number,
            ValueRef::F32(number) => number.into(),
            _ => return None,
        };
        let length_ns = number * unit_of_name(name)?;
        // Behind 2^63 no clock's nanoseconds are.
        (0.0..9.2e18)
            .contains(&length_ns)
            .then_some(length_ns as u64)
    })
}

fn push_micros(out: &mut String, time_ns: u64) {
    push(
        out,
        format_args!("{}.{:03}", time_ns / 1000, time_ns % 1000),
    );
}

fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string can't fail.
    let _ = out.write_fmt(text);
}
