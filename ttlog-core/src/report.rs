//! What ttlog says of its own troubles: one line on stderr, which never fails and never panics.

use std::io::Write;

/// Writes `ttlog: {text}` as a line to stderr.
pub(crate) fn report(text: &str) {
    // One write, so that lines of several threads don't mix. Where stderr is closed there is nobody to tell.
    let _ = std::io::stderr().write_all(format!("ttlog: {text}\n").as_bytes());
}
