//! Bridges between ttlog and `tracing`, `log`, `slog` and OpenTelemetry; a feature each.
//!
//! | what to write | what comes of it | feature |
//! |---|---|---|
//! | `enable_tracing_compatibility();` | `tracing`'s events and spans go into ttlog | `tracing` |
//! | `tracing_subscriber::registry().with(TtlogTracingLayer::new())` | the same beside other layers | `tracing` |
//! | `tracing::subscriber::set_global_default(TtlogSubscriber::new())` | the same without a registry: costs the least | `tracing` |
//!
//! Filters are ttlog's (`RUST_LOG`, `filter`, `set_filter`, `set_level`), and what they don't want costs `tracing`'s macros what it costs without any subscriber.
//!
//! | module | owns |
//! |---|---|
//! | `crossing` | where events cross between ttlog and another system, and what keeps them from going round in circles |
//! | `install_error` | why a bridge could not be put in place |
//! | `tracing_in` | `tracing`'s events and spans into ttlog |

pub mod crossing;
mod install_error;
#[cfg(feature = "tracing")]
mod tracing_in;

pub use crossing::Backend;
pub use install_error::InstallError;
#[cfg(feature = "tracing")]
pub use tracing_in::{
    TtlogSubscriber, TtlogTracingLayer, enable_tracing_compatibility,
    try_enable_tracing_compatibility,
};
