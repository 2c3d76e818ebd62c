//! The command line.

use std::path::PathBuf;

use crate::scale::Scale;

/// What `--help` prints.
pub(crate) const USAGE: &str = "\
usage: ttlog-benches [--quick] [--rounds N] [--out FILE] [NAME ...]
       ttlog-benches --list
       ttlog-benches build-cost [--out FILE] [NAME ...]

  --quick       a few calls each: every bench runs and asserts, no figure is judged
  --rounds N    how many interleaved rounds the medians are taken over (3)
  --out FILE    writes the report to this file, too
  NAME          measures only the loggers and the workloads of these names (see --list)
  build-cost    what each logger costs an application: build, dependencies, binary";

/// How many rounds a full run makes when nothing else is said.
const ROUNDS: usize = 3;

/// What the program was asked to do.
pub(crate) enum Mode {
    Help,
    List,
    Run(Run),
    Child {
        logger: String,
        workload: String,
        scale: Scale,
    },
    BuildCost {
        names: Vec<String>,
        out: Option<PathBuf>,
    },
}

/// A run of the whole benchmark, or of a selection from it.
pub(crate) struct Run {
    pub(crate) scale: Scale,
    pub(crate) rounds: usize,
    pub(crate) out: Option<PathBuf>,
    pub(crate) names: Vec<String>,
    /// The arguments as they were given, for the record.
    pub(crate) arguments: Vec<String>,
}

/// Reads the arguments that follow the program's name.
///
/// # Errors
/// A message that names the argument that was not understood.
pub(crate) fn parse(arguments: impl Iterator<Item = String>) -> Result<Mode, String> {
    let arguments: Vec<String> = arguments.collect();
    let mut scale = Scale::Full;
    let mut rounds = None;
    let mut out = None;
    let mut names = Vec::new();
    let mut child = false;
    let mut remaining = arguments.iter();
    while let Some(argument) = remaining.next() {
        let mut value = || {
            remaining
                .next()
                .cloned()
                .ok_or_else(|| format!("{argument} needs a value"))
        };
        match argument.as_str() {
            "-h" | "--help" => return Ok(Mode::Help),
            "--list" => return Ok(Mode::List),
            "--quick" => scale = Scale::Quick,
            "--child" => child = true,
            "--rounds" => {
                let number = value()?;
                rounds = Some(
                    number
                        .parse()
                        .map_err(|_| format!("--rounds {number}: not a number"))?,
                );
            }
            "--out" => out = Some(PathBuf::from(value()?)),
            option if option.starts_with('-') => return Err(format!("unknown option {option}")),
            name => names.push(name.to_owned()),
        }
    }
    if child {
        let [logger, workload] = <[String; 2]>::try_from(names)
            .map_err(|_| "--child needs a logger and a workload".to_owned())?;
        return Ok(Mode::Child {
            logger,
            workload,
            scale,
        });
    }
    if names.first().is_some_and(|name| name == "build-cost") {
        names.remove(0);
        return Ok(Mode::BuildCost { names, out });
    }
    let rounds = rounds.unwrap_or(if scale == Scale::Quick { 1 } else { ROUNDS });
    if rounds == 0 {
        return Err("--rounds 0 would measure nothing".to_owned());
    }
    Ok(Mode::Run(Run {
        scale,
        rounds,
        out,
        names,
        arguments,
    }))
}
