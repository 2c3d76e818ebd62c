//! `ttlog`: reads the snapshots that ttlog writes.

#![forbid(unsafe_code)]

mod cli;
mod header;
mod info;
mod input;
mod output;
mod select;
mod show;
mod time;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match cli::Arguments::parse().command {
        cli::Command::Show(options) => show::run(&options),
        cli::Command::Info(options) => info::run(&options),
    }
}
