//! Which parameters of a function are fields of its span.
//!
//! Those behind `#[cfg]` are none: whether they are there is decided after the expansion.

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::{Expr, ExprPath, FnArg, Result, Signature};

use super::function::is_condition;
use super::pattern::for_each_variable;
use super::settings::Chosen;
use crate::parse::{Capture, Item, Name};
use crate::rejection;

/// The parameters that are chosen, but for those that `fields` gives another value, and `fields`.
pub(super) fn fields(
    signature: &mut Signature,
    chosen: &Chosen,
    fields: Vec<Item>,
) -> Result<Vec<Item>> {
    let mut names = Vec::new();
    let mut conditional = Vec::new();
    for parameter in &mut signature.inputs {
        match parameter {
            FnArg::Typed(parameter) => {
                let names = match parameter.attrs.iter().any(is_condition) {
                    true => &mut conditional,
                    false => &mut names,
                };
                for_each_variable(&mut parameter.pat, &mut |variable, _| {
                    names.push(variable.ident.clone());
                });
            }
            FnArg::Receiver(_) => {}
        }
    }
    if let Chosen::Without(given) | Chosen::Only(given) = chosen
        && let Some(unknown) = given
            .iter()
            .find(|name| *name != "self" && !names.contains(name) && !conditional.contains(name))
    {
        return Err(rejection::no_parameter(unknown));
    }
    let is_chosen = |name: &Ident| match chosen {
        Chosen::All => true,
        Chosen::Without(skipped) => !skipped.contains(name),
        Chosen::Only(only) => only.contains(name),
    };
    let is_given = |name: &Ident| {
        let name = name.unraw().to_string();
        fields.iter().any(|field| field.is_named(&name))
    };
    names.retain(|name| is_chosen(name) && !is_given(name));
    Ok(names.into_iter().map(field).chain(fields).collect())
}

fn field(name: Ident) -> Item {
    Item::Field {
        name: Name::Fixed {
            text: name.unraw().to_string(),
            span: name.span(),
            identifier: Some(name.clone()),
        },
        capture: Capture::Argument,
        value: Expr::Path(ExprPath {
            attrs: Vec::new(),
            qself: None,
            path: name.into(),
        }),
    }
}
