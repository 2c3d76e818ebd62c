//! [`ActiveLogger`]: the system that has ttlog's events, itself.

use crate::backend;
use crate::crossing::Backend;

/// The system that has ttlog's events, itself and with all that it can do; see [`logger`].
#[derive(Debug, Clone, Copy)]
pub struct ActiveLogger {
    backend: Backend,
}

/// The system that ttlog's events go to now.
///
/// ```
/// # #[cfg(feature = "tracing")] {
/// use ttlog_integrations::{Backend, logger, set_backend};
///
/// set_backend(Backend::Tracing)?;
/// if let Some(dispatch) = logger().as_tracing() {
///     // ... all that a dispatcher of `tracing` can do ...
///     assert!(!dispatch.is::<u8>());
/// }
/// # }
/// # Ok::<(), ttlog_integrations::BackendError>(())
/// ```
pub fn logger() -> ActiveLogger {
    ActiveLogger {
        backend: backend::current(),
    }
}

impl ActiveLogger {
    /// Which one it is.
    pub fn backend(&self) -> Backend {
        self.backend
    }

    /// The dispatcher of `tracing` that this thread's events go to; `None` where they go elsewhere.
    #[cfg(feature = "tracing")]
    pub fn as_tracing(&self) -> Option<tracing_core::Dispatch> {
        (self.backend == Backend::Tracing)
            .then(|| tracing_core::dispatcher::get_default(Clone::clone))
    }

    /// The logger of `log`; `None` where the events go elsewhere.
    #[cfg(feature = "log")]
    pub fn as_log(&self) -> Option<&'static dyn log::Log> {
        (self.backend == Backend::Log).then(log::logger)
    }

    /// The logger of `slog`; `None` where the events go elsewhere.
    #[cfg(feature = "slog")]
    pub fn as_slog(&self) -> Option<slog::Logger> {
        let is_slog = self.backend == Backend::Slog;
        is_slog.then(crate::slog_out::of_application).flatten()
    }
}
