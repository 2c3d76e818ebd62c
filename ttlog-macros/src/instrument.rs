//! `#[instrument]`: a function whose calls are spans.
//!
//! ```text
//! fn f(a: u64) -> u64 {                      async fn f(a: u64) -> u64 {
//!     let guard = span.entered();                Instrument::in_span(async move { body }, span).await
//!     body                                   }
//! }
//! ```
//!
//! The signature stays as it is, and the body is never parsed: its tokens are put where they were. So the compiler's messages about them are
//! those of the function without the attribute, and so are the lines of its calls.
//!
//! Where the result has to be looked at (`err`, `ret`, or a `Result` by its look), the body becomes a closure that is called once.
//!
//! | module | what it owns |
//! |---|---|
//! | `settings` | what is written in the brackets |
//! | `function` | the function, with the tokens of its body |
//! | `kind` | how it comes to its result |
//! | `parameters` | which parameters are fields |
//! | `pattern` | the variables of a parameter |
//! | `body` | the body that the function gets |
//! | `watch` | what is done with the result |

mod body;
mod function;
mod kind;
mod parameters;
mod pattern;
mod settings;
mod watch;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Expr, LitStr, Result};

use crate::check::check_span;
use crate::expand::{Made, Scope, span_in};
use crate::expression::copy;
use crate::parse::{Prefixes, SpanLevel};
use function::Function;
use kind::Kind;
use settings::Settings;
use watch::Watch;

/// The function in its span; with a mistake, the mistake and the function as it was, so that nothing else is wrong.
pub(crate) fn instrument(settings: TokenStream, item: TokenStream) -> TokenStream {
    let expansion = syn::parse2(settings)
        .and_then(|settings| Ok((settings, syn::parse2(item.clone())?)))
        .and_then(|(settings, function)| expand(settings, function));
    expansion.unwrap_or_else(|mistake| {
        let mistake = mistake.into_compile_error();
        quote!(#mistake #item)
    })
}

fn expand(settings: Settings, mut function: Function) -> Result<TokenStream> {
    let span = proc_macro2::Span::mixed_site();
    let facade = match &settings.facade {
        Some(path) => path.to_token_stream(),
        None => quote_spanned!(span=> ::ttlog),
    };
    let scope = Scope::of_function(facade, function.line());
    let name = match &settings.name {
        Some(name) => copy(name),
        None => text(&function.signature.ident),
    };
    let info = SpanLevel::Known(Ident::new("Info", span));
    let level = settings.level.as_ref().unwrap_or(&info);
    let watch = Watch::of(&scope, &settings, &function, &name, level)?;
    let prefixes = Prefixes {
        name: Some(name),
        target: settings.target.as_ref().map(copy),
        parent: settings.parent.as_ref().map(copy),
        limit: None,
    };
    let items = parameters::fields(&mut function.signature, &settings.chosen, settings.fields)?;
    let event = check_span(prefixes, items)?;
    let made = match function.kind {
        Kind::Plain => Made::Guard,
        Kind::Async | Kind::GivesFuture { .. } => Made::Span,
    };
    let new_span = span_in(&scope, made, level, &event);
    if matches!(function.kind, Kind::Async)
        || matches!(function.kind, Kind::Plain) && watch.statements.is_some()
    {
        function.take_parameters();
    }
    let body = body::body(&scope, &function, &new_span, &watch);
    Ok(function.with_body(body))
}

/// The name of a function as an expression.
fn text(name: &Ident) -> Expr {
    use syn::ext::IdentExt;
    let literal = LitStr::new(&name.unraw().to_string(), name.span());
    syn::parse_quote!(#literal)
}
