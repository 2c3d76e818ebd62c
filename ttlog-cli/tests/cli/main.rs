//! The command as its users run it.

mod broken;
mod common;
mod info;
mod show;
