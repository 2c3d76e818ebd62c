//! The body that an instrumented function gets.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{GenericArgument, Item, PathArguments, Token, Type, TypeInfer};

use super::function::{Function, Taken, braces, is_condition};
use super::kind::Kind;
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
    let begin = begin(scope, new_span, watch);
    match &function.kind {
        Kind::Plain => plain(scope, function, new_span, watch),
        Kind::Async => {
            let typed = function.result().map(|result| {
                let private = scope.private_at(result.span());
                let written = match function.is_endless() {
                    // A type with no value, because `!` can't be written here.
                    true => quote_spanned!(result.span()=> #private::Infallible),
                    false => without_impl(result).into_token_stream(),
                };
                // Without this, the block's own type would be asked for at its first `?`.
                quote_spanned!(result.span()=> if false { return #private::never_returned::<#written>(); })
            });
            let content = below(function, function.body.stream());
            let taken = taken(scope, function, new_span);
            let block = braces(&function.body, quote!(#typed #taken #content));
            let running = in_span(scope, &quote_spanned!(span=> async move #block), watch);
            let awaited = quote_spanned!(span=> #running.await);
            let output = match function.is_endless() {
                true => quote_spanned!(span=> match #awaited {}),
                false => awaited,
            };
            quote_spanned!(span=> #begin #output)
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
            let body = below(function, quote!(#before #running));
            quote_spanned!(span=> #begin #body)
        }
    }
}

fn plain(scope: &Scope, function: &Function, new_span: &TokenStream, watch: &Watch) -> TokenStream {
    let Scope { private, span, .. } = scope;
    let begin = begin(scope, new_span, watch);
    let content = below(function, function.body.stream());
    let Some(statements) = &watch.statements else {
        return quote_spanned!(*span=> #begin #content);
    };
    let taken = taken(scope, function, new_span);
    let body = braces(&function.body, quote!(#taken #content));
    let result = &watch.result;
    let output = scope.own("__ttlog_output");
    let written = function.result().map(without_impl);
    let arrow = written.map(|written| quote!(-> #written));
    quote_spanned! {*span=>
        #begin
        let #output = #private::run_body(move || #arrow #body);
        { let #result = &#output; #statements }
        #output
    }
}

/// The statement that makes the span.
fn begin(scope: &Scope, new_span: &TokenStream, watch: &Watch) -> TokenStream {
    let own = &watch.span;
    let allowed = mentions(new_span, &is_underscored).then(|| allow_underscores(scope));
    quote_spanned!(scope.span=> #allowed let #own = #new_span;)
}

/// Whether the caller has said by a name that nothing uses it.
fn is_underscored(name: &Ident) -> bool {
    let name = name.to_string();
    name.len() > 1 && name.starts_with('_') && !name.starts_with("__")
}

/// That the expansion uses such a name is no fault of the function.
fn allow_underscores(scope: &Scope) -> TokenStream {
    quote_spanned! {scope.span=>
        #[allow(clippy::used_underscore_binding, clippy::no_effect_underscore_binding)]
    }
}

/// What the function does, below what is put in front of it. Where it begins with an item, that is still the first in its block, as lints want it.
fn below(function: &Function, content: TokenStream) -> TokenStream {
    let begins_with_item = |input: ParseStream<'_>| {
        let item = input.parse()?;
        input.parse::<TokenStream>()?;
        Ok(!matches!(item, Item::Macro(_)))
    };
    match begins_with_item.parse2(content.clone()) {
        Ok(true) => braces(&function.body, content).into_token_stream(),
        _ => content,
    }
}

/// Makes variables of the parameters that a block has taken, so that the compiler has names for them in its messages. One that the span has looked at
/// is not unused.
fn taken(scope: &Scope, function: &Function, new_span: &TokenStream) -> TokenStream {
    let parameters = function.taken.iter();
    parameters
        .map(|parameter| {
            let Taken {
                attributes,
                mutability,
                name,
            } = parameter;
            let span = scope.span;
            let is_used = mentions(new_span, &|ident| ident == name);
            let used = is_used.then(|| {
                let conditions = attributes.iter().filter(|part| is_condition(part));
                quote_spanned!(span=> #(#conditions)* let _ = &#name;)
            });
            let allowed = is_underscored(name).then(|| allow_underscores(scope));
            quote_spanned!(span=> #(#attributes)* #allowed let #mutability #name = #name; #used)
        })
        .collect()
}

fn mentions(tokens: &TokenStream, is_meant: &dyn Fn(&Ident) -> bool) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(ident) => is_meant(&ident),
        TokenTree::Group(group) => mentions(&group.stream(), is_meant),
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
