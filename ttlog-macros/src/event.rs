//! What a call means, however it was written: the model between checking and expanding.

use proc_macro2::{Ident, Literal, TokenStream};
use syn::{Expr, LitStr};

use crate::parse::{Capture, Prefixes};

/// An event, as one call describes it.
pub(crate) struct Event {
    pub(crate) prefixes: Prefixes,
    pub(crate) message: Message,
    /// The expressions to evaluate, in the order in which they were written.
    pub(crate) values: Vec<Expr>,
    /// The fields whose names are known where the call is written.
    pub(crate) fields: Vec<Field>,
    /// The fields whose names are computed.
    pub(crate) computed: Vec<ComputedField>,
    /// The values whose own fields are recorded.
    pub(crate) spread: Vec<ValueIndex>,
}

/// Which of the values of an event is meant.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct ValueIndex(pub(crate) usize);

/// The message of an event.
pub(crate) enum Message {
    /// There is none.
    Absent,
    /// A text known where the call is written, as an expression.
    Fixed(TokenStream),
    /// A template, its arguments, and the constant that stands for all texts they give.
    Formatted {
        summary: TokenStream,
        template: TokenStream,
        arguments: Vec<Argument>,
    },
    /// One value is all of it.
    Value { value: ValueIndex, capture: Capture },
}

/// An argument of a template.
pub(crate) struct Argument {
    /// The name it is referred to by, or none where it has a position.
    pub(crate) name: Option<Ident>,
    pub(crate) value: ArgumentValue,
}

/// What an argument of a template is.
pub(crate) enum ArgumentValue {
    Evaluated(ValueIndex),
    /// A string literal, which the compiler can put into the text.
    Literal(Literal),
}

/// A field with a name that is known where the call is written.
pub(crate) struct Field {
    pub(crate) name: LitStr,
    pub(crate) content: Content,
}

/// A field with a name that an expression gives.
pub(crate) struct ComputedField {
    pub(crate) name: ValueIndex,
    pub(crate) content: Recorded,
}

/// What a field holds.
pub(crate) enum Content {
    /// A string literal, which costs nothing at run time.
    Constant(Literal),
    Recorded(Recorded),
}

/// A value, and how it is recorded.
pub(crate) struct Recorded {
    pub(crate) value: ValueIndex,
    pub(crate) capture: Capture,
    /// For a value that the message shows too: the way it does, to fall back on where the type is neither a value nor an error.
    pub(crate) shown_as: Option<String>,
    /// Whether the place of the value gives the field its name: then the value may have fields of its own, which are recorded in
    /// place of this one.
    pub(crate) may_spread: bool,
}
