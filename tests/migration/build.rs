//! Makes functions of the tables in `docs/migration.md`: one for each side of each row.

use std::fmt::Write;
use std::{env, fs, path::Path};

/// The head of a table, and the line below it.
const LINES_OF_HEAD: usize = 2;

/// What the caller in the tables has.
const LOCALS: &str = r#"
    let (id, name, path) = (7_u64, "Ada", std::path::Path::new("/srv"));
    let error = std::io::Error::other("gone");
"#;

/// What each side of a table has in scope, by its two headings.
fn scope(section: &str, table: &str) -> [&'static str; 2] {
    match (section, table) {
        ("From tracing", "Calls") => [
            "use std::error::Error; use tracing::*;",
            "use ttlog::*;",
        ],
        ("From tracing", "Functions and futures") => [
            "use std::{future::Future, io}; use tracing::*;",
            "use std::{future::Future, io}; use ttlog::*;",
        ],
        ("From tracing", "Setting up") => [
            "use std::io; use tracing::{Level, info, subscriber}; use tracing_appender::{non_blocking, rolling};
             use tracing_subscriber::{EnvFilter, filter::LevelFilter, fmt, fmt::layer, prelude::*, registry, reload};",
            "use ttlog::{LogLevel, Sink, info, sink, sink::{RollingFile, Rotation}};",
        ],
        ("From log", "Calls") => ["use log::*;", "use ttlog::*;"],
        ("From log", "Setting up") => [
            "use std::fs::File; use env_logger::Env; use log::LevelFilter;",
            "use ttlog::{LogLevel, Sink, sink};",
        ],
        ("From slog", "Calls") => [
            "use slog::*; let log = crate::slog_logger();",
            "use ttlog::*;",
        ],
        ("From slog", "Setting up") => [
            "use slog::{Discard, Drain, Level, LevelFilter, Logger, o}; use slog_async::{Async, OverflowStrategy};
             use slog_term::{FullFormat, TermDecorator};",
            "use ttlog::{LogLevel, Overflow};",
        ],
        _ => panic!("no scope is known for {section}, {table}"),
    }
}

fn main() {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/migration.md");
    println!("cargo::rerun-if-changed={}", guide.display());
    let guide = fs::read_to_string(guide).expect("the guide is there");
    let (mut section, mut table) = ("", "");
    let mut lines_of_table = 0;
    let mut rows = String::new();
    for (number, line) in (1..).zip(guide.lines()) {
        if let Some(heading) = line.strip_prefix("## ") {
            (section, table, lines_of_table) = (heading, "", 0);
        } else if let Some(heading) = line.strip_prefix("### ") {
            (table, lines_of_table) = (heading, 0);
        } else if !table.is_empty() && line.starts_with('|') {
            lines_of_table += 1;
            if lines_of_table <= LINES_OF_HEAD {
                continue;
            }
            let [before, after] =
                row(line).unwrap_or_else(|| panic!("line {number} is no pair of codes: {line}"));
            let [of_before, of_after] = scope(section, table);
            write!(
                rows,
                "Row {{ line: {number}, section: {section:?}, table: {table:?}, before: {}, after: {} }},",
                function(of_before, &before),
                function(of_after, &after),
            )
            .expect("a string takes everything");
        } else if lines_of_table > 0 {
            // It would not be shown as a table.
            table = "lines behind the end of the table";
        }
    }
    let rows = format!("const ROWS: &[Row] = &[{rows}];");
    let out = env::var_os("OUT_DIR").expect("Cargo says where");
    fs::write(Path::new(&out).join("rows.rs"), rows).expect("the directory is there");
}

/// The two codes of a row; `None` for anything else.
fn row(line: &str) -> Option<[String; 2]> {
    let line = line.strip_prefix('|')?.strip_suffix('|')?;
    let line = line.replace("\\|", "\0");
    let (before, after) = line.split_once('|')?;
    Some([code(before)?, code(after)?])
}

/// The code in a cell, which is one span of code a line.
fn code(cell: &str) -> Option<String> {
    let lines = cell.split("<br>").map(|line| {
        let line = line.trim().strip_prefix('`')?.strip_suffix('`')?;
        (!line.contains('`')).then(|| line.replace('\0', "|"))
    });
    Some(lines.collect::<Option<Vec<_>>>()?.join("\n"))
}

fn function(scope: &str, code: &str) -> String {
    format!("{{ fn side() -> Outcome {{ {LOCALS} {scope}\n{code}\nOk(()) }} side }}")
}
