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
//! | `set_backend(Backend::Tracing)?` | ttlog's events and spans go to `tracing`'s dispatcher, as `TracingLogger` says | `tracing` |
//! | `set_backend(Backend::Log)?` | ttlog's events go to the logger of `log` | `log` |
//! | `set_slog_backend(logger)?` | ttlog's events go to a logger of `slog` | `slog` |
//! | `set_backend(Backend::Native)?` | they go to ttlog's own runtime again | |
//! | `init_backend_from_env();` | they go where `TTLOG_BACKEND` says | those of the others; `default-tracing`, `default-log`, `default-slog` |
//! | `logger().as_tracing()`, `.as_log()`, `.as_slog()` | the system that they go to, itself | as above |
//!
//! Events may come in from some systems and go out to another: none goes round in circles. What a system logs while it is given an event is not let in, and counted as
//! dropped; and nothing comes in from the system that ttlog's events go to.
//!
//! Filters are ttlog's (`RUST_LOG`, `filter`, `set_filter`, `set_level`), and what they don't want costs `tracing`'s and `log`'s macros what it costs without any
//! subscriber or logger.
//!
//! | module | owns |
//! |---|---|
//! | `backend`, `active_logger` | which system ttlog's events go to; that system itself |
//! | `tracing_out`, `log_out`, `slog_out` | ttlog's events out to each |
//! | `giving`, `told_fields`, `marks`, `error_chain` | how an event is given to another system; what it tells one that knows of no spans, and one that knows of no marks; errors that are known by their messages |
//! | `crossing` | where events cross between ttlog and another system, and what keeps them from going round in circles |
//! | `init`, `install_error` | ttlog and bridges started by one call; why a bridge could not be put in place |
//! | `otlp` | events and spans for OpenTelemetry |
//! | `tracing_in` | `tracing`'s events and spans into ttlog |
//! | `log_in` | `log`'s records into ttlog |
//! | `slog_in` | `slog`'s records into ttlog |
//! | `sites`, `event` | the log calls of systems that don't tell them apart as call sites of ttlog; one record on its way into the ring |
//! | `json`, `nested` | values of `serde` as text; which of them have values within them |

mod active_logger;
mod backend;
mod crossing;
#[cfg(any(feature = "tracing", feature = "log", feature = "slog"))]
mod error_chain;
#[cfg(any(feature = "log", feature = "slog"))]
mod event;
#[cfg(any(feature = "tracing", feature = "log", feature = "slog"))]
mod giving;
mod init;
mod install_error;
#[cfg(all(feature = "nested-values", any(feature = "log", feature = "slog")))]
mod json;
#[cfg(feature = "log")]
mod log_in;
#[cfg(feature = "log")]
mod log_out;
#[cfg(any(feature = "tracing", feature = "log", feature = "slog"))]
mod marks;
#[cfg(all(feature = "nested-values", feature = "log"))]
mod nested;
#[cfg(feature = "otlp")]
pub mod otlp;
#[cfg(any(feature = "log", feature = "slog"))]
mod sites;
#[cfg(feature = "slog")]
mod slog_in;
#[cfg(feature = "slog")]
mod slog_out;
#[cfg(any(feature = "log", feature = "slog"))]
mod told_fields;
#[cfg(feature = "tracing")]
mod tracing_in;
#[cfg(feature = "tracing")]
mod tracing_out;

pub use active_logger::{ActiveLogger, logger};
pub use backend::{BackendError, init_backend_from_env, set_backend};
pub use crossing::Backend;
pub use init::{init_all, try_init_all};
#[cfg(feature = "log")]
pub use init::{init_with_log_compatibility, try_init_with_log_compatibility};
#[cfg(feature = "slog")]
pub use init::{init_with_slog_compatibility, try_init_with_slog_compatibility};
pub use install_error::InstallError;
#[cfg(feature = "log")]
pub use log_in::{TtlogLogAdapter, enable_log_compatibility, try_enable_log_compatibility};
#[cfg(feature = "log")]
pub use log_out::LogLogger;
#[cfg(feature = "slog")]
pub use slog_in::TtlogSlogDrain;
#[cfg(feature = "slog")]
pub use slog_out::{SlogLogger, set_slog_backend, set_slog_logger};
#[cfg(feature = "tracing")]
pub use tracing_in::{
    TtlogSubscriber, TtlogTracingLayer, enable_tracing_compatibility,
    try_enable_tracing_compatibility,
};
#[cfg(feature = "tracing")]
pub use tracing_out::TracingLogger;
