//! Names that nothing has are told once, where they are written.

use ttlog::info;

fn main() {
    info!("text", unknown);
    info!("text {}", absent, value = missing + 1);
    info!("text {lost}", lost = nowhere);
    info!(name: nameless, "text");
}
