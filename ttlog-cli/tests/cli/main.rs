//! The command as its users run it.

mod broken;
mod common;
mod export;
mod info;
mod merge;
mod show;
