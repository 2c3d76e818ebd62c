//! No call gives rise to a warning, whatever lints are on.

#![deny(warnings, unused, let_underscore, nonstandard_style, future_incompatible)]
#![deny(missing_docs, unused_qualifications, unused_results, unused_lifetimes, single_use_lifetimes)]
#![deny(elided_lifetimes_in_paths, trivial_casts, trivial_numeric_casts, unreachable_pub, variant_size_differences)]
#![deny(missing_copy_implementations, missing_debug_implementations, unused_import_braces, unused_macro_rules)]
#![forbid(unsafe_code)]

use ttlog::{Fields, LogLevel, Span, enabled, info, info_span, log, span};

#[derive(Fields)]
struct Unit;

/// In public, of what is private.
#[derive(Debug, Fields)]
pub struct Generic<T> {
    #[field(flatten)]
    private: Private<T>,
}

#[derive(Debug, Fields)]
struct Private<T> {
    a: T,
}

#[derive(Fields)]
struct Attempt {
    user: u8,
    #[field(skip)]
    _rest: u8,
    #[field(prefix = "unit.")]
    unit: Unit,
}

fn only_logged(used_nowhere_else: u8) {
    info!("text", used_nowhere_else);
}

#[ttlog::instrument(parent = parent, fields(length = text.len()))]
async fn only_told(parent: &Span, text: String, number: u8) {
    info!("text");
}

fn given() -> Span {
    info_span!("given")
}

fn main() {
    let (user, text, level) = (5, String::from("text"), LogLevel::Info);
    only_logged(1);
    drop(only_told(&given(), String::new(), 1));
    info!(once, "text");
    info!(every = "1s", "text");
    info!(sample = 0.5, "text");
    info!();
    let attempt = Attempt { user, _rest: 1, unit: Unit };
    info!(..Generic { private: Private { a: 1 } });
    info!(attempt, user, "text {user}", ..Unit);
    info!("text");
    info!("{user} {} {n} {{}}", text, n = 1 + 1, user, x = (user), y = { user }, z = &text);
    info!(target: &text, parent: Some(1_u64), name: "n", %user, ?text; "text");
    log!(target: &text, level, { &text } = user, "text");
    let _guard = span!("outer", user, z = &text);
    let _span = info_span!(target: &text, parent: given(), "inner", %user, { &text } = user);
    let _span = span!(parent: None, LogLevel::Info, "inner");
    drop(span!("only"));
    let _timer = ttlog::timer!("timer", user);
    let _timer = ttlog::timer!(target: &text, level, "timer");
    let _timer = ttlog::timer!(histogram, "timer");
    let _timer = ttlog::timer!(histogram, target: "t", LogLevel::Debug, "timer {{}}");
    if enabled!(level) && !enabled!(target: &text, level) {
        match user {
            5 => info!("text"),
            _ => log!(level, "text"),
        }
    }
}
