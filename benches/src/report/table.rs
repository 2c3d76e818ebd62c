//! The table of one workload: a logger a row, the floor first.

use std::fmt::Write;

use super::number;
use crate::measure::samples::Samples;
use crate::parent::Measured;
use crate::workloads::Workload;

/// One figure over the rounds: the median; of a least, the least.
pub(super) fn over_rounds(bench: &Measured, key: &str) -> Option<f64> {
    let rounds: Vec<f64> = bench
        .rounds
        .iter()
        .filter_map(|figures| figures.get(key))
        .collect();
    let is_least = key == "min" || key.ends_with("_min");
    (!rounds.is_empty()).then(|| {
        let rounds = Samples::new(rounds);
        if is_least && !key.starts_with("ratio") {
            rounds.min()
        } else {
            rounds.median()
        }
    })
}

/// The rows, with the ratios of the key figure to the floor's and to ttlog's, and its spread over the rounds.
pub(super) fn markdown(workload: Workload, rows: &[&Measured]) -> String {
    let key = workload.key();
    let of = |name: &str| {
        rows.iter()
            .find(|bench| bench.entry.name == name)
            .and_then(|bench| over_rounds(bench, key))
    };
    let references = [("÷ floor", of("floor")), ("÷ ttlog", of("ttlog"))];
    let references: Vec<_> = references
        .iter()
        .filter_map(|&(heading, value)| Some((heading, value?)))
        .collect();

    let mut text = String::from("| logger |");
    let headings = workload.columns().iter().map(|column| column.heading);
    let spread = workload
        .columns()
        .iter()
        .find(|column| column.key == key)
        .map_or(key, |column| column.heading);
    for heading in headings.chain(references.iter().map(|&(heading, _)| heading)) {
        let _ = write!(text, " {heading} |");
    }
    let _ = write!(text, " rounds: {spread} |\n|---|");
    text.push_str(&"---:|".repeat(workload.columns().len() + references.len() + 1));
    text.push('\n');
    for bench in rows {
        let _ = write!(text, "| {} |", bench.entry.name);
        for column in workload.columns() {
            let _ = write!(
                text,
                " {} |",
                over_rounds(bench, column.key).map_or("–".to_owned(), number)
            );
        }
        for &(_, reference) in &references {
            let ratio = over_rounds(bench, key)
                .filter(|_| reference > 0.0)
                .map(|own| own / reference);
            let _ = write!(text, " {} |", ratio.map_or("–".to_owned(), number));
        }
        let rounds: Vec<f64> = bench
            .rounds
            .iter()
            .filter_map(|figures| figures.get(key))
            .collect();
        let rounds = Samples::new(rounds);
        let _ = writeln!(
            text,
            " {} to {} |",
            number(rounds.min()),
            number(rounds.max())
        );
    }
    text
}
