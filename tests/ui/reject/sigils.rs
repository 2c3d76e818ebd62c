//! `%`, `?` and the captures behind a colon, where they can't stand.

use ttlog::info;

fn main() {
    let user_id = 5;
    info!("text", %user_id = 5);
    info!("text", ?user_id.to_string());
    info!(%format!("{user_id}"), "text");
    info!(user_id:serde; "text");
    info!(user_id:sval = user_id; "text");
    info!("text", user_id:hex = 5);
}
