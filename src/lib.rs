//! Structured logging at the cost of reading the clock, and a flight recorder of the last events.

mod macros;

pub use ttlog_core::*;

#[doc(hidden)]
pub mod __private {
    pub use ttlog_core::__private::*;
    pub use ttlog_macros as macros;
}
