//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use ttlog_core::FormatKind;

use crate::filters::Filters;
use crate::help;

/// Reads the snapshots that ttlog writes
#[derive(Debug, Parser)]
#[command(
    name = "ttlog",
    version,
    about,
    after_help = "`ttlog COMMAND --help` has examples."
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Print the events of snapshots
    ///
    /// The events go to stdout, in the order of time; those of several files are merged, and each tells which process it
    /// is from. An event that is in two snapshots of one process is printed once. One line a file on stderr tells what
    /// process it comes from, and how many events were lost before they reached the recorder.
    #[command(
        after_help = help::SHOW,
        after_long_help = help::sections(&[help::SHOW, help::TIMES, help::CONDITIONS, help::EXIT])
    )]
    Show(ShowOptions),
    /// Print what snapshots say of their process, counts of events and the busiest log calls
    #[command(after_help = help::INFO, after_long_help = help::sections(&[help::INFO, help::EXIT]))]
    Info(InfoOptions),
    /// Write the events of snapshots for other programs: JSON lines, CSV, traces for Perfetto
    #[command(
        after_help = help::EXPORT,
        after_long_help = help::sections(&[help::EXPORT, help::EXPORT_FORMATS, help::TIMES, help::CONDITIONS, help::EXIT])
    )]
    Export(ExportOptions),
    /// Make a snapshot of the black box that a process left, or that a running one has
    ///
    /// The file stays as it is. The other commands read such a file, too; a snapshot of it is smaller, and can be sent away.
    #[command(after_help = help::RECOVER, after_long_help = help::sections(&[help::RECOVER, help::EXIT]))]
    Recover(RecoverOptions),
    /// Print what makes a shell complete the command line
    #[command(after_help = help::COMPLETIONS)]
    Completions(CompletionsOptions),
    /// Print the man page, or write those of all commands into a directory
    #[command(after_help = help::MAN)]
    Man(ManOptions),
}

#[derive(Debug, Args)]
pub(crate) struct ShowOptions {
    /// Snapshots, or black boxes; `-` reads one from stdin
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,

    /// How an event is printed
    #[arg(short, long, value_enum, default_value = "text")]
    pub(crate) format: FormatName,

    /// Print only how many events there are
    #[arg(short, long)]
    pub(crate) count: bool,

    /// Print what comes into the black box of a running process, until it ends
    ///
    /// It begins with the last 10 events, or with what --last or --since asks for.
    #[arg(long, conflicts_with_all = ["count", "pager"])]
    pub(crate) follow: bool,

    /// When to use colours
    ///
    /// `auto` does where stdout is a terminal, unless NO_COLOR is set or TERM is `dumb`.
    #[arg(long, value_enum, default_value = "auto", value_name = "WHEN")]
    pub(crate) color: ColorChoice,

    /// Read the output through this command, whatever it is and wherever it goes
    ///
    /// Without this option, what doesn't fit on the terminal goes to the command in TTLOG_PAGER, else in PAGER, else
    /// to `less`.
    #[arg(long, value_name = "COMMAND")]
    pub(crate) pager: Option<String>,

    /// Write to the terminal, however long the output is
    #[arg(long, conflicts_with = "pager")]
    pub(crate) no_pager: bool,

    /// Leave out the lines that tell what process the events come from
    #[arg(short, long)]
    pub(crate) quiet: bool,

    #[command(flatten)]
    pub(crate) filters: Filters,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FormatName {
    /// A line for people
    Text,
    /// A JSON object a line
    Json,
    /// `key=value` pairs
    Logfmt,
    /// Several lines, a field on each
    Pretty,
}

impl FormatName {
    /// The format of this name.
    pub(crate) fn kind(self) -> FormatKind {
        match self {
            FormatName::Text => FormatKind::Text,
            FormatName::Json => FormatKind::Json,
            FormatName::Logfmt => FormatKind::Logfmt,
            FormatName::Pretty => FormatKind::Pretty,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Args)]
pub(crate) struct InfoOptions {
    /// Snapshots, or black boxes; `-` reads one from stdin
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,

    /// How many log calls and threads are listed
    #[arg(long, default_value_t = 10, value_name = "N")]
    pub(crate) top: usize,

    /// A JSON object a file, for programs
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ExportOptions {
    /// Snapshots, or black boxes; `-` reads one from stdin
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,

    /// What is written
    #[arg(short, long, value_enum)]
    pub(crate) format: ExportFormat,

    /// Where it is written; without this option, to stdout
    ///
    /// The file gets its name when all is written, and is its owner's alone, as a snapshot is.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// For csv: a column for each of these fields, instead of one with all fields as JSON
    #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
    pub(crate) fields: Vec<String>,

    /// For csv: a column for each field that any of the events has; reads the files twice
    #[arg(long, conflicts_with = "fields")]
    pub(crate) all_fields: bool,

    #[command(flatten)]
    pub(crate) filters: Filters,
}

#[derive(Debug, Args)]
pub(crate) struct RecoverOptions {
    /// The file of a black box
    #[arg(value_name = "IMAGE")]
    pub(crate) image: PathBuf,

    /// The snapshot
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsOptions {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub(crate) struct ManOptions {
    /// Where the pages are written; it is made if it isn't there
    #[arg(value_name = "DIRECTORY")]
    pub(crate) directory: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    /// A JSON object a line
    Json,
    /// Comma-separated values, with a header
    Csv,
    /// Trace events, for ui.perfetto.dev and chrome://tracing
    Chrome,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory;
        Arguments::command().debug_assert();
    }
}
