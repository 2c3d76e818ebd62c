//! What the parameters of a type must be, so that its fields can be recorded.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::GenericParam;

use super::attributes::Way;
use super::shape::{Shape, inside_option};

/// The bounds, beside those that the type has itself.
pub(super) fn bounds(shape: &Shape, facade: &TokenStream) -> Vec<TokenStream> {
    let parameters: Vec<&Ident> = shape
        .generics
        .params
        .iter()
        .filter_map(|parameter| match parameter {
            GenericParam::Type(parameter) => Some(&parameter.ident),
            GenericParam::Lifetime(_) | GenericParam::Const(_) => None,
        })
        .collect();
    let mut bounds = Vec::new();
    for field in shape.variants.iter().flat_map(|variant| &variant.fields) {
        let Some(bound) = bound(&field.way, facade) else {
            continue;
        };
        let recorded = match &field.way {
            Way::Display | Way::Debug | Way::Error => inside_option(&field.value_type),
            _ => &field.value_type,
        };
        let recorded = recorded.to_token_stream();
        let is_generic = parameters
            .iter()
            .any(|parameter| mentions(&recorded, parameter));
        // A bound on a type within itself would ask for itself without end, and its other fields ask for all that it needs.
        if is_generic && !mentions(&recorded, &shape.name) {
            bounds.push(quote!(#recorded: #bound));
        }
    }
    bounds
}

/// What a type must be to be recorded in this way.
fn bound(way: &Way, facade: &TokenStream) -> Option<TokenStream> {
    Some(match way {
        Way::Typed => quote!(#facade::Value),
        Way::Display => quote!(#facade::__private::Display),
        Way::Debug => quote!(#facade::__private::Debug),
        Way::Error => quote!(#facade::__private::Error),
        Way::Flatten | Way::Prefix(_) => quote!(#facade::Fields),
        Way::Redact | Way::Skip => return None,
    })
}

/// Whether a type's tokens have this name among them.
fn mentions(tokens: &TokenStream, name: &Ident) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(word) => word == *name,
        TokenTree::Group(group) => mentions(&group.stream(), name),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}
