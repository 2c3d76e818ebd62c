//! The backtrace of a panic as one line: the frames from the one that panicked to the thread's first, without the machinery around them.
//!
//! The standard library gives a backtrace as text only. What can't be made out in it stays as it is.

use std::backtrace::{Backtrace, BacktraceStatus};

/// Where the machinery of a panic begins; it ends before the first frame that is none of `MACHINERY`.
const ENTRIES: [&str; 3] = ["rust_begin_unwind", "begin_panic", "panic_handler"];
const MACHINERY: [&str; 5] = [
    "core::panicking::",
    "core::option::",
    "core::result::",
    "core::slice::index::slice_",
    "std::panicking::",
];
/// Below it are the frames that every thread has.
const FIRST_FRAME: &str = "__rust_begin_short_backtrace";

/// The backtrace of this panic, in the panic hook; `None` where the environment doesn't ask for one.
pub(crate) fn of_panic() -> Option<String> {
    let backtrace = Backtrace::capture();
    (backtrace.status() == BacktraceStatus::Captured).then(|| one_line(&backtrace.to_string()))
}

/// `f (src/lib.rs:7) < main (src/main.rs:3)`
fn one_line(text: &str) -> String {
    let mut frames: Vec<(&str, Option<&str>)> = Vec::new();
    for line in text.lines().map(str::trim) {
        match (line.strip_prefix("at "), frames.last_mut()) {
            (Some(place), Some((_, last))) => *last = Some(without_column(place)),
            _ => frames.push((without_number(line), None)),
        }
    }
    let is_entry = |(name, _): &(&str, _)| ENTRIES.iter().any(|entry| name.contains(entry));
    let begin = frames.iter().position(is_entry).map_or(0, |entry| {
        let is_machinery = |frame: &(&str, _)| {
            is_entry(frame) || MACHINERY.iter().any(|prefix| frame.0.starts_with(prefix))
        };
        let rest = frames[entry..].iter();
        entry + rest.take_while(|frame| is_machinery(frame)).count()
    });
    let is_first = |(name, _): &(&str, _)| name.contains(FIRST_FRAME);
    let frames = frames.split_off(begin);
    let frames = frames.split(is_first).next().unwrap_or_default();
    let frames = frames.iter().map(|(name, place)| match place {
        Some(place) => format!("{name} ({place})"),
        None => (*name).to_owned(),
    });
    frames.collect::<Vec<_>>().join(" < ")
}

/// A frame's line without its number, which the inner ones of an inlined call don't have.
fn without_number(line: &str) -> &str {
    match line.split_once(": ") {
        Some((number, name)) if number.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => line,
    }
}

/// A place without its column.
fn without_column(place: &str) -> &str {
    match place.rsplit_once(':') {
        Some((rest, column))
            if rest.contains(':') && column.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            rest
        }
        _ => place,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frames_of_the_program_stand_on_one_line() {
        let text = "   0: ttlog_core::panic_hook::record\n             at ./src/panic_hook.rs:71:21\n   \
                    1: std::panicking::panic_with_hook\n             at /rustc/0/library/std/src/panicking.rs:833:13\n   \
                    2: __rustc::rust_begin_unwind\n   3: core::panicking::panic_fmt\n   \
                    4: core::option::unwrap_failed\n   5: app::find\n             at ./src/find.rs:7:9\n      \
                    app::inlined\n             at ./src/main.rs:9:1\n   6: app::main\n             at ./src/main.rs:3:5\n   \
                    7: std::sys::backtrace::__rust_begin_short_backtrace\n   8: main\n";
        assert_eq!(
            one_line(text),
            "app::find (./src/find.rs:7) < app::inlined (./src/main.rs:9) < app::main (./src/main.rs:3)"
        );
    }

    #[test]
    fn what_looks_otherwise_is_not_lost() {
        assert_eq!(one_line(""), "");
        assert_eq!(one_line("somewhere\nelse"), "somewhere < else");
        assert_eq!(one_line("at nowhere:1"), "at nowhere:1");
        assert_eq!(one_line("0: f\n at C:\\f.rs:7:1"), "f (C:\\f.rs:7)");
    }
}
