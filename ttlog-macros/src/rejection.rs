//! Every mistake that the macros reject, at the token at fault, with what to write instead.

pub(crate) mod fields;
pub(crate) mod histograms;
pub(crate) mod limits;

use proc_macro2::{Ident, Span, TokenStream};
use syn::{Error, Expr, LitStr};

use crate::parse::{Capture, Name};

/// `name: 5`
pub(crate) fn colon(name: &Name, colon: Span) -> Error {
    let name = name.spelling();
    Error::new(
        colon,
        format!(
            "a field is written with `=`: `{name} = …`; with a colon, only `name:`, `target:` and `parent:` \
             are known, and they come first"
        ),
    )
}

/// `"name" => 5`
pub(crate) fn arrow(name: &Name, arrow: Span) -> Error {
    let name = name.spelling();
    Error::new(arrow, format!("a field is written with `=`: `{name} = …`"))
}

/// `a::b = 5`, `a[0] = 5`
pub(crate) fn not_a_name(left: &Expr) -> Error {
    Error::new_spanned(
        left,
        "this is not the name of a field; put it in quotes: `\"…\" = …`",
    )
}

/// `name =`
pub(crate) fn missing_value(name: &Name, at: Span) -> Error {
    Error::new(
        at,
        format!("the field has no value: `{} = …`", name.spelling()),
    )
}

/// `name:serde = value`
pub(crate) fn unknown_capture(word: &Ident) -> Error {
    Error::new(
        word.span(),
        format!("values are not captured with `{word}`; write `:?` or `:%`, or convert the value"),
    )
}

/// `%name = value`
pub(crate) fn sigil_before_name(name: &Expr, capture: Capture) -> Error {
    let sigil = sigil(capture);
    Error::new_spanned(
        name,
        format!("`{sigil}` goes before the value, not before the name: `name = {sigil}…`"),
    )
}

/// `%call()`
pub(crate) fn unnamed(value: &Expr, capture: Capture) -> Error {
    let sigil = sigil(capture);
    Error::new_spanned(value, format!("this field needs a name: `name = {sigil}…`"))
}

/// `"text", a + b`
pub(crate) fn unused_argument(value: &Expr) -> Error {
    Error::new_spanned(
        value,
        "the message does not use this; give it a name to record it as a field: `name = …`",
    )
}

/// `..`
pub(crate) fn nothing_to_spread(dots: &TokenStream) -> Error {
    Error::new_spanned(
        dots,
        "say whose fields are recorded: `..value`, of a type that derives `ttlog::Fields`",
    )
}

/// `"text", "text"`
pub(crate) fn second_message(text: &LitStr) -> Error {
    Error::new(
        text.span(),
        "the message is already given, and does not use this; give it a name to record it as a field: \
         `name = \"…\"`",
    )
}

/// `&message`
pub(crate) fn message_not_literal(value: &Expr) -> Error {
    Error::new_spanned(
        value,
        "the message is a string literal: write `\"{}\", …` to show this in it, or `name = …` to record this \
         as a field",
    )
}

/// `format!("…")`
pub(crate) fn formatted_before(call: &Expr) -> Error {
    Error::new_spanned(
        call,
        "the message is formatted here already: write what is in the brackets in place of this",
    )
}

/// `name = value, "text"; "text"`
pub(crate) fn text_before_semicolon(text: &LitStr) -> Error {
    Error::new(
        text.span(),
        "only fields stand before a `;`; the message goes behind it",
    )
}

/// `"text", target: "t"`
pub(crate) fn late_prefix(word: &Ident) -> Error {
    Error::new(
        word.span(),
        format!("`{word}:` comes before everything else; a field is written `{word} = …`"),
    )
}

/// `target: "t", target: "t"`
pub(crate) fn prefix_twice(word: &Ident) -> Error {
    Error::new(word.span(), format!("`{word}:` is given twice"))
}

/// `logger: logger`
pub(crate) fn logger(word: &Ident) -> Error {
    Error::new(
        word.span(),
        "a call always logs to the logger that is installed; to log elsewhere, install another one for a \
         while",
    )
}

/// `target:`
pub(crate) fn prefix_without_value(word: &Ident) -> Error {
    Error::new(word.span(), format!("`{word}:` has no value"))
}

/// `info!(LogLevel::Info, …)`
pub(crate) fn level_given(level: &Expr) -> Error {
    Error::new_spanned(
        level,
        "this macro has its level already; `log!` takes one as its first argument",
    )
}

/// `log!("text")`
pub(crate) fn missing_level(at: Span) -> Error {
    Error::new(at, "the level comes first: `LogLevel::Info, …`")
}

/// `info_span!(user_id = 5)`
pub(crate) fn missing_span_name(at: Span) -> Error {
    Error::new(at, "the name of the span comes first: `\"…\", …`")
}

/// `info_span!(LogLevel::Info, "name")`
pub(crate) fn level_given_to_span(level: &Expr) -> Error {
    Error::new_spanned(
        level,
        "this macro has its level already; `span!` takes one as its first argument",
    )
}

/// `info_span!(name)`
pub(crate) fn span_name_not_constant(name: &Expr) -> Error {
    Error::new_spanned(
        name,
        "the name of a span is constant: write `\"…\"` before this, which is then recorded as a field",
    )
}

/// `info_span!("name", "text {}", value)`
pub(crate) fn message_in_span(message: &Expr) -> Error {
    Error::new_spanned(
        message,
        "a span has no message: give this a name to record it as a field, `name = …`, or log it in the span",
    )
}

/// `info_span!("name", a + b)`
pub(crate) fn unnamed_in_span(value: &Expr) -> Error {
    Error::new_spanned(value, "this field needs a name: `name = …`")
}

/// `enabled!(level, "text")`
pub(crate) fn more_than_a_level(at: Span) -> Error {
    Error::new(
        at,
        "only a target and a level are asked for: `target: \"…\", level`",
    )
}

/// `"text" name = value`
pub(crate) fn missing_comma(at: Span) -> Error {
    Error::new(at, "a `,` is missing before this")
}

/// `a = 1; "text"; b`
pub(crate) fn unexpected(at: Span) -> Error {
    Error::new(
        at,
        "nothing is expected here; the fields go before the first `;` or behind the message",
    )
}

/// `#[instrument]` on something else.
pub(crate) fn no_function(at: Span) -> Error {
    Error::new(at, "`#[instrument]` goes on a function or a method")
}

/// `#[instrument] fn f();`
pub(crate) fn no_body(name: &Ident) -> Error {
    Error::new(
        name.span(),
        "this function has no body: put `#[instrument]` on those that implement it",
    )
}

/// `#[instrument] fn f() 5`, which only a macro can bring.
pub(crate) fn no_block(at: Span) -> Error {
    Error::new(at, "the body of a function is a block")
}

/// `#[instrument] const fn f() {}`
pub(crate) fn constant_function(word: &syn::Token![const]) -> Error {
    Error::new(
        word.span,
        "a `const fn` can't be instrumented: it may run while the program is compiled",
    )
}

/// `#[instrument("text")]`
pub(crate) fn no_setting(at: Span) -> Error {
    Error::new(at, format!("{SETTINGS} are expected here"))
}

/// `#[instrument(colour = "red")]`
pub(crate) fn unknown_setting(word: &Ident) -> Error {
    Error::new(
        word.span(),
        format!(
            "`#[instrument]` has no `{word}`: it has {SETTINGS}; fields go into `fields({word} = …)`"
        ),
    )
}

const SETTINGS: &str = "`name = …`, `level = …`, `target = …`, `parent = …`, `fields(…)`, `skip(…)`, `skip_all`, `only(…)`, \
                        `err`, `ret` and `crate = …`";

/// `#[instrument(name = "a", name = "b")]`
pub(crate) fn setting_twice(word: &Ident) -> Error {
    Error::new(word.span(), format!("`{word}` is given twice"))
}

/// `#[instrument(skip(a), only(b))]`
pub(crate) fn chosen_twice(word: &Ident) -> Error {
    Error::new(
        word.span(),
        "only one of `skip`, `skip_all` and `only` says which parameters are fields",
    )
}

/// `#[instrument(name)]`
pub(crate) fn setting_without_value(word: &Ident) -> Error {
    Error::new(word.span(), format!("`{word}` has no value: `{word} = …`"))
}

/// `#[instrument(skip)]`
pub(crate) fn setting_without_brackets(word: &Ident) -> Error {
    let hint = if word == "skip" {
        "; `skip_all` skips all of them"
    } else {
        ""
    };
    Error::new(
        word.span(),
        format!("what is meant goes in brackets: `{word}(…)`{hint}"),
    )
}

/// `#[instrument(skip(nobody))]`
pub(crate) fn no_parameter(name: &Ident) -> Error {
    Error::new(
        name.span(),
        format!("the function has no parameter `{name}`"),
    )
}

/// `#[instrument(level = "loud")]`
pub(crate) fn unknown_level(name: &LitStr) -> Error {
    Error::new(
        name.span(),
        "the levels are \"trace\", \"debug\", \"info\", \"warn\", \"error\" and \"critical\"",
    )
}

/// `#[instrument(err(Loud))]`
pub(crate) fn unknown_report(word: &Ident) -> Error {
    Error::new(
        word.span(),
        "`Debug`, `Display` or `level = …` is expected here",
    )
}

/// `#[instrument(err)] fn f() {}`
pub(crate) fn no_result(word: &Ident) -> Error {
    Error::new(
        word.span(),
        "`err` logs the error of a `Result`, which this function does not return",
    )
}

fn sigil(capture: Capture) -> char {
    if capture == Capture::Debug { '?' } else { '%' }
}
