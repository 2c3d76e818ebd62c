//! One item between two commas: a field, or an expression whose part is decided later.

use proc_macro2::{Ident, Span};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Expr, ExprLit, Lit, LitStr, Token};

use super::Name;
use super::prefix::is_prefix_word;
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

/// How the value of a field is recorded.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Capture {
    /// As what it is.
    Typed,
    /// `%`
    Display,
    /// `?`
    Debug,
    /// `:err`
    Error,
}

impl Item {
    /// The string literal that the item is, where it is one.
    pub(crate) fn as_text(&self) -> Option<&LitStr> {
        match self {
            Self::Plain(expression) => string_literal(expression),
            Self::Field { .. } => None,
        }
    }

    /// Whether what comes next is an item and cannot be a level.
    pub(super) fn is_certainly_next(input: ParseStream<'_>) -> bool {
        let ahead = input.fork();
        input.peek(LitStr)
            || input.peek(Token![%])
            || input.peek(Token![?])
            || (matches!(Name::parse(&ahead), Ok(Some(_)))
                && (ahead.peek(Token![=]) && !ahead.peek(Token![==])))
    }
}

impl Parse for Item {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if let Some(capture) = sigil(input)? {
            return shorthand(input.parse()?, capture);
        }
        let ahead = input.fork();
        if let (Ok(Some(name)), Some(ending)) = (Name::parse(&ahead), Ending::of(&ahead)) {
            Name::parse(input)?;
            return ending.field(name, input);
        }
        match input.parse()? {
            Expr::Assign(assignment) => Err(rejection::not_a_name(&assignment.left)),
            expression if input.peek(Token![=]) => Err(rejection::not_a_name(&expression)),
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
        if input.peek(Token![=>]) {
            Some(Self::Arrow)
        } else if input.peek(Token![=]) && !input.peek(Token![==]) {
            Some(Self::Equals)
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
                value(name, Capture::Typed, input)
            }
            Self::Colon => {
                input.parse::<Token![:]>()?;
                with_kind(name, span, input)
            }
        }
    }
}

/// `:? = value`, `:display = value`, or `:?` alone, from behind the colon.
fn with_kind(name: Name, colon: Span, input: ParseStream<'_>) -> syn::Result<Item> {
    let capture = match sigil(input)? {
        Some(capture) => capture,
        None if is_kind(input) => kind(&input.call(Ident::parse_any)?)?,
        None => return Err(colon_for_equals(&name, colon)),
    };
    if input.parse::<Option<Token![=]>>()?.is_some() {
        return value(name, capture, input);
    }
    match &name {
        Name::Fixed {
            identifier: Some(identifier),
            ..
        } => {
            let value = syn::parse_quote!(#identifier);
            Ok(Item::Field {
                name,
                capture,
                value,
            })
        }
        _ => Err(rejection::missing_value(&name, input.span())),
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

/// The value of a field, with the sigil that may stand before it.
fn value(name: Name, capture: Capture, input: ParseStream<'_>) -> syn::Result<Item> {
    if input.is_empty() || input.peek(Token![,]) || input.peek(Token![;]) {
        return Err(rejection::missing_value(&name, input.span()));
    }
    let capture = sigil(input)?.unwrap_or(capture);
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

fn sigil(input: ParseStream<'_>) -> syn::Result<Option<Capture>> {
    if input.parse::<Option<Token![%]>>()?.is_some() {
        Ok(Some(Capture::Display))
    } else if input.parse::<Option<Token![?]>>()?.is_some() {
        Ok(Some(Capture::Debug))
    } else {
        Ok(None)
    }
}

/// Whether one of the words comes next that choose how a value is captured.
pub(super) fn is_kind(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    let words = ["debug", "display", "err", "error", "serde", "sval"];
    let is_word = ahead
        .call(Ident::parse_any)
        .is_ok_and(|word| words.iter().any(|known| word == known));
    is_word
        && (ahead.is_empty()
            || ahead.peek(Token![,])
            || ahead.peek(Token![;])
            || (ahead.peek(Token![=]) && !ahead.peek(Token![==])))
}

fn kind(word: &Ident) -> syn::Result<Capture> {
    match word.unraw().to_string().as_str() {
        "debug" => Ok(Capture::Debug),
        "display" => Ok(Capture::Display),
        "err" | "error" => Ok(Capture::Error),
        _ => Err(rejection::kind(word)),
    }
}

/// The string literal that an expression is, seen through the invisible brackets of a macro's argument.
pub(crate) fn string_literal(expression: &Expr) -> Option<&LitStr> {
    match expression {
        Expr::Lit(ExprLit {
            lit: Lit::Str(literal),
            attrs,
        }) if attrs.is_empty() => Some(literal),
        Expr::Group(group) => string_literal(&group.expr),
        _ => None,
    }
}
