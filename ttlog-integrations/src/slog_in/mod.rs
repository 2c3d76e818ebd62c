//! `slog`'s records into ttlog.
//!
//! | module | owns |
//! |---|---|
//! | `drain` | the drain: one record as an event |
//! | `plain` | its key-values, as long as they are a few of one word each |
//! | `collected` | its key-values, taken down as they come, so that they can be recorded in their order |

mod collected;
mod drain;
mod plain;

pub use drain::TtlogSlogDrain;
