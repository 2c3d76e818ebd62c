//! `slog`'s records into ttlog.
//!
//! | module | owns |
//! |---|---|
//! | `drain` | the drain: one record as an event |
//! | `collected` | its key-values, taken down as they come, so that they can be recorded in their order |

mod collected;
mod drain;

pub use drain::TtlogSlogDrain;
