//! The code of `impl Fields`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

use super::attributes::Way;
use super::bounds::bounds;
use super::shape::{Field, Shape, Variant, inside_option};

/// The name of the field with the name of an enum's variant.
const KIND: &str = "kind";

/// The implementation for a type.
pub(super) fn implementation(shape: &Shape) -> TokenStream {
    let facade = match &shape.attributes.facade {
        Some(path) => quote!(#path),
        None => quote!(::ttlog),
    };
    let writer = Ident::new("__ttlog_fields", Span::mixed_site());
    let arms = shape
        .variants
        .iter()
        .map(|variant| arm(shape, variant, &facade, &writer));
    let body = if shape.variants.is_empty() {
        quote!(match *self {})
    } else {
        quote!(match self { #(#arms)* })
    };
    let (parameters, arguments, own) = shape.generics.split_for_impl();
    let own = own.into_iter().flat_map(|own| &own.predicates);
    let bounds = bounds(shape, &facade);
    let name = &shape.name;
    let probes = has_typed(shape)
        .then(|| quote!(use #facade::__private::{ViaError as _, ViaNothing as _, ViaValue as _};));
    // Where nothing is recorded the writer is unused; an underscore in its name would show in the caller's lints.
    quote! {
        #[automatically_derived]
        impl #parameters #facade::Fields for #name #arguments
        where #(#own,)* #(#bounds,)*
        {
            #[inline]
            fn record_fields(&self, #writer: &mut #facade::FieldWriter<'_>) {
                #probes
                let _ = &#writer;
                #body
            }
        }
    }
}

fn has_typed(shape: &Shape) -> bool {
    let mut fields = shape.variants.iter().flat_map(|variant| &variant.fields);
    fields.any(|field| matches!(field.way, Way::Typed))
}

fn arm(shape: &Shape, variant: &Variant, facade: &TokenStream, writer: &Ident) -> TokenStream {
    let (path, kind) = match &variant.name {
        None => (quote!(Self), None),
        Some((name, recorded)) => {
            let kind = shape.attributes.kind.as_deref().unwrap_or(KIND);
            let kind = quote!(#writer.field(#kind, #recorded););
            (quote!(Self::#name), Some(kind))
        }
    };
    let mut bindings = Vec::new();
    let mut records = Vec::new();
    for (index, field) in variant.fields.iter().enumerate() {
        let span = Span::mixed_site().located_at(field.value_type.span());
        let variable = format_ident!("__ttlog_{index}", span = span);
        let member = &field.member;
        match &field.way {
            Way::Skip => continue,
            Way::Redact => {}
            _ => bindings.push(quote!(#member: #variable,)),
        }
        records.push(record(field, &variable, facade, writer));
    }
    quote!(#path { #(#bindings)* .. } => { #kind #(#records)* })
}

/// The statement that records a field.
fn record(field: &Field, variable: &Ident, facade: &TokenStream, writer: &Ident) -> TokenStream {
    let name = &field.name;
    // With this span, a type that can't be recorded is shown where it stands.
    let span = variable.span();
    let method = |method: &str| {
        let method = Ident::new(method, span);
        let record = |variable: &Ident| quote_spanned!(span=> #writer.#method(#name, #variable););
        if std::ptr::eq(inside_option(&field.value_type), &field.value_type) {
            return record(variable);
        }
        // What there is of an option, as it would be recorded without one.
        let inner = Ident::new("__ttlog_inner", span);
        let some = record(&inner);
        quote_spanned! {span=> match #variable {
            #facade::__private::Some(#inner) => { #some }
            #facade::__private::None => { #writer.field(#name, &()); }
        }}
    };
    match &field.way {
        Way::Skip => TokenStream::new(),
        Way::Typed => quote_spanned! {span=>
            (&&&&#facade::__private::Probe(#variable)).ttlog_kind().write(#variable, #name, #writer);
        },
        Way::Display => method("display"),
        Way::Debug => method("debug"),
        Way::Error => method("error"),
        Way::Redact => quote_spanned!(span=> #writer.redacted(#name);),
        Way::Flatten => quote_spanned!(span=> #facade::Fields::record_fields(#variable, #writer);),
        Way::Prefix(prefix) => quote_spanned!(span=> #writer.nested(#prefix, #variable);),
    }
}
