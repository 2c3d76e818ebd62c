//! Values that can't be recorded in the way that is asked for.

use ttlog::{info, log};

struct Opaque;

fn main() {
    let opaque = Opaque;
    info!("text", value = Opaque);
    info!("text", opaque);
    info!(opaque, "text");
    info!("text", %opaque);
    info!("text", value = ?opaque);
    info!("text {}", opaque);
    info!("text {value}", value = opaque);
    info!(value:err = 5; "text");
    info!({ 5 } = 5, "text");
    info!(target: 5, "text");
    info!(parent: "p", "text");
    log!(5, "text");
    info!("text", value = (1, "two"));
}
