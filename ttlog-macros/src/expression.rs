//! What an expression is, as far as its look tells.

use quote::ToTokens;
use syn::parse::Parse;
use syn::{Expr, ExprLit, ExprPath, ExprRange, Lit, LitStr, RangeLimits};

/// A copy of something that was parsed: by parsing it again, because syn's own way would cost every build of an application.
pub(crate) fn copy<T: Parse + ToTokens>(parsed: &T) -> T {
    syn::parse2(parsed.to_token_stream()).expect("what was parsed once can be parsed")
}

/// An expression without the invisible brackets of a macro's argument.
pub(crate) fn peel(expression: &Expr) -> &Expr {
    match expression {
        Expr::Group(group) => peel(&group.expr),
        _ => expression,
    }
}

/// The string literal that an expression is.
pub(crate) fn string_literal(expression: &Expr) -> Option<&LitStr> {
    match peel(expression) {
        Expr::Lit(ExprLit {
            lit: Lit::Str(literal),
            attrs,
        }) if attrs.is_empty() => Some(literal),
        _ => None,
    }
}

/// Whether an expression is `None`.
pub(crate) fn is_none(expression: &Expr) -> bool {
    matches!(peel(expression), Expr::Path(path) if path.path.is_ident("None"))
}

/// Whether an expression is a level: `LogLevel::Info`, `Level::INFO`.
pub(crate) fn is_level(expression: &Expr) -> bool {
    let Expr::Path(path) = peel(expression) else {
        return false;
    };
    let mut owners = path.path.segments.iter().rev().skip(1);
    owners
        .next()
        .is_some_and(|owner| owner.ident == "LogLevel" || owner.ident == "Level")
}

/// Whether an expression is `..value`, or `..` alone.
pub(crate) fn is_spread(expression: &Expr) -> bool {
    let range = match peel(expression) {
        Expr::Range(range) => range,
        _ => return false,
    };
    range.start.is_none() && matches!(range.limits, RangeLimits::HalfOpen(_))
}

/// The `value` of `..value`.
pub(crate) fn spread_value(expression: Expr) -> Option<Expr> {
    match expression {
        Expr::Group(group) => spread_value(*group.expr),
        Expr::Range(ExprRange { end: Some(end), .. }) => Some(*end),
        _ => None,
    }
}

/// Whether an expression is a call of `format!` or `format_args!`, which can't be a message.
pub(crate) fn is_formatted(expression: &Expr) -> bool {
    let Expr::Macro(call) = peel(expression) else {
        return false;
    };
    let name = call.mac.path.segments.last();
    name.is_some_and(|name| name.ident == "format" || name.ident == "format_args")
}

/// Whether an expression is `future.await` or `future.await?`.
pub(crate) fn is_awaited(expression: &Expr) -> bool {
    match peel(expression) {
        Expr::Await(_) => true,
        Expr::Try(attempt) => is_awaited(&attempt.expr),
        _ => false,
    }
}

/// Whether `&` may stand in front of an expression without brackets around it.
pub(crate) fn binds_tightly(expression: &Expr) -> bool {
    matches!(
        peel(expression),
        Expr::Call(_)
            | Expr::Field(_)
            | Expr::Index(_)
            | Expr::Lit(_)
            | Expr::Macro(_)
            | Expr::MethodCall(_)
            | Expr::Paren(_)
            | Expr::Path(_)
            | Expr::Reference(_)
    )
}

/// Whether an expression can be put into a static: a literal, a macro that gives one, or a path through modules (in lower case)
/// to a `SCREAMING_CASE` name.
///
/// `Type::NAME` is not taken for constant, because `Type` may be a parameter of the function around it. What is not taken for
/// constant works just as well, at the cost of a look at the filter in each call.
pub(crate) fn is_surely_constant(expression: &Expr) -> bool {
    match peel(expression) {
        Expr::Lit(literal) => matches!(literal.lit, Lit::Str(_)),
        Expr::Macro(call) => {
            let known = ["concat", "env", "file", "module_path", "stringify"];
            let name = call.mac.path.segments.last();
            name.is_some_and(|name| known.iter().any(|known| name.ident == known))
        }
        Expr::Path(path) => is_path_of_constant(path),
        _ => false,
    }
}

fn is_path_of_constant(path: &ExprPath) -> bool {
    let segments = &path.path.segments;
    let names: Vec<String> = segments
        .iter()
        .map(|segment| segment.ident.to_string())
        .collect();
    let Some((last, modules)) = names.split_last() else {
        return false;
    };
    path.qself.is_none()
        && segments.iter().all(|segment| segment.arguments.is_none())
        && modules
            .iter()
            .all(|module| !module.starts_with(char::is_uppercase))
        && !last.contains(char::is_lowercase)
        && last.contains(char::is_uppercase)
}
