//! Mistakes in a template are told by the compiler, at their place in the literal.

use ttlog::info;

fn main() {
    let x = 1;
    info!("{} {}", x);
    info!("{}");
    info!("{x");
    info!("x}");
    info!("{x:y}", x = x);
    info!("{1}", 1, 2);
    info!("{unknown}");
    info!("{} {}", x, user_id = 5);
    info!(format!("{x}"));
}
