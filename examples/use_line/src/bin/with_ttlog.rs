//! The program with its `use` line changed. Nothing has to be set up.

use ttlog::{Instrument, Level, debug, error, event, info, info_span, instrument, span, warn};

include!("../program.rs");

#[tokio::main(flavor = "current_thread")]
async fn main() {
    run().await;
}
