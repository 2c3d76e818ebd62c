//! What can't be the message, and what the message does not use.

use ttlog::info;

fn text() -> &'static str {
    "text"
}

fn main() {
    let (a, b) = (1, 2);
    info!("text", a + b);
    info!("text {}", a, b, a + b);
    info!("text", text());
    info!("text", "another");
    info!(a = 1, "text", "another", b = 2);
    info!(text());
    info!(&text(), a = 1);
    info!(5);
    info!("text", a + b, text());
    info!("text" = 1, "another"; "text");
}
