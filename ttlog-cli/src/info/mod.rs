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
use crate::pager::Wish;
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
    let mut output = Output::paged(Wish::from_env());
    let mut all_read = true;
    let mut warnings = Vec::new();
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
        warnings.extend(warning_of(&findings));
        if output.advance().is_err() {
            break;
        }
    }
    // The pager has the terminal until then.
    let finished = output.finish();
    for warning in &warnings {
        tell(warning);
    }
    exit_code(finished, all_read && warnings.is_empty())
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

/// What was wrong with a file, in one line.
fn warning_of(findings: &Findings) -> Option<String> {
    let flaws: Vec<String> = findings
        .reader
        .flaws()
        .iter()
        .map(ToString::to_string)
        .collect();
    let warning = || format!("ttlog: {}: warning: {}", findings.name, flaws.join("; "));
    (!flaws.is_empty()).then(warning)
}
