//! The function that the attribute stands on: its signature as a tree, its body as tokens.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, FnArg, Pat, Path, Result, ReturnType, Signature, Token, Type, Visibility};

use super::kind::Kind;
use super::pattern::{Place, for_each_variable};
use crate::rejection;

/// The function that the attribute stands on.
pub(super) struct Function {
    attributes: Vec<Attribute>,
    visibility: Visibility,
    pub(super) signature: Signature,
    /// With its braces, and without its inner attributes.
    pub(super) body: Group,
    /// How the function comes to its result.
    pub(super) kind: Kind,
    /// The parameters that a block takes which the body becomes; empty as long as it becomes none.
    pub(super) taken: Vec<Taken>,
}

/// A parameter that a block takes.
pub(super) struct Taken {
    /// Its attributes, which say in what configurations it is there, and which lints it is spared.
    pub(super) attributes: Vec<Attribute>,
    /// The `mut` that it had in the signature, where it would then be unused.
    pub(super) mutability: Option<Token![mut]>,
    pub(super) name: Ident,
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        let is_function = [
            input.peek(Token![fn]),
            input.peek(Token![async]),
            input.peek(Token![const]) && !input.peek2(syn::Ident),
            input.peek(Token![unsafe]) && !input.peek2(Token![impl]),
            input.peek(Token![extern]) && !input.peek2(Token![crate]),
        ];
        if !is_function.contains(&true) {
            return Err(rejection::no_function(input.span()));
        }
        let signature: Signature = input.parse()?;
        if let Some(word) = &signature.constness {
            return Err(rejection::constant_function(word));
        }
        if input.peek(Token![;]) {
            return Err(rejection::no_body(&signature.ident));
        }
        let (inner, body) = without_inner_attributes(&block(input)?)?;
        attributes.extend(inner);
        let kind = Kind::of(&signature, &body);
        Ok(Self {
            attributes,
            visibility,
            signature,
            body,
            kind,
            taken: Vec::new(),
        })
    }
}

/// The body: a block, also where a macro has it from its caller and there are invisible brackets around it.
fn block(input: ParseStream<'_>) -> Result<Group> {
    let group = match input.parse()? {
        TokenTree::Group(group) => group,
        other => return Err(rejection::no_block(other.span())),
    };
    match group.delimiter() {
        Delimiter::Brace => Ok(group),
        Delimiter::None => syn::parse::Parser::parse2(block, group.stream()),
        Delimiter::Parenthesis | Delimiter::Bracket => Err(rejection::no_block(group.span())),
    }
}

/// The inner attributes of a body, as outer ones, and the rest.
fn without_inner_attributes(body: &Group) -> Result<(Vec<Attribute>, Group)> {
    let parts = |input: ParseStream<'_>| {
        let attributes = input.call(Attribute::parse_inner)?;
        let rest: TokenStream = input.parse()?;
        Ok((attributes, rest))
    };
    let (mut attributes, rest) = syn::parse::Parser::parse2(parts, body.stream())?;
    for attribute in &mut attributes {
        attribute.style = syn::AttrStyle::Outer;
    }
    Ok((attributes, braces(body, rest)))
}

/// Whether an attribute says in what configurations something is there.
pub(super) fn is_condition(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg") || attribute.path().is_ident("cfg_attr")
}

fn copy_attribute(attribute: &Attribute) -> Attribute {
    syn::parse_quote!(#attribute)
}

/// A block where `place` is.
pub(super) fn braces(place: &Group, content: TokenStream) -> Group {
    let mut block = Group::new(Delimiter::Brace, content);
    block.set_span(place.span());
    block
}

impl Function {
    /// Lets a block take the parameters, so that they are dropped in it, in the order in which the function drops them. What a pattern borrows
    /// stays where it is, and so does what `_` stands for; and what has its name from a field of a struct, because the compiler says of such a name how
    /// it can be left out.
    pub(super) fn take_parameters(&mut self) {
        for parameter in &mut self.signature.inputs {
            let FnArg::Typed(parameter) = parameter else {
                continue;
            };
            let is_taken_apart = !matches!(*parameter.pat, Pat::Ident(_));
            if is_taken_apart && !parameter.attrs.iter().all(is_condition) {
                // Which of several variables a lint is meant for isn't said.
                continue;
            }
            for_each_variable(&mut parameter.pat, &mut |variable, place| {
                if variable.by_ref.is_none() && place != Place::Shorthand {
                    self.taken.push(Taken {
                        attributes: parameter.attrs.iter().map(copy_attribute).collect(),
                        mutability: variable.mutability.take(),
                        name: variable.ident.clone(),
                    });
                }
            });
            parameter.attrs.retain(is_condition);
        }
    }

    /// The line of its name.
    pub(super) fn line(&self) -> usize {
        self.signature.ident.span().unwrap().start().line()
    }

    /// The type that is written behind `->`.
    pub(super) fn result(&self) -> Option<&Type> {
        match &self.signature.output {
            ReturnType::Default => None,
            ReturnType::Type(_, result) => Some(result),
        }
    }

    /// Whether its result looks like a `Result`, which is then asked whether it is an error.
    pub(super) fn may_fail(&self) -> bool {
        let is_result = |path: &Path| {
            let last = path.segments.last();
            last.is_some_and(|last| last.ident.to_string().ends_with("Result"))
        };
        match self.kind {
            Kind::Plain => matches!(self.result(), Some(Type::Path(path)) if is_result(&path.path)),
            Kind::Async => !self.is_endless(),
            Kind::GivesFuture { .. } => true,
        }
    }

    /// Whether it returns never.
    pub(super) fn is_endless(&self) -> bool {
        matches!(self.result(), Some(Type::Never(_)))
    }

    /// The function with another body.
    pub(super) fn with_body(&self, body: TokenStream) -> TokenStream {
        let Self {
            attributes,
            visibility,
            signature,
            ..
        } = self;
        let body = braces(&self.body, body);
        quote!(#(#attributes)* #visibility #signature #body)
    }
}
