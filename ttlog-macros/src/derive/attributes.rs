//! What `#[field(…)]` says of a field or a variant, and `#[ttlog(…)]` of a type.

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::meta::ParseNestedMeta;
use syn::{Attribute, LitStr, Path};

use crate::rejection::fields as rejection;

/// How a field is recorded.
#[derive(Default)]
pub(super) enum Way {
    /// As what it is: a `Value` or an error.
    #[default]
    Typed,
    Display,
    Debug,
    Error,
    /// Its name only.
    Redact,
    /// Not at all.
    Skip,
    /// Its own fields.
    Flatten,
    /// Its own fields, with this before their names.
    Prefix(LitStr),
}

/// What is said of a field.
#[derive(Default)]
pub(super) struct FieldAttributes {
    pub(super) way: Way,
    pub(super) rename: Option<String>,
}

/// What is said of a variant.
pub(super) struct VariantAttributes {
    pub(super) rename: Option<String>,
}

/// What is said of a type.
#[derive(Default)]
pub(super) struct TypeAttributes {
    /// The path of the facade crate.
    pub(super) facade: Option<Path>,
    /// The name of the field with the variant's name.
    pub(super) kind: Option<String>,
}

impl FieldAttributes {
    pub(super) fn of(attributes: &[Attribute]) -> syn::Result<Self> {
        let mut found = Self::default();
        let mut way_word: Option<Ident> = None;
        let mut rename_word: Option<Ident> = None;
        each(attributes, "field", |meta| {
            let word = word(&meta)?;
            let way = match word.to_string().as_str() {
                "rename" => {
                    found.rename = Some(text(&meta)?.value());
                    return once(&mut rename_word, word);
                }
                "display" => Way::Display,
                "debug" => Way::Debug,
                "error" => Way::Error,
                "redact" => Way::Redact,
                "skip" => Way::Skip,
                "flatten" => Way::Flatten,
                "prefix" => Way::Prefix(text(&meta)?),
                _ => return Err(rejection::unknown_of_field(&word)),
            };
            found.way = way;
            match &way_word {
                Some(known) if *known != word => Err(rejection::contradiction(known, &word)),
                _ => once(&mut way_word, word),
            }
        })?;
        let has_name = !matches!(found.way, Way::Skip | Way::Flatten | Way::Prefix(_));
        match (rename_word, way_word) {
            (Some(rename), Some(way)) if !has_name => Err(rejection::no_name(&rename, &way)),
            _ => Ok(found),
        }
    }
}

impl VariantAttributes {
    pub(super) fn of(attributes: &[Attribute]) -> syn::Result<Self> {
        let mut rename = None;
        let mut rename_word = None;
        each(attributes, "field", |meta| {
            let word = word(&meta)?;
            if word != "rename" {
                return Err(rejection::unknown_of_variant(&word));
            }
            rename = Some(text(&meta)?.value());
            once(&mut rename_word, word)
        })?;
        Ok(Self { rename })
    }
}

impl TypeAttributes {
    pub(super) fn of_struct(attributes: &[Attribute]) -> syn::Result<Self> {
        Self::of(attributes, false)
    }

    pub(super) fn of_enum(attributes: &[Attribute]) -> syn::Result<Self> {
        Self::of(attributes, true)
    }

    fn of(attributes: &[Attribute], has_variants: bool) -> syn::Result<Self> {
        let mut found = Self::default();
        let (mut crate_word, mut kind_word) = (None, None);
        each(attributes, "ttlog", |meta| {
            let word = word(&meta)?;
            match word.to_string().as_str() {
                "crate" => {
                    found.facade = Some(meta.value()?.call(Path::parse_mod_style)?);
                    once(&mut crate_word, word)
                }
                "kind" if has_variants => {
                    found.kind = Some(text(&meta)?.value());
                    once(&mut kind_word, word)
                }
                "kind" => Err(rejection::kind_of_struct(&word)),
                _ => Err(rejection::unknown_of_type(&word)),
            }
        })?;
        if let Some(misplaced) = attributes
            .iter()
            .find(|attribute| attribute.path().is_ident("field"))
        {
            return Err(rejection::field_on_type(misplaced));
        }
        Ok(found)
    }
}

/// What is in the brackets of all attributes of a name, piece by piece.
fn each(
    attributes: &[Attribute],
    name: &str,
    mut take: impl FnMut(ParseNestedMeta<'_>) -> syn::Result<()>,
) -> syn::Result<()> {
    let mut named = attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident(name));
    named.try_for_each(|attribute| attribute.parse_nested_meta(&mut take))
}

fn word(meta: &ParseNestedMeta<'_>) -> syn::Result<Ident> {
    match meta.path.get_ident() {
        Some(word) => Ok(word.unraw()),
        None => Err(rejection::not_a_word(&meta.path)),
    }
}

fn text(meta: &ParseNestedMeta<'_>) -> syn::Result<LitStr> {
    let missing = || rejection::missing_text(&meta.path);
    meta.value()
        .map_err(|_| missing())?
        .parse()
        .map_err(|_| missing())
}

fn once(known: &mut Option<Ident>, word: Ident) -> syn::Result<()> {
    match known.replace(word.clone()) {
        None => Ok(()),
        Some(_) => Err(rejection::twice(&word)),
    }
}
