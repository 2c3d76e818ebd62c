//! The type as it is written: its variants, one for a struct, and their fields.

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Error, GenericArgument, Generics, Index, Item, Member, PathArguments, Type};

use super::attributes::{FieldAttributes, TypeAttributes, VariantAttributes, Way};
use crate::rejection;

/// A type that has fields to record.
pub(super) struct Shape {
    pub(super) name: Ident,
    pub(super) generics: Generics,
    pub(super) attributes: TypeAttributes,
    pub(super) variants: Vec<Variant>,
}

/// A variant of an enum, or all of a struct.
pub(super) struct Variant {
    /// Its name, where it is an enum's, and as what that is recorded.
    pub(super) name: Option<(Ident, String)>,
    pub(super) fields: Vec<Field>,
}

/// A field of a variant.
pub(super) struct Field {
    pub(super) member: Member,
    /// As what it is recorded.
    pub(super) name: String,
    pub(super) value_type: Type,
    pub(super) way: Way,
}

impl Parse for Shape {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        match input.parse()? {
            Item::Struct(item) => {
                let attributes = TypeAttributes::of_struct(&item.attrs)?;
                let fields = fields(item.fields)?;
                let variants = vec![Variant { name: None, fields }];
                Ok(Self {
                    name: item.ident,
                    generics: item.generics,
                    attributes,
                    variants,
                })
            }
            Item::Enum(item) => {
                let attributes = TypeAttributes::of_enum(&item.attrs)?;
                let variants = all(item.variants.into_iter().map(variant))?;
                Ok(Self {
                    name: item.ident,
                    generics: item.generics,
                    attributes,
                    variants,
                })
            }
            item => Err(rejection::fields::neither_struct_nor_enum(&item)),
        }
    }
}

fn variant(variant: syn::Variant) -> syn::Result<Variant> {
    let VariantAttributes { rename } = VariantAttributes::of(&variant.attrs)?;
    let recorded = rename.unwrap_or_else(|| variant.ident.unraw().to_string());
    Ok(Variant {
        name: Some((variant.ident, recorded)),
        fields: fields(variant.fields)?,
    })
}

fn fields(fields: syn::Fields) -> syn::Result<Vec<Field>> {
    all(fields.into_iter().enumerate().map(|(index, field)| {
        let attributes = FieldAttributes::of(&field.attrs)?;
        let (member, name) = match field.ident {
            Some(name) => {
                let text = name.unraw().to_string();
                (name.into(), text)
            }
            None => (Member::Unnamed(Index::from(index)), index.to_string()),
        };
        Ok(Field {
            member,
            name: attributes.rename.unwrap_or(name),
            value_type: field.ty,
            way: attributes.way,
        })
    }))
}

/// All of them; every mistake in them, not only the first.
fn all<T>(parts: impl Iterator<Item = syn::Result<T>>) -> syn::Result<Vec<T>> {
    let mut mistakes: Option<Error> = None;
    let mut good = Vec::new();
    for part in parts {
        match (part, &mut mistakes) {
            (Ok(part), _) => good.push(part),
            (Err(mistake), Some(known)) => known.combine(mistake),
            (Err(mistake), none) => *none = Some(mistake),
        }
    }
    mistakes.map_or(Ok(good), Err)
}

/// The `T` of a type that is written as `Option<T>`; any other type itself.
pub(super) fn inside_option(value_type: &Type) -> &Type {
    if let Type::Path(path) = value_type
        && let Some(last) = path.path.segments.last()
        && last.ident == "Option"
        && let PathArguments::AngleBracketed(arguments) = &last.arguments
        && arguments.args.len() == 1
        && let GenericArgument::Type(inner) = &arguments.args[0]
    {
        return inner;
    }
    value_type
}
