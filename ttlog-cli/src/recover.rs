//! `ttlog recover`: makes a snapshot of the file of a black box.

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use ttlog_core::snapshot::ReadError;

use crate::cli::RecoverOptions;
use crate::input::Source;
use crate::new_file::NewFile;
use crate::output::tell;

/// Makes the snapshot; see the help text for the exit codes.
pub(crate) fn run(options: &RecoverOptions) -> ExitCode {
    let source = Source::new(&options.image);
    let image = match source.open_image() {
        Ok(image) => image,
        Err(ReadError::Foreign) => {
            source.tell_error(&"not a black box");
            return ExitCode::FAILURE;
        }
        Err(error) => {
            source.tell_error(&error);
            return ExitCode::FAILURE;
        }
    };
    let written = NewFile::new(&options.output).and_then(|file| {
        let mut file = BufWriter::new(file);
        let recovered = image.recover(&mut file)?;
        file.flush()?;
        let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.finish()?;
        Ok(recovered)
    });
    match written {
        Ok(recovered) => {
            tell(&format!(
                "ttlog: {}: the process {}; {} events in {}",
                source.name(),
                recovered.reason,
                recovered.events,
                options.output.display()
            ));
            ExitCode::SUCCESS
        }
        Err(error) => {
            tell(&format!("ttlog: {}: {error}", options.output.display()));
            ExitCode::FAILURE
        }
    }
}
