//! One item between two commas: a field, or an expression whose part is decided later.

use proc_macro2::Span;
use syn::parse::{Parse, ParseStream};
use syn::{Expr, LitStr, Token};

use super::prefix::is_prefix_word;
use super::{Capture, Name, next_is_equals};
use crate::expression::string_literal;
use crate::rejection;

/// One item of a call.
pub(crate) enum Item {
    /// `name = value`, `%name`, `name:? = value`, …
    Field {
        name: Name,
        capture: Capture,
        value: Expr,
    },
    /// The message, an argument of it, or a field by its bare name.
    Plain(Expr),
}

impl Item {
    /// The string literal that the item is, where it is one.
    pub(crate) fn as_text(&self) -> Option<&LitStr> {
        match self {
            Self::Plain(expression) => string_literal(expression),
            Self::Field { .. } => None,
        }
    }

    /// Whether it is a field of this name.
    pub(crate) fn is_named(&self, name: &str) -> bool {
        let text = |name: &Name| match name {
            Name::Fixed { text, .. } => Some(text.clone()),
            Name::Computed(_) => None,
        };
        let own = match self {
            Self::Field { name, .. } => text(name),
            Self::Plain(expression) => Name::of_place(expression).and_then(|name| text(&name)),
        };
        own.is_some_and(|own| own == name)
    }

    /// Whether what comes next is an item and cannot be a level.
    pub(super) fn is_certainly_next(input: ParseStream<'_>) -> bool {
        input.peek(LitStr) || Self::is_field_next(input)
    }

    /// Whether what comes next has the look of a field, and is no expression alone.
    pub(super) fn is_field_next(input: ParseStream<'_>) -> bool {
        let ahead = input.fork();
        input.peek(Token![%])
            || input.peek(Token![?])
            || input.peek(Token![..])
            || matches!(Name::parse(&ahead), Ok(Some(_))) && next_is_equals(&ahead)
    }
}

impl Parse for Item {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if let Some(capture) = Capture::sigil(input)? {
            return shorthand(input.parse()?, capture);
        }
        let ahead = input.fork();
        if let (Ok(Some(name)), Some(ending)) = (Name::parse(&ahead), Ending::of(&ahead)) {
            Name::parse(input)?;
            return ending.field(name, input);
        }
        match input.parse()? {
            Expr::Assign(assignment) => Err(rejection::not_a_name(&assignment.left)),
            expression if next_is_equals(input) => Err(rejection::not_a_name(&expression)),
            expression => Ok(Self::Plain(expression)),
        }
    }
}

/// What follows a name and makes it the name of a field.
enum Ending {
    Equals,
    Arrow,
    Colon,
}

impl Ending {
    fn of(input: ParseStream<'_>) -> Option<Self> {
        if next_is_equals(input) {
            Some(Self::Equals)
        } else if input.peek(Token![=>]) {
            Some(Self::Arrow)
        } else if input.peek(Token![:]) && !input.peek(Token![::]) {
            Some(Self::Colon)
        } else {
            None
        }
    }

    /// The rest of a field, from behind its name.
    fn field(self, name: Name, input: ParseStream<'_>) -> syn::Result<Item> {
        let span = input.span();
        match self {
            Self::Arrow => Err(rejection::arrow(&name, span)),
            Self::Equals => {
                input.parse::<Token![=]>()?;
                value(name, Capture::Typed, span, input)
            }
            Self::Colon => {
                input.parse::<Token![:]>()?;
                with_capture(name, span, input)
            }
        }
    }
}

/// `:? = value`, `:display = value`, or `:?` alone, from behind the colon.
fn with_capture(name: Name, colon: Span, input: ParseStream<'_>) -> syn::Result<Item> {
    let Some(capture) = Capture::behind_colon(input)? else {
        return Err(colon_for_equals(&name, colon));
    };
    if input.parse::<Option<Token![=]>>()?.is_some() {
        return value(name, capture, colon, input);
    }
    match name.to_place() {
        Some(value) => Ok(Item::Field {
            name,
            capture,
            value,
        }),
        None => Err(rejection::missing_value(&name, colon)),
    }
}

fn colon_for_equals(name: &Name, colon: Span) -> syn::Error {
    match name {
        Name::Fixed {
            identifier: Some(word),
            ..
        } if is_prefix_word(word) => rejection::late_prefix(word),
        _ => rejection::colon(name, colon),
    }
}

/// The value of a field, with the sigil that may stand before it; `equals` is where a missing one is reported.
fn value(name: Name, capture: Capture, equals: Span, input: ParseStream<'_>) -> syn::Result<Item> {
    if input.is_empty() || input.peek(Token![,]) || input.peek(Token![;]) {
        return Err(rejection::missing_value(&name, equals));
    }
    let capture = Capture::sigil(input)?.unwrap_or(capture);
    Ok(Item::Field {
        name,
        capture,
        value: input.parse()?,
    })
}

/// `%place` or `?place`, from behind the sigil.
fn shorthand(value: Expr, capture: Capture) -> syn::Result<Item> {
    if let Expr::Assign(assignment) = &value {
        return Err(rejection::sigil_before_name(&assignment.left, capture));
    }
    match Name::of_place(&value) {
        Some(name) => Ok(Item::Field {
            name,
            capture,
            value,
        }),
        None => Err(rejection::unnamed(&value, capture)),
    }
}
