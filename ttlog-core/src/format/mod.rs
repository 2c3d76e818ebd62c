//! [`Format`]: how an event is written as text, and the formats that ttlog brings.
//!
//! | module | owns |
//! |---|---|
//! | `text`, `pretty`, `json`, `logfmt` | a format each |
//! | `kind` | the choice of one of them by its name |
//! | `escape` | what may not stand in output as it is, and how it is written instead |
//! | `labels` | what a call site's lines of text have in common |
//! | `chain` | the spans in front of a line |
//! | `value` | a value's text in the formats that people read |
//! | `number`, `timestamp` | digits, and dates |
//! | `color` | the sequences that colour a terminal |
//! | `guard` | what happens when a format panics |

pub(crate) mod chain;
mod color;
mod escape;
#[cfg(test)]
mod forgery_tests;
pub(crate) mod guard;
mod json;
mod kind;
pub(crate) mod labels;
mod logfmt;
mod number;
mod pretty;
#[cfg(test)]
mod span_tests;
#[cfg(test)]
pub(crate) mod testing;
mod text;
pub(crate) mod timestamp;
mod value;

pub use json::Json;
pub use kind::{FormatKind, UnknownFormat};
pub use logfmt::Logfmt;
pub use pretty::Pretty;
pub use text::Text;

use crate::decode::EventRef;

/// Writes an event as text.
///
/// ```
/// use ttlog_core::{EventRef, Format};
///
/// /// Level and message only.
/// struct Short;
///
/// impl Format for Short {
///     fn format(&self, event: &EventRef<'_>, out: &mut String) {
///         let one_line = event.message().escape_debug();
///         out.push_str(&format!("{}: {one_line}\n", event.level()));
///     }
/// }
/// ```
pub trait Format: Send + 'static {
    /// Appends the event to `out`, a line's end included.
    ///
    /// Values come from users: a format has to see to it that no value can pass for a line or a field of its own.
    fn format(&self, event: &EventRef<'_>, out: &mut String);

    /// The same for a terminal that shows colours; without them by default.
    fn format_colored(&self, event: &EventRef<'_>, out: &mut String) {
        self.format(event, out);
    }

    /// The same format once more, for the sink that goes on in a child of `fork`. `None`, which is the default, means that a
    /// sink of this format doesn't.
    fn duplicate(&self) -> Option<Box<dyn Format>> {
        None
    }
}

impl<F: Format + ?Sized> Format for Box<F> {
    fn format(&self, event: &EventRef<'_>, out: &mut String) {
        (**self).format(event, out);
    }

    fn format_colored(&self, event: &EventRef<'_>, out: &mut String) {
        (**self).format_colored(event, out);
    }

    fn duplicate(&self) -> Option<Box<dyn Format>> {
        (**self).duplicate()
    }
}
