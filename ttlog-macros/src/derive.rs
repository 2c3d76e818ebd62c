//! `#[derive(Fields)]`: the code that records a type's fields one by one.
//!
//! | module | what it owns |
//! |---|---|
//! | `shape` | the type as it is written: its variants and their fields |
//! | `attributes` | what `#[field(…)]` and `#[ttlog(…)]` say |
//! | `bounds` | what the type's parameters must be |
//! | `implementation` | the code |

mod attributes;
mod bounds;
mod implementation;
mod shape;

use proc_macro2::TokenStream;

/// The implementation of `Fields`.
pub(crate) fn fields(input: proc_macro2::TokenStream) -> syn::Result<TokenStream> {
    let shape: shape::Shape = syn::parse2(input)?;
    Ok(implementation::implementation(&shape))
}
