//! [`Pager`]: the program through which people read what doesn't fit on the screen.

use std::env;
use std::ffi::OsStr;
use std::io::{self, Write};
use std::process::{Child, ChildStdin, Command, Stdio};

use crate::output::tell;

/// Which pager the user wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wish {
    /// None.
    No,
    /// `less`, where there is one.
    Default,
    /// This command.
    Command(String),
}

impl Wish {
    /// What the environment asks for: `TTLOG_PAGER`, then `PAGER`. An empty one and `cat` ask for none.
    pub(crate) fn from_env() -> Wish {
        ["TTLOG_PAGER", "PAGER"]
            .into_iter()
            .find_map(env::var_os)
            .map_or(Wish::Default, |command| {
                Wish::of(&command.to_string_lossy())
            })
    }

    /// What the command asks for.
    pub(crate) fn of(command: &str) -> Wish {
        match command.trim() {
            "" | "cat" => Wish::No,
            command => Wish::Command(command.to_owned()),
        }
    }

    /// Starts the pager; `None` where there is none, or where it can't be started, which is told unless it is the default.
    pub(crate) fn start(&self) -> Option<Pager> {
        let mut command = match self {
            Wish::No => return None,
            Wish::Default => Command::new("less"),
            Wish::Command(line) => of_line(line),
        };
        // As other programs do it: less ends by itself where all fits, shows colours, and leaves the text on the screen.
        if env::var_os("LESS").is_none_or(|less| less.is_empty()) {
            command.env("LESS", "FRX");
        }
        match command.stdin(Stdio::piped()).spawn() {
            Ok(child) => {
                // Ctrl-C is for the pager, which would otherwise be left behind without its terminal.
                let _ = ctrlc::set_handler(|| {});
                Some(Pager { child })
            }
            Err(error) => {
                if let Wish::Command(line) = self {
                    tell(&format!(
                        "ttlog: could not start the pager {line:?}: {error}"
                    ));
                }
                None
            }
        }
    }
}

/// The command of a line: words, or a shell's work where there is more in it.
fn of_line(line: &str) -> Command {
    let is_plain = !line.contains(|c: char| "|&;<>()$`\\\"'*?[]#~=%{}".contains(c));
    let mut words = line.split_whitespace().map(OsStr::new);
    match words.next() {
        Some(program) if is_plain || cfg!(windows) => {
            let mut command = Command::new(program);
            command.args(words);
            command
        }
        _ => {
            let mut command = Command::new("sh");
            command.arg("-c").arg(line);
            command
        }
    }
}

/// A pager that runs.
#[derive(Debug)]
pub(crate) struct Pager {
    child: Child,
}

impl Pager {
    /// Writes to the pager. Once the user has left it, the error is one of a broken pipe.
    pub(crate) fn write(&mut self, text: &[u8]) -> io::Result<()> {
        self.stdin()?.write_all(text)
    }

    fn stdin(&mut self) -> io::Result<&mut ChildStdin> {
        let stdin = self.child.stdin.as_mut();
        stdin.ok_or_else(|| io::ErrorKind::BrokenPipe.into())
    }

    /// Waits until the user leaves the pager.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        drop(self.child.stdin.take());
        self.child.wait().map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_command_and_cat_ask_for_no_pager() {
        assert_eq!(Wish::of(" "), Wish::No);
        assert_eq!(Wish::of("cat"), Wish::No);
        assert_eq!(Wish::of("less -S"), Wish::Command("less -S".to_owned()));
    }

    #[test]
    fn words_need_no_shell() {
        assert_eq!(of_line("less -S").get_program(), "less");
        if cfg!(unix) {
            assert_eq!(of_line("less -S | cat").get_program(), "sh");
        }
    }
}
