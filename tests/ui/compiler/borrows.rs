//! Mistakes about ownership are told as those of any other code.

use ttlog::info;

fn main() {
    let text = String::from("text");
    drop(text);
    info!("text {text}", text);

    let mut count = 1;
    let reference = &mut count;
    info!(count, "text");
    *reference += 1;

    let value: u8;
    info!("text", value);
}
