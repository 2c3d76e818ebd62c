//! The program as it was.

use tracing::{Instrument, Level, debug, error, event, info, info_span, instrument, span, warn};

include!("../program.rs");

#[tokio::main(flavor = "current_thread")]
async fn main() {
    tracing_subscriber::fmt().json().init();
    run().await;
}
