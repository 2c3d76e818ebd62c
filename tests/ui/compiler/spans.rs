//! What the compiler says where a span can't be made as it is written.

use ttlog::{LogLevel, info_span, span};

struct Plain;

fn send<T: Send>(_: T) {}

fn main() {
    let level = LogLevel::Info;
    let _span = span!(level, "name");
    let _span = span!("name", value = Plain);
    let _span = info_span!(parent: "p", "name");
    let _span = info_span!(7);
    send(span!("name"));
}
