//! `ttlog export`: the events of snapshots for other programs.
//!
//! | module | owns |
//! |---|---|
//! | `csv` | comma-separated values |
//! | `chrome` | the Trace Event Format |
//! | `spans` | which spans are slices of their thread in it |
//!
//! JSON lines are those of `ttlog show --format json`.

mod chrome;
mod csv;
mod spans;

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use ttlog_core::FormatKind;

use crate::cli::{ExportFormat, ExportOptions};
use crate::line::LineWriter;
use crate::output::{Output, tell};
use crate::query::{Passes, Query};
use chrome::ChromeWriter;
use csv::{Columns, CsvWriter};

/// Writes the events of all files; see the help text for the exit codes.
pub(crate) fn run(options: &ExportOptions) -> ExitCode {
    let is_csv = options.format == ExportFormat::Csv;
    if !is_csv && (options.all_fields || !options.fields.is_empty()) {
        tell("ttlog: --fields and --all-fields are for --format csv");
        return ExitCode::from(2);
    }
    let mut output = match &options.output {
        None => Output::stdout(),
        Some(path) => match Output::file(path) {
            Ok(output) => output,
            Err(error) => {
                tell(&format!("ttlog: {}: {error}", path.display()));
                return ExitCode::FAILURE;
            }
        },
    };
    let to_terminal = options.output.is_none() && io::stdout().is_terminal();
    let passes = match options.all_fields {
        true => Passes::Two,
        false => Passes::One,
    };
    let query = match Query::new(&options.files, &options.filters, passes, to_terminal) {
        Ok(query) => query,
        Err(code) => return code,
    };
    let columns = match &options.fields[..] {
        _ if options.all_fields => Columns::Fields(csv::all_fields(query.read())),
        [] => Columns::Json,
        fields => Columns::Fields(fields.to_vec()),
    };
    let mut reading = query.read();
    let streams = reading.merge.streams();
    let written = match options.format {
        ExportFormat::Json => {
            let mut writer = LineWriter::new(FormatKind::Json, false, streams);
            reading.write(&mut writer, &mut output)
        }
        ExportFormat::Csv => {
            let mut writer = CsvWriter::new(columns, streams, to_terminal);
            writer.begin(&mut output.text);
            reading.write(&mut writer, &mut output)
        }
        ExportFormat::Chrome => {
            let mut writer = ChromeWriter::new(streams);
            writer.begin(&mut output.text);
            let written = reading.write(&mut writer, &mut output);
            writer.end(&mut output.text);
            written
        }
    };
    reading.hide_progress();
    // Half of a file gets no name.
    let finished = match written {
        Ok(_) => output.finish(),
        Err(error) => Err(error),
    };
    reading.finish(finished)
}
