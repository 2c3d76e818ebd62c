//! `ttlog info`: what a snapshot says of its process, how many events of which level it has and when, what was lost, and
//! which threads and log calls made most of them.
//!
//! | module | owns |
//! |---|---|
//! | `counts` | what is counted over all events, in memory that does not grow with their number |
//! | `timeline` | how many events of each level happened when |
//! | `text`, `json` | what is printed |

mod counts;
mod json;
mod text;
mod timeline;

use std::io::{self, IsTerminal};
use std::process::ExitCode;
use std::rc::Rc;

use ttlog_core::snapshot::ReadError;

use crate::cli::InfoOptions;
use crate::input::{self, Reader, Source};
use crate::output::{Output, exit_code, tell};
use crate::progress::Progress;
use counts::Counts;

/// What was found out about a file.
struct Findings {
    name: String,
    reader: Reader,
    counts: Counts,
    /// The length of the file.
    bytes: u64,
}

/// Describes all files; see the help text for the exit codes.
pub(crate) fn run(options: &InfoOptions) -> ExitCode {
    let mut output = Output::stdout();
    let mut all_read = true;
    for (index, source) in input::sources(&options.files).iter().enumerate() {
        let findings = match examine(source) {
            Ok(findings) => findings,
            Err(error) => {
                source.tell_error(&error);
                all_read = false;
                continue;
            }
        };
        if options.json {
            json::report(&findings, options.top, &mut output.text);
        } else {
            if index > 0 {
                output.text.push('\n');
            }
            // Writing to a string can't fail.
            let _ = text::report(&findings, options.top, &mut output.text);
        }
        if let Err(error) = output.flush() {
            return exit_code(Err(error), all_read);
        }
        all_read &= tell_flaws(&findings);
    }
    exit_code(output.finish(), all_read)
}

/// Reads a file.
fn examine(source: &Source) -> Result<Findings, ReadError> {
    let progress = Rc::new(Progress::new(source.bytes(), io::stdout().is_terminal()));
    let mut reader = source.open(&progress)?;
    let mut counts = Counts::default();
    let read = loop {
        match reader.advance() {
            Ok(true) => {
                if let Some(event) = reader.current() {
                    counts.add(&event);
                }
            }
            Ok(false) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    progress.finish();
    read.map(|()| Findings {
        name: source.name(),
        reader,
        counts,
        bytes: source.bytes().unwrap_or(progress.done_bytes()),
    })
}

/// Tells in one line what was wrong with a file; gives whether nothing was.
fn tell_flaws(findings: &Findings) -> bool {
    let flaws: Vec<String> = findings
        .reader
        .flaws()
        .iter()
        .map(ToString::to_string)
        .collect();
    if !flaws.is_empty() {
        tell(&format!(
            "ttlog: {}: warning: {}",
            findings.name,
            flaws.join("; ")
        ));
    }
    flaws.is_empty()
}
