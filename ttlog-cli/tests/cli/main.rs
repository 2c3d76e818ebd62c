//! The command as its users run it.

mod broken;
mod common;
mod export;
mod generate;
#[cfg(unix)]
mod image;
mod info;
#[cfg(unix)]
mod manual;
mod merge;
mod show;
mod spans;
mod speed;
#[cfg(target_os = "linux")]
mod terminal;
