//! `ttlog`: reads the snapshots that ttlog writes.

#![forbid(unsafe_code)]

mod cli;
mod condition;
mod export;
mod filters;
mod follow;
mod generate;
mod header;
mod help;
mod info;
mod input;
mod label;
mod length;
mod line;
mod merge;
mod new_file;
mod output;
mod pager;
mod progress;
mod query;
mod recover;
mod select;
mod show;
mod terminal;
#[cfg(test)]
mod testing;
mod time;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match cli::Arguments::parse().command {
        cli::Command::Show(options) => show::run(&options),
        cli::Command::Info(options) => info::run(&options),
        cli::Command::Export(options) => export::run(&options),
        cli::Command::Recover(options) => recover::run(&options),
        cli::Command::Completions(options) => generate::completions(&options),
        cli::Command::Man(options) => generate::man(&options),
    }
}
