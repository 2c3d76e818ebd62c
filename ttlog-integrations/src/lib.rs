//! Bridges between ttlog and `tracing`, `log`, `slog` and OpenTelemetry; a feature each.
//!
//! | module | owns |
//! |---|---|
//! | `crossing` | where events cross between ttlog and another system, and what keeps them from going round in circles |
//! | `install_error` | why a bridge could not be put in place |

pub mod crossing;
mod install_error;

pub use crossing::Backend;
pub use install_error::InstallError;
