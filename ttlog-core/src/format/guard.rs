//! [`GuardedFormat`]: a format that the sinks can rely on, whatever the user's format does.
//!
//! Each event is written into a buffer of its own. So a format that panics half-way, or empties what it is given,
//! harms this event only; and this one is then written by [`Text`](super::Text), with a mark that says so.

use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::Format;
use super::kind::FormatKind;
use super::text::format_marked;
use crate::decode::EventRef;

/// A buffer that one huge event made larger than this is given back.
const LARGEST_KEPT_BYTES: usize = 1 << 20;

/// A format with a buffer, and with a way out when it panics.
pub(crate) struct GuardedFormat {
    format: Box<dyn Format>,
    /// Whether the output goes to a terminal that shows colours.
    pub(crate) colored: bool,
    buffer: String,
}

impl GuardedFormat {
    /// The format that the environment asks for.
    pub(crate) fn from_env() -> Self {
        GuardedFormat {
            format: FormatKind::from_env_or_text().boxed(),
            colored: false,
            buffer: String::new(),
        }
    }

    /// Goes on with another format.
    pub(crate) fn replace(&mut self, format: impl Format) {
        self.format = Box::new(format);
    }

    /// The same, without what it was used for; `None` where the format can't be had twice.
    pub(crate) fn duplicate(&self) -> Option<Self> {
        Some(GuardedFormat {
            format: self.format.duplicate()?,
            colored: self.colored,
            buffer: String::new(),
        })
    }

    /// The text of the last event.
    pub(crate) fn last(&self) -> &str {
        &self.buffer
    }

    /// The text of one event.
    pub(crate) fn format(&mut self, event: &EventRef<'_>) -> &str {
        if self.buffer.capacity() > LARGEST_KEPT_BYTES {
            self.buffer = String::new();
        }
        self.buffer.clear();
        let result = catch_unwind(AssertUnwindSafe(|| {
            if self.colored {
                self.format.format_colored(event, &mut self.buffer);
            } else {
                self.format.format(event, &mut self.buffer);
            }
        }));
        if let Err(payload) = result {
            discard(payload);
            self.buffer.clear();
            format_marked(event, &mut self.buffer, "[format panicked] ");
        }
        &self.buffer
    }
}

/// Drops what a panic carried, which may panic in its turn.
fn discard(payload: Box<dyn Any + Send>) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(payload);
    }
}

impl fmt::Debug for GuardedFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardedFormat")
            .field("colored", &self.colored)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LogLevel;
    use crate::format::testing::{event, record, with};

    struct Fragile;

    impl Format for Fragile {
        fn format(&self, event: &EventRef<'_>, out: &mut String) {
            out.clear();
            out.push_str("half of ");
            assert!(event.field("bad").is_none(), "the format fails");
            out.push_str(event.message());
            out.push('\n');
        }
    }

    #[test]
    fn an_event_whose_format_panics_is_written_as_text_and_the_next_as_ever() {
        let mut format = GuardedFormat::from_env();
        format.replace(Fragile);
        let good = record(&event(LogLevel::Info, "good"));
        let bad = record(&with(event(LogLevel::Info, "bad one"), [("bad", 1.into())]));
        assert_eq!(format.format(&good.event()), "half of good\n");
        assert_eq!(
            format.format(&bad.event()),
            "2026-11-21T00:50:32.123456Z INFO  [format panicked] my_app::db: bad one bad=1\n"
        );
        assert_eq!(format.format(&good.event()), "half of good\n");
    }

    #[test]
    fn a_payload_that_panics_when_dropped_is_left_alone() {
        struct Bomb;
        impl Drop for Bomb {
            fn drop(&mut self) {
                if !std::thread::panicking() {
                    panic!("in drop");
                }
            }
        }
        discard(Box::new(Bomb));
    }
}
