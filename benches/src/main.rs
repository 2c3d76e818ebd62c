//! The benchmark of ttlog against its peers: one command, one report.
//!
//! `cargo run --release -p ttlog-benches` measures every logger in every workload that it can do and prints the report as
//! markdown. `README.md` beside this package says how each figure is measured, and why so.
//!
//! Most loggers install something global, so each measurement runs in a process of its own: the program starts itself with
//! `--child`, and the child prints one line of figures. The rounds are interleaved (A B C A B C) and the median over the
//! rounds is what the report shows.
//!
//! | module | what it owns |
//! |---|---|
//! | [`options`] | the command line |
//! | [`parent`] | starting the children, round by round |
//! | [`figures`] | the figures of one measurement, and the line that carries them |
//! | [`scale`] | how many calls each workload makes |
//! | [`measure`] | clock, percentiles, processor time, allocations |
//! | [`output`] | where the loggers write, and the check of what they wrote |
//! | [`loggers`] | the floor, ttlog and its peers, behind one trait |
//! | [`workloads`] | what each logger is put through |
//! | [`report`] | the tables, the record and the verdicts |
//! | [`build_cost`] | what a logger costs an application to build |

#![expect(
    clippy::print_stdout,
    reason = "the report and the child's line of figures are this program's output"
)]
#![expect(
    clippy::print_stderr,
    reason = "progress goes beside the report, not into it"
)]

mod build_cost;
mod figures;
mod loggers;
mod measure;
mod options;
mod output;
mod parent;
mod report;
mod scale;
mod workloads;

use std::process::ExitCode;

use options::Mode;

#[global_allocator]
static ALLOCATOR: measure::allocations::CountingAllocator = measure::allocations::CountingAllocator;

fn main() -> ExitCode {
    let mode = match options::parse(std::env::args().skip(1)) {
        Ok(mode) => mode,
        Err(message) => {
            eprintln!("{message}\n\n{}", options::USAGE);
            return ExitCode::from(2);
        }
    };
    let result = match mode {
        Mode::Help => {
            println!("{}", options::USAGE);
            Ok(())
        }
        Mode::List => {
            parent::list();
            Ok(())
        }
        Mode::Child {
            logger,
            workload,
            scale,
        } => parent::child(&logger, &workload, scale),
        Mode::Run(run) => parent::run(&run),
        Mode::BuildCost { names, out } => build_cost::run(&names, out.as_deref()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
