//! [`Label`]: what tells the events of one process from those of another, where several files are read.

use ttlog_core::FormatKind;
use ttlog_core::format::Json;
use ttlog_core::snapshot::fact;

use crate::merge::Stream;
use crate::output::printable;

/// What tells the events of one process from those of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Label {
    /// The service, else the executable's name, else the file's.
    pub(crate) service: String,
    pub(crate) pid: Option<u64>,
}

/// The colours of labels, in turn.
const COLORS: [&str; 6] = [
    "\x1b[36m", "\x1b[35m", "\x1b[34m", "\x1b[33m", "\x1b[32m", "\x1b[31m",
];
const RESET: &str = "\x1b[0m";

impl Label {
    /// The label of a file's events.
    pub(crate) fn of(stream: &Stream) -> Label {
        let facts = stream.facts();
        let executable = || {
            let path = facts.text(fact::EXECUTABLE)?;
            path.rsplit(['/', '\\']).next()
        };
        let service = facts.text(fact::SERVICE).or_else(executable);
        Label {
            service: service.unwrap_or(stream.name()).to_owned(),
            pid: facts.number(fact::PID),
        }
    }

    /// What stands in front of an event in this format. `number` is the process's, for its colour.
    pub(crate) fn prefix(&self, kind: FormatKind, number: usize, colored: bool) -> String {
        match kind {
            FormatKind::Json => {
                let mut prefix = String::from("{");
                self.push_json(&mut prefix);
                prefix.push(',');
                prefix
            }
            FormatKind::Logfmt => {
                let mut prefix = String::from("service=");
                Json.format_text(&self.service, &mut prefix);
                if let Some(pid) = self.pid {
                    prefix.push_str(&format!(" pid={pid}"));
                }
                prefix.push(' ');
                prefix
            }
            FormatKind::Text | FormatKind::Pretty if colored => {
                let color = COLORS[number % COLORS.len()];
                format!("{color}{}{RESET} ", self.text())
            }
            FormatKind::Text | FormatKind::Pretty => format!("{} ", self.text()),
        }
    }

    /// The label as keys of a JSON object, without the braces.
    pub(crate) fn push_json(&self, out: &mut String) {
        out.push_str("\"service\":");
        Json.format_text(&self.service, out);
        if let Some(pid) = self.pid {
            out.push_str(&format!(",\"pid\":{pid}"));
        }
    }

    fn text(&self) -> String {
        let service = printable(&self.service);
        match self.pid {
            Some(pid) => format!("{service}[{pid}]"),
            None => service,
        }
    }
}

/// The labels of all files; none where there is one file only, whose process needs no telling apart.
pub(crate) fn labels(streams: &[Stream]) -> Vec<Label> {
    match streams {
        [] | [_] => Vec::new(),
        streams => streams.iter().map(Label::of).collect(),
    }
}
