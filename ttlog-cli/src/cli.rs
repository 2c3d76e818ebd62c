//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use regex::Regex;
use ttlog_core::{FormatKind, LogLevel};

use crate::time::When;

const EXIT: &str = "\
Exit status:
  0  everything was shown (also when the reader of the output went away)
  1  a file could not be read, or not all of it: it is missing, no snapshot, of a newer
     version, truncated or damaged; what is whole in it was shown, and a line on stderr tells
     what is not
  2  the command line is wrong";

const EXAMPLES: &str = "\
Examples:
  ttlog show crash.ttlog
  ttlog show --level warn --target shop::db crash.ttlog
  ttlog show --since 10m --grep 'timeout|refused' crash.ttlog
  ttlog show --since 2026-01-31T00:00:00Z --until 2026-01-31T00:05:00+01:00 crash.ttlog
  ttlog show --last 20 --format pretty crash.ttlog
  ttlog show --format json --quiet *.ttlog | jq .message
  ssh host cat /var/lib/shop/crash.ttlog | ttlog show -
";

/// Reads the snapshots that ttlog writes.
#[derive(Debug, Parser)]
#[command(name = "ttlog", version, about)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Print the events of snapshots
    ///
    /// The events go to stdout, in the order of time. One line a file on stderr tells what process it comes from,
    /// and how many events were lost before they reached the recorder.
    #[command(after_long_help = format!("{EXAMPLES}\n{EXIT}"), after_help = EXAMPLES)]
    Show(ShowOptions),
    /// Print what snapshots say of their process, counts of events and the busiest log calls
    #[command(after_long_help = EXIT)]
    Info(InfoOptions),
}

#[derive(Debug, Args)]
pub(crate) struct ShowOptions {
    /// Snapshots; `-` reads one from stdin
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,

    /// How an event is printed
    #[arg(short, long, value_enum, default_value = "text")]
    pub(crate) format: FormatName,

    #[command(flatten)]
    pub(crate) filters: Filters,

    /// Only the last N of the events that the other options let through, of each file
    #[arg(short = 'n', long, value_name = "N")]
    pub(crate) last: Option<usize>,

    /// When to use colours
    ///
    /// `auto` does where stdout is a terminal, unless NO_COLOR is set or TERM is `dumb`.
    #[arg(long, value_enum, default_value = "auto", value_name = "WHEN")]
    pub(crate) color: ColorChoice,

    /// Leave out the lines that tell what process the events come from
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

/// Which events are wanted; an event has to satisfy all that is given.
#[derive(Debug, Default, Args)]
pub(crate) struct Filters {
    /// Only events of this level and more severe ones: trace, debug, info, warn, error, critical
    #[arg(short, long)]
    pub(crate) level: Option<LogLevel>,

    /// Only events of this target and the modules below it; may be given more than once
    ///
    /// `shop::db` takes `shop::db::pool` and not `shop::dbms`.
    #[arg(short, long, value_name = "TARGET")]
    pub(crate) target: Vec<String>,

    /// Only events with a match in the message or in a field's value
    ///
    /// The syntax is that of Rust's crate `regex`; `(?i)` in front ignores case.
    #[arg(short, long, value_name = "REGEX")]
    pub(crate) grep: Option<Regex>,

    /// Only events from this time on: `10m`, `2h 30m`, or as 2026-01-31T00:00:00Z
    ///
    /// A length of time is counted back from the snapshot. A time without an offset is UTC, as in the output.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) since: Option<When>,

    /// Only events before this time, given as for --since
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) until: Option<When>,
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
    /// Snapshots; `-` reads one from stdin
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,

    /// How many log calls are listed
    #[arg(long, default_value_t = 10, value_name = "N")]
    pub(crate) top: usize,
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
