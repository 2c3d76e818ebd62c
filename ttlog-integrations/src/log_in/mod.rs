//! `log`'s records into ttlog.
//!
//! | module | owns |
//! |---|---|
//! | `adapter` | the logger: one record as an event |
//! | `plain` | its key-values, where they are a few of one word each |
//! | `values` | its key-values as values, with their types |
//! | `install` | the logger put in place; the greatest level of `log` follows ttlog's |

mod adapter;
mod install;
mod plain;
mod values;

pub use adapter::TtlogLogAdapter;
pub use install::{enable_log_compatibility, try_enable_log_compatibility};
