//! Knows ttlog as `logging`, by its `Cargo.toml`, and hands it on to its own users.

pub use logging;
pub use logging::{info as note, *};

/// Several fields in one.
#[derive(logging::Fields)]
#[ttlog(crate = logging)]
pub struct Order {
    /// Its number.
    pub id: u32,
    /// What it costs.
    #[field(display, rename = "cents")]
    pub price: std::num::Wrapping<u32>,
}

/// Logs on behalf of the caller.
#[macro_export]
macro_rules! log_order {
    ($id:expr, $($rest:tt)*) => { $crate::logging::info!(order.id = $id, $($rest)*) };
}

/// A function in a span.
#[logging::instrument(crate = logging, err, ret)]
pub fn fails(_attempt: u8) -> Result<u8, &'static str> {
    Err("always")
}

/// Uses every macro under its path here.
pub fn log() {
    let (level, user) = (logging::LogLevel::Error, 5);
    logging::trace!("text {user}", user);
    logging::debug!(user, "text");
    logging::info!("text", %user, kind = "constant");
    logging::warn!(target: &format!("{user}"), "text");
    logging::error!(parent: Some(7_u64), user:?; "text");
    logging::critical!({ user }, "text {}", user);
    logging::log!(level, "text");
    logging::event!(name: "n", level, "text");
    let _guard = logging::span!("span", user);
    let _span = logging::span!(logging::LogLevel::Info, "span", %user);
    let _span = logging::info_span!(parent: &_guard, "span");
    let price = std::num::Wrapping(995);
    logging::info!("text", ..Order { id: 7, price });
    assert!(fails(3).is_err());
    logging::info!(limit = "1000/s", "text");
    assert!(logging::enabled!(level));
}
