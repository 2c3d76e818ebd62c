//! Bridges between ttlog and `tracing`, `log`, `slog` and OpenTelemetry; a feature each.
//!
//! | module | owns |
//! |---|---|
//! | `crossing` | where events cross between ttlog and another system, and what keeps them from going round in circles |

pub mod crossing;

pub use crossing::Backend;
