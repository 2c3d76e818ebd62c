//! `ttlog completions` and `ttlog man`: what is generated from the command line's definition.

use std::io;
use std::path::Path;
use std::process::ExitCode;

use clap::{Command, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;
use roff::{Roff, roman};

use crate::cli::{Arguments, CompletionsOptions, ManOptions};
use crate::output::{Output, exit_code, tell};

/// Prints the completions of a shell.
pub(crate) fn completions(options: &CompletionsOptions) -> ExitCode {
    let script = completions_of(options.shell);
    print(&script)
}

fn completions_of(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "ttlog", &mut script);
    script
}

/// Prints the man page of the command, or writes those of all subcommands, too, into a directory.
pub(crate) fn man(options: &ManOptions) -> ExitCode {
    let command = documented();
    let Some(directory) = &options.directory else {
        return match page_of(command) {
            Ok(page) => print(&page),
            Err(error) => exit_code(Err(error), true),
        };
    };
    match write_pages(command, directory) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tell(&format!("ttlog: {}: {error}", directory.display()));
            ExitCode::FAILURE
        }
    }
}

/// The command with its subcommands' full names, `ttlog-show`.
fn documented() -> Command {
    let mut command = Arguments::command().disable_help_subcommand(true);
    command.build();
    command
}

fn write_pages(command: Command, directory: &Path) -> io::Result<()> {
    std::fs::create_dir_all(directory)?;
    for subcommand in command.get_subcommands() {
        let name = format!("ttlog-{}", subcommand.get_name());
        let page = page_of(subcommand.clone())?;
        std::fs::write(directory.join(format!("{name}.1")), page)?;
    }
    std::fs::write(directory.join("ttlog.1"), page_of(command)?)
}

/// A page with what `--help` has behind the options in sections of their own, line by line as it is.
fn page_of(command: Command) -> io::Result<Vec<u8>> {
    let behind = command
        .get_after_long_help()
        .or(command.get_after_help())
        .map(ToString::to_string)
        .unwrap_or_default();
    let has_subcommands = command.has_subcommands();
    let man = Man::new(command);
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    if has_subcommands {
        man.render_subcommands_section(&mut page)?;
    }
    let mut sections = Roff::new();
    for section in behind.split("\n\n").map(str::trim_end) {
        let (heading, lines) = section.split_once(":\n").unwrap_or(("See also", section));
        sections.control("SH", [heading.to_uppercase().as_str()]);
        sections.control("nf", []);
        sections.text([roman(lines)]);
        sections.control("fi", []);
    }
    sections.to_writer(&mut page)?;
    Ok(page)
}

fn print(text: &[u8]) -> ExitCode {
    let mut output = Output::stdout();
    output.text = String::from_utf8_lossy(text).into_owned();
    exit_code(output.finish(), true)
}
