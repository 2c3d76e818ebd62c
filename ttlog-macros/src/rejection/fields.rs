//! The mistakes in `#[derive(Fields)]` and its attributes.

use proc_macro2::Ident;
use syn::{Attribute, Error, Item, Path};

/// `union`
pub(crate) fn neither_struct_nor_enum(item: &Item) -> Error {
    let message = "only structs and enums have fields to record";
    match item {
        Item::Union(item) => Error::new(item.union_token.span, message),
        item => Error::new_spanned(item, message),
    }
}

/// `#[field(hide)]`
pub(crate) fn unknown_of_field(word: &Ident) -> Error {
    Error::new(
        word.span(),
        format!(
            "`{word}` says nothing of a field; known are `skip`, `rename = \"…\"`, `display`, `debug`, `error`, \
             `redact`, `flatten` and `prefix = \"…\"`"
        ),
    )
}

/// `#[field(skip)]` on a variant
pub(crate) fn unknown_of_variant(word: &Ident) -> Error {
    Error::new(
        word.span(),
        format!(
            "`{word}` says nothing of a variant; it can only have another name: `rename = \"…\"`"
        ),
    )
}

/// `#[ttlog(name = "…")]`
pub(crate) fn unknown_of_type(word: &Ident) -> Error {
    Error::new(
        word.span(),
        format!(
            "`{word}` says nothing of a type; known are `crate = …`, the path of ttlog, and for an enum \
             `kind = \"…\"`, the name of the field with the variant's name"
        ),
    )
}

/// `#[ttlog(kind = "…")] struct`
pub(crate) fn kind_of_struct(word: &Ident) -> Error {
    Error::new(
        word.span(),
        "only an enum has a kind: the name of its variant",
    )
}

/// `#[field(skip)] struct`
pub(crate) fn field_on_type(attribute: &Attribute) -> Error {
    Error::new_spanned(
        attribute,
        "this goes before a field; of the type itself, `#[ttlog(…)]` tells",
    )
}

/// `#[field(a::b)]`
pub(crate) fn not_a_word(path: &Path) -> Error {
    Error::new_spanned(path, "one word is expected here")
}

/// `#[field(rename)]`, `#[field(prefix = 5)]`
pub(crate) fn missing_text(word: &Path) -> Error {
    let spelling = word.get_ident().map(Ident::to_string).unwrap_or_default();
    Error::new_spanned(word, format!("this needs a text: `{spelling} = \"…\"`"))
}

/// `#[field(skip, skip)]`
pub(crate) fn twice(word: &Ident) -> Error {
    Error::new(word.span(), format!("`{word}` is given twice"))
}

/// `#[field(display, debug)]`
pub(crate) fn contradiction(known: &Ident, word: &Ident) -> Error {
    Error::new(
        word.span(),
        format!("a field is recorded in one way: `{known}` or `{word}`"),
    )
}

/// `#[field(skip, rename = "…")]`
pub(crate) fn no_name(rename: &Ident, way: &Ident) -> Error {
    Error::new(
        rename.span(),
        format!("with `{way}` there is no field to be named"),
    )
}
