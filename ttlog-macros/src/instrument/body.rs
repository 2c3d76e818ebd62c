//! The body that an instrumented function gets.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{GenericArgument, PathArguments, Token, Type, TypeInfer};

use super::function::{Function, Kind, Taken, braces};
use super::watch::Watch;
use crate::expand::Scope;
use crate::expression::copy;

/// The statements of the body, around what the function does.
pub(super) fn body(
    scope: &Scope,
    function: &Function,
    new_span: &TokenStream,
    watch: &Watch,
) -> TokenStream {
    let span = scope.span;
    let own = &watch.span;
    match &function.kind {
        Kind::Plain => plain(scope, function, new_span, watch),
        Kind::Async => {
            let typed = function.result().map(|result| {
                let written = without_impl(result);
                let private = scope.private_at(result.span());
                // Without this, the block's own type would be asked for at its first `?`.
                quote_spanned!(result.span()=> if false { return #private::never_returned::<#written>(); })
            });
            let content = function.body.stream();
            let taken = taken(function, new_span);
            let block = braces(&function.body, quote!(#typed #taken #content));
            let running = in_span(scope, &quote_spanned!(span=> async move #block), watch);
            quote_spanned!(span=> let #own = #new_span; #running.await)
        }
        Kind::GivesFuture {
            before,
            future,
            brackets,
        } => {
            let running = in_span(scope, future, watch);
            let running = match brackets {
                None => running,
                Some(place) => {
                    let mut group = Group::new(place.delimiter(), running);
                    group.set_span(place.span());
                    group.to_token_stream()
                }
            };
            quote_spanned!(span=> let #own = #new_span; #before #running)
        }
    }
}

fn plain(scope: &Scope, function: &Function, new_span: &TokenStream, watch: &Watch) -> TokenStream {
    let Scope { private, span, .. } = scope;
    let own = &watch.span;
    let Some(statements) = &watch.statements else {
        let body = function.body.stream();
        return quote_spanned!(*span=> let #own = #new_span; #body);
    };
    let (taken, content) = (taken(function, new_span), function.body.stream());
    let body = braces(&function.body, quote!(#taken #content));
    let result = &watch.result;
    let output = scope.own("__ttlog_output");
    let written = function.result().map(without_impl);
    let arrow = written.map(|written| quote!(-> #written));
    quote_spanned! {*span=>
        let #own = #new_span;
        let #output = #private::run_body(move || #arrow #body);
        { let #result = &#output; #statements }
        #output
    }
}

/// Makes variables of the parameters that a block has taken, so that the compiler has names for them in its messages. One that the span has looked at
/// is not unused.
fn taken(function: &Function, new_span: &TokenStream) -> TokenStream {
    let parameters = function.taken.iter();
    parameters
        .map(|Taken { mutability, name }| {
            let span = Span::mixed_site();
            let used = mentions(new_span, name).then(|| quote_spanned!(span=> let _ = &#name;));
            quote_spanned!(span=> let #mutability #name = #name; #used)
        })
        .collect()
}

fn mentions(tokens: &TokenStream, name: &Ident) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == *name,
        TokenTree::Group(group) => mentions(&group.stream(), name),
        _ => false,
    })
}

/// A future in the span, whose result is looked at where that is asked for.
fn in_span(scope: &Scope, future: &TokenStream, watch: &Watch) -> TokenStream {
    let Scope { private, span, .. } = scope;
    let Watch {
        statements,
        span: own,
        result,
    } = watch;
    match statements {
        None => quote_spanned!(*span=> #private::Instrument::in_span(#future, #own)),
        Some(statements) => quote_spanned! {*span=>
            #private::Watched::new(#future, #own, |#own, #result| #statements)
        },
    }
}

/// A type with `_` for each `impl Trait`, which can't be written but in a signature.
fn without_impl(written: &Type) -> Type {
    let mut inferred = copy(written);
    infer_impl(&mut inferred);
    inferred
}

fn infer_impl(part: &mut Type) {
    match part {
        Type::ImplTrait(_) => {
            *part = Type::Infer(TypeInfer {
                underscore_token: Token![_](part.span()),
            });
        }
        Type::Array(array) => infer_impl(&mut array.elem),
        Type::Group(group) => infer_impl(&mut group.elem),
        Type::Paren(paren) => infer_impl(&mut paren.elem),
        Type::Reference(reference) => infer_impl(&mut reference.elem),
        Type::Slice(slice) => infer_impl(&mut slice.elem),
        Type::Tuple(tuple) => tuple.elems.iter_mut().for_each(infer_impl),
        Type::Path(path) => {
            for segment in &mut path.path.segments {
                if let PathArguments::AngleBracketed(arguments) = &mut segment.arguments {
                    for argument in &mut arguments.args {
                        if let GenericArgument::Type(argument) = argument {
                            infer_impl(argument);
                        }
                    }
                }
            }
        }
        _ => {}
    }
}
