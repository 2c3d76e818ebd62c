//! What a span is made of.

use ttlog::{info_span, span};

fn main() {
    let (user_id, name) = (5, "name");
    let _span = span!();
    let _span = span!(LogLevel::Info);
    let _span = span!(LogLevel::Info, user_id = 5);
    let _span = span!(user_id = 5, "name");
    let _span = info_span!();
    let _span = info_span!(LogLevel::Info, "name");
    let _span = info_span!(%user_id);
    let _span = info_span!(name);
    let _span = info_span!("name", "user {}", user_id);
    let _span = span!("name", user_id, "user {user_id}", a + b);
    let _span = info_span!("name", format!("user {user_id}"));
    let _span = info_span!("name", user_id + 1);
    let _span = info_span!("name", user_id: 5);
    let _span = info_span!("name", target: "t");
    let _span = info_span!("name", parent: None);
    let _span = span!("name" user_id);
    let _span = span!("name"; user_id);
}
