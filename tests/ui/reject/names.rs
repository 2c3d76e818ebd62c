//! What is not the name of a field, or not followed by what makes it one.

use ttlog::info;

fn main() {
    let (user_id, list, key) = (5, [1], "key");
    info!("text", user_id: 5);
    info!(user_id: user_id, "text");
    info!("text", "user id": 5);
    info!("text", "key" => 5);
    info!("text"; "key" => 5);
    info!("text", user.id => user_id);
    info!("text", { key } => 5);
    info!("text", a::b = 5);
    info!("text", list[0] = 5);
    info!("text", -user_id = 5);
    info!("text", user_id = );
    info!("text", user_id = , other = 1);
    info!("text", user_id =);
    info!("text", "user id":?);
}
