//! [`ErrorChain`]: an error that is known by its messages, as one of the standard library.

use std::error::Error;
use std::fmt;

/// An error that is known by its messages and those of its sources.
#[derive(Debug)]
pub(crate) struct ErrorChain {
    message: String,
    source: Option<Box<ErrorChain>>,
}

impl ErrorChain {
    /// The outermost message comes first.
    pub(crate) fn new(messages: &[String]) -> ErrorChain {
        let (first, rest) = match messages {
            [] => ("", &[][..]),
            [first, rest @ ..] => (&**first, rest),
        };
        ErrorChain {
            message: first.to_owned(),
            source: (!rest.is_empty()).then(|| Box::new(ErrorChain::new(rest))),
        }
    }
}

impl fmt::Display for ErrorChain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for ErrorChain {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
