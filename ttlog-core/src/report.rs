//! What ttlog says of its own troubles: one line on stderr, which never fails and never panics.

use std::any::Any;
use std::io::Write;

use crate::sink::stream::Stream;

/// Writes `ttlog: {text}` as a line to stderr.
pub fn report(text: &str) {
    // One write, so that lines of several threads don't mix. Where stderr is closed there is nobody to tell.
    let _ = Stream::Stderr.write_all(format!("ttlog: {text}\n").as_bytes());
}

/// What a panic said, as far as it was a text.
pub(crate) fn panic_message(payload: &(dyn Any + Send)) -> &str {
    match payload.downcast_ref::<&str>() {
        Some(text) => text,
        None => payload
            .downcast_ref::<String>()
            .map_or("no message", String::as_str),
    }
}
