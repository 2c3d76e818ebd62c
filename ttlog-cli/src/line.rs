//! [`LineWriter`]: an event in one of the formats, with its label where there are several files.

use ttlog_core::{EventRef, Format, FormatKind};

use crate::label::{Label, labels};
use crate::merge::Stream;
use crate::query::EventWriter;

/// Writes events in one of the formats.
pub(crate) struct LineWriter {
    kind: FormatKind,
    format: Box<dyn Format>,
    colored: bool,
    /// In front of the events of each file; none where there is one file only.
    prefixes: Vec<String>,
    line: String,
}

impl LineWriter {
    /// A writer for the events of these files.
    pub(crate) fn new(kind: FormatKind, colored: bool, streams: &[Stream]) -> LineWriter {
        let labels = labels(streams);
        // Files of one process have one colour.
        let number = |label: &Label| {
            let mut distinct: Vec<&Label> = Vec::new();
            for label in &labels {
                if !distinct.contains(&label) {
                    distinct.push(label);
                }
            }
            distinct.iter().position(|other| *other == label)
        };
        LineWriter {
            kind,
            format: kind.boxed(),
            colored,
            prefixes: labels
                .iter()
                .map(|label| label.prefix(kind, number(label).unwrap_or(0), colored))
                .collect(),
            line: String::new(),
        }
    }
}

impl EventWriter for LineWriter {
    #[inline]
    fn push(&mut self, stream: usize, event: &EventRef<'_>, out: &mut String) {
        match self.prefixes.get(stream) {
            None => format(&*self.format, self.colored, event, out),
            Some(prefix) => {
                out.push_str(prefix);
                if self.kind == FormatKind::Json {
                    self.line.clear();
                    format(&*self.format, self.colored, event, &mut self.line);
                    // The prefix has the opening brace.
                    out.push_str(&self.line[1..]);
                } else {
                    format(&*self.format, self.colored, event, out);
                }
            }
        }
    }
}

#[inline]
fn format(format: &dyn Format, colored: bool, event: &EventRef<'_>, out: &mut String) {
    if colored {
        format.format_colored(event, out);
    } else {
        format.format(event, out);
    }
}
