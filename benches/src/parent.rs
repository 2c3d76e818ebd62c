//! Starting the children, round by round, and gathering their figures.

use std::process::{Command, Stdio};

use crate::figures::Figures;
use crate::loggers::{Entry, TABLE};
use crate::options::Run;
use crate::report;
use crate::scale::Scale;
use crate::workloads::Workload;

/// All rounds of one logger in one workload.
pub(crate) struct Measured {
    pub(crate) entry: &'static Entry,
    pub(crate) workload: Workload,
    pub(crate) rounds: Vec<Figures>,
}

/// Runs everything that is selected, and writes the report.
///
/// # Errors
/// A message that says which bench failed, and how.
pub(crate) fn run(run: &Run) -> Result<(), String> {
    let mut measured = selected(&run.names)?;
    let load_before = report::load();
    for round in 0..run.rounds {
        let mut last = None;
        for bench in &mut measured {
            let (logger, workload) = (bench.entry.name, bench.workload.name());
            if last != Some(bench.workload) {
                eprintln!("round {} of {}: {workload}", round + 1, run.rounds);
                last = Some(bench.workload);
            }
            let figures = start_child(logger, workload, run.scale)
                .map_err(|error| format!("the bench of {logger} in {workload} failed: {error}"))?;
            bench.rounds.push(figures);
        }
    }
    let report = report::markdown(&measured, run, &load_before);
    println!("{report}");
    if let Some(path) = &run.out {
        std::fs::write(path, report).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(())
}

/// The benches that the names select, workload by workload, so that the loggers of one table are measured side by side.
fn selected(names: &[String]) -> Result<Vec<Measured>, String> {
    let known = |name: &String| {
        TABLE.iter().any(|entry| entry.name == name)
            || Workload::ALL.iter().any(|workload| workload.name() == name)
    };
    if let Some(unknown) = names.iter().find(|&name| !known(name)) {
        return Err(format!(
            "no logger and no workload is named {unknown} (see --list)"
        ));
    }
    let asks_for = |is: &dyn Fn(&String) -> bool, any: bool| !any || names.iter().any(is);
    let any_logger = TABLE
        .iter()
        .any(|entry| names.iter().any(|name| name == entry.name));
    let any_workload = Workload::ALL
        .iter()
        .any(|workload| names.iter().any(|name| name == workload.name()));
    let mut measured = Vec::new();
    for workload in Workload::ALL {
        for entry in TABLE {
            if entry.workloads.contains(&workload)
                && asks_for(&|name| name == entry.name, any_logger)
                && asks_for(&|name| name == workload.name(), any_workload)
            {
                measured.push(Measured {
                    entry,
                    workload,
                    rounds: Vec::new(),
                });
            }
        }
    }
    if measured.is_empty() {
        return Err("none of these loggers has one of these workloads".to_owned());
    }
    Ok(measured)
}

fn start_child(logger: &str, workload: &str, scale: Scale) -> Result<Figures, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut command = Command::new(program);
    command
        .args(["--child", logger, workload])
        .args((scale == Scale::Quick).then_some("--quick"));
    // An environment variable that a logger reads would make this run differ from the next.
    command.env_remove("RUST_LOG").stdin(Stdio::null());
    let output = command.output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{}\n{}", output.status, complaint.trim_end()));
    }
    Figures::find(&String::from_utf8_lossy(&output.stdout))
}

/// Measures one logger in one workload in this process, and prints the line of figures.
///
/// # Errors
/// A message if there is no such bench. A bench that fails panics.
pub(crate) fn child(logger: &str, workload: &str, scale: Scale) -> Result<(), String> {
    let entry = TABLE
        .iter()
        .find(|entry| entry.name == logger)
        .ok_or_else(|| format!("no logger {logger}"))?;
    let workload = entry
        .workloads
        .iter()
        .find(|known| known.name() == workload);
    let workload = *workload.ok_or_else(|| format!("{logger} has no such workload"))?;
    println!("{}", (entry.measure)(workload, scale));
    Ok(())
}

/// Prints the names that can be selected.
pub(crate) fn list() {
    println!("loggers:");
    TABLE
        .iter()
        .for_each(|entry| println!("  {:20} {}", entry.name, entry.setup));
    println!("workloads:");
    Workload::ALL
        .iter()
        .for_each(|workload| println!("  {:22} {}", workload.name(), workload.title()));
}
