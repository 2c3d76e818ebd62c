//! The report: a table for each workload, the verdicts, and the record of how and where it was measured.

mod number;
mod record;
mod table;
mod targets;

use std::fmt::Write;

use crate::options::Run;
use crate::parent::Measured;
use crate::scale::Scale;
use crate::workloads::Workload;

pub(crate) use number::number;
pub(crate) use record::{load, machine};

/// Everything in one markdown text.
pub(crate) fn markdown(measured: &[Measured], run: &Run, load_before: &str) -> String {
    let mut text = String::from("# ttlog and its peers\n\n");
    if run.scale == Scale::Quick {
        text.push_str(
            "**A quick run: that every bench runs and asserts. The figures mean nothing.**\n\n",
        );
    }
    text.push_str(&record::markdown(measured, run, load_before));
    for workload in Workload::ALL {
        let rows: Vec<&Measured> = measured
            .iter()
            .filter(|bench| bench.workload == workload)
            .collect();
        if !rows.is_empty() {
            let _ = write!(
                text,
                "\n## {}\n\n{}",
                workload.title(),
                table::markdown(workload, &rows)
            );
        }
    }
    if run.scale == Scale::Full {
        text.push_str(&targets::markdown(measured));
    }
    text
}
