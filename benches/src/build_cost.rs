//! What a logger costs an application: processor time of a clean build, dependencies, size of the binary.
//!
//! Small applications are written to a temporary directory and built there, each from nothing: `cargo run --release -p
//! ttlog-benches -- build-cost`. It takes minutes, so it is no part of the usual run.

mod application;

use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use application::{APPLICATIONS, Application};

use crate::measure::usage;
use crate::output::Scratch;
use crate::report::{machine, number};

/// What one application costs.
struct Cost {
    debug_seconds: f64,
    release_seconds: f64,
    crates: usize,
    binary_bytes: u64,
}

/// Builds the applications of these names, or all of them, and writes the table.
///
/// # Errors
/// A message that says which application failed, and how.
pub(crate) fn run(names: &[String], out: Option<&Path>) -> Result<(), String> {
    let selected = |application: &&Application| {
        names.is_empty() || names.iter().any(|name| name == application.name)
    };
    let mut costs = Vec::new();
    for application in APPLICATIONS.iter().filter(selected) {
        eprintln!("building {}", application.name);
        let cost = cost(application).map_err(|error| format!("{}: {error}", application.name))?;
        costs.push((application.name, cost));
    }
    let table = markdown(&costs);
    println!("{table}");
    out.map_or(Ok(()), |path| {
        std::fs::write(path, table).map_err(|error| format!("{}: {error}", path.display()))
    })
}

fn cost(application: &Application) -> Result<Cost, String> {
    let scratch = Scratch::new(&format!("build-{}", application.name));
    application
        .write(scratch.path())
        .map_err(|error| error.to_string())?;
    cargo(scratch.path(), &["fetch"])?;
    let debug_seconds = processor_seconds(scratch.path(), &["build", "--offline"])?;
    let release_seconds = processor_seconds(scratch.path(), &["build", "--offline", "--release"])?;
    // Procedural macros and what they need run in the compiler and are no part of the application.
    let tree = cargo(
        scratch.path(),
        &[
            "tree",
            "--offline",
            "-e",
            "normal,no-proc-macro",
            "--prefix",
            "none",
            "--format",
            "{p}",
        ],
    )?;
    let mut crates: Vec<&str> = tree.lines().filter(|line| !line.is_empty()).collect();
    crates.sort_unstable();
    crates.dedup();
    let binary = scratch.path().join("target/release/application");
    let binary_bytes = std::fs::metadata(binary)
        .map_err(|error| error.to_string())?
        .len();
    Ok(Cost {
        debug_seconds,
        release_seconds,
        crates: crates.len() - 1,
        binary_bytes,
    })
}

fn processor_seconds(directory: &Path, arguments: &[&str]) -> Result<f64, String> {
    let before = usage::children();
    cargo(directory, arguments)?;
    Ok((usage::children() - before).as_secs_f64())
}

/// Runs cargo on the application, with a target directory of its own, and returns what it printed.
fn cargo(directory: &Path, arguments: &[&str]) -> Result<String, String> {
    let name = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut command = Command::new(name);
    command
        .args(arguments)
        .current_dir(directory)
        .env("CARGO_TARGET_DIR", directory.join("target"));
    let output = command.output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(format!(
            "cargo {}\n{}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stderr)
        ));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The table, with the ratios to the usual setup of `tracing`; sizes are compared above those of the empty program.
fn markdown(costs: &[(&str, Cost)]) -> String {
    let of = |name: &str| {
        costs
            .iter()
            .find(|(own, _)| *own == name)
            .map(|(_, cost)| cost)
    };
    let empty_bytes = of("empty").map_or(0, |cost| cost.binary_bytes);
    let added = |cost: &Cost| cost.binary_bytes.saturating_sub(empty_bytes) as f64;
    let mut text = format!("# What a logger costs an application\n\n{}", machine());
    text.push_str("- command: `cargo run --release -p ttlog-benches -- build-cost`\n");
    text.push_str("- CPU is user and system time of a clean build, with all of its dependencies fetched before\n");
    text.push_str(
        "- crates are normal dependencies, without procedural macros and what only those need\n\n",
    );
    text.push_str("| application | debug: CPU s | ÷ tracing | release: CPU s | ÷ tracing | crates | stripped KB | ");
    text.push_str("KB above empty | ÷ tracing |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|\n");
    for (name, cost) in costs {
        let ratio = |figure: &dyn Fn(&Cost) -> f64| {
            of("tracing").map_or("–".to_owned(), |tracing| {
                number(figure(cost) / figure(tracing))
            })
        };
        let _ = writeln!(
            text,
            "| {name} | {} | {} | {} | {} | {} | {} | {} | {} |",
            number(cost.debug_seconds),
            ratio(&|cost| cost.debug_seconds),
            number(cost.release_seconds),
            ratio(&|cost| cost.release_seconds),
            cost.crates,
            number(cost.binary_bytes as f64 / 1_000.0),
            number(added(cost) / 1_000.0),
            ratio(&added),
        );
    }
    text
}
