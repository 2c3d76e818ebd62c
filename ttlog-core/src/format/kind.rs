//! [`FormatKind`]: the choice of a built-in format by its name.

use std::fmt;
use std::str::FromStr;
use std::sync::Once;

use super::{Format, Json, Logfmt, Pretty, Text};
use crate::report::report;

/// The name of a built-in format, as the environment variable `TTLOG_FORMAT` gives it.
///
/// ```
/// use ttlog_core::format::FormatKind;
///
/// assert_eq!("json".parse(), Ok(FormatKind::Json));
/// let error = "xml".parse::<FormatKind>().unwrap_err();
/// assert_eq!(error.to_string(), "no format is called \"xml\"; the formats are text, pretty, json, logfmt");
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum FormatKind {
    /// [`Text`].
    #[default]
    Text,
    /// [`Pretty`].
    Pretty,
    /// [`Json`].
    Json,
    /// [`Logfmt`].
    Logfmt,
}

impl FormatKind {
    /// All built-in formats.
    pub const ALL: [FormatKind; 4] = [
        FormatKind::Text,
        FormatKind::Pretty,
        FormatKind::Json,
        FormatKind::Logfmt,
    ];

    /// The format's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            FormatKind::Text => "text",
            FormatKind::Pretty => "pretty",
            FormatKind::Json => "json",
            FormatKind::Logfmt => "logfmt",
        }
    }

    /// The format itself.
    pub fn boxed(self) -> Box<dyn Format> {
        match self {
            FormatKind::Text => Box::new(Text),
            FormatKind::Pretty => Box::new(Pretty),
            FormatKind::Json => Box::new(Json),
            FormatKind::Logfmt => Box::new(Logfmt),
        }
    }

    /// The format that `TTLOG_FORMAT` names; [`FormatKind::Text`] where it is not set or empty.
    ///
    /// # Errors
    /// No format has that name.
    pub fn from_env() -> Result<FormatKind, UnknownFormat> {
        match std::env::var_os("TTLOG_FORMAT") {
            Some(name) if !name.is_empty() => name.to_string_lossy().parse(),
            _ => Ok(FormatKind::Text),
        }
    }

    /// The same for sinks, which can't fail for it: a wrong name is reported on stderr, once, and means text.
    pub(crate) fn from_env_or_text() -> FormatKind {
        static REPORT: Once = Once::new();
        FormatKind::from_env().unwrap_or_else(|error| {
            REPORT.call_once(|| report(&format!("TTLOG_FORMAT: {error}")));
            FormatKind::Text
        })
    }
}

impl fmt::Display for FormatKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for FormatKind {
    type Err = UnknownFormat;

    /// Reads a format's name in any case.
    fn from_str(text: &str) -> Result<FormatKind, UnknownFormat> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str().eq_ignore_ascii_case(text.trim()))
            .ok_or_else(|| UnknownFormat { text: text.into() })
    }
}

/// The text is not the name of a format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownFormat {
    text: String,
}

impl fmt::Display for UnknownFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "no format is called {:?}; the formats are text, pretty, json, logfmt",
            self.text
        )
    }
}

impl std::error::Error for UnknownFormat {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LogLevel;
    use crate::format::testing;

    #[test]
    fn every_format_is_found_by_its_name() {
        let event = testing::event(LogLevel::Info, "hello");
        for kind in FormatKind::ALL {
            assert_eq!(kind.to_string().to_uppercase().parse(), Ok(kind));
            assert!(testing::format(&*kind.boxed(), &event).contains("hello"));
        }
        let json = testing::format(&*FormatKind::Json.boxed(), &event);
        assert!(json.starts_with('{'));
    }

    #[test]
    fn the_error_lists_every_name() {
        let error = "".parse::<FormatKind>().unwrap_err().to_string();
        for kind in FormatKind::ALL {
            assert!(error.contains(kind.as_str()));
        }
    }
}
