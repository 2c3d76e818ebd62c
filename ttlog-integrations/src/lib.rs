//! Bridges between ttlog and `tracing`, `log`, `slog` and OpenTelemetry; a feature each.
//!
//! | what to write | what comes of it | feature |
//! |---|---|---|
//! | `enable_tracing_compatibility();` | `tracing`'s events and spans go into ttlog | `tracing` |
//! | `tracing_subscriber::registry().with(TtlogTracingLayer::new())` | the same beside other layers | `tracing` |
//! | `tracing::subscriber::set_global_default(TtlogSubscriber::new())` | the same without a registry: costs the least | `tracing` |
//! | `let handle = init_with_log_compatibility();` | ttlog is started, and `log`'s records go into it | `log` |
//! | `enable_log_compatibility();` | the second half, where ttlog has settings of its own | `log` |
//! | `let (handle, logger) = init_with_slog_compatibility();` | ttlog is started, and the records of this logger of `slog`, and of those made from it, go into it | `slog` |
//! | `slog::Logger::root(TtlogSlogDrain::new(), o!())` | such a logger, where ttlog has settings of its own | `slog` |
//! | `let handle = init_all();` | ttlog is started, and all of `tracing` and `log` goes into it | all of these |
//! | | lists and maps in the values of `log` are JSON, as those of `slog` always are | `nested-values` |
//! | `ttlog::init().sink(otlp::OtlpSink::new()?)` | ttlog's events and spans go to an OpenTelemetry Collector | `otlp`; `otlp-grpc`, `otlp-tls` |
//!
//! Filters are ttlog's (`RUST_LOG`, `filter`, `set_filter`, `set_level`), and what they don't want costs `tracing`'s and `log`'s macros what it costs without any
//! subscriber or logger.
//!
//! | module | owns |
//! |---|---|
//! | `crossing` | where events cross between ttlog and another system, and what keeps them from going round in circles |
//! | `init`, `install_error` | ttlog and bridges started by one call; why a bridge could not be put in place |
//! | `otlp` | events and spans for OpenTelemetry |
//! | `tracing_in` | `tracing`'s events and spans into ttlog |
//! | `log_in` | `log`'s records into ttlog |
//! | `slog_in` | `slog`'s records into ttlog |
//! | `sites`, `event` | the log calls of systems that don't tell them apart as call sites of ttlog; one record on its way into the ring |
//! | `json`, `nested` | values of `serde` as text; which of them have values within them |

pub mod crossing;
#[cfg(any(feature = "log", feature = "slog"))]
mod event;
mod init;
mod install_error;
#[cfg(all(feature = "nested-values", any(feature = "log", feature = "slog")))]
mod json;
#[cfg(feature = "log")]
mod log_in;
#[cfg(all(feature = "nested-values", feature = "log"))]
mod nested;
#[cfg(feature = "otlp")]
pub mod otlp;
#[cfg(any(feature = "log", feature = "slog"))]
mod sites;
#[cfg(feature = "slog")]
mod slog_in;
#[cfg(feature = "tracing")]
mod tracing_in;

pub use crossing::Backend;
pub use init::{init_all, try_init_all};
#[cfg(feature = "log")]
pub use init::{init_with_log_compatibility, try_init_with_log_compatibility};
#[cfg(feature = "slog")]
pub use init::{init_with_slog_compatibility, try_init_with_slog_compatibility};
pub use install_error::InstallError;
#[cfg(feature = "log")]
pub use log_in::{TtlogLogAdapter, enable_log_compatibility, try_enable_log_compatibility};
#[cfg(feature = "slog")]
pub use slog_in::TtlogSlogDrain;
#[cfg(feature = "tracing")]
pub use tracing_in::{
    TtlogSubscriber, TtlogTracingLayer, enable_tracing_compatibility,
    try_enable_tracing_compatibility,
};
