//! What is written in a call, as a tree, with no judgement yet of what belongs together.

mod call;
mod item;
mod name;
mod prefix;

pub(crate) use call::{EnabledCall, LevelCall, LogCall};
pub(crate) use item::{Capture, Item, string_literal};
pub(crate) use name::Name;
pub(crate) use prefix::Prefixes;
