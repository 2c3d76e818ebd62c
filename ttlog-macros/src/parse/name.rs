//! The name of a field: `user_id`, `http.status`, `"any text"` or `{ EXPRESSION }`.

use proc_macro2::{Ident, Span};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Expr, ExprPath, LitStr, Member, Token, braced, token};

/// The name of a field.
pub(crate) enum Name {
    /// One that is known where the call is written.
    Fixed {
        text: String,
        span: Span,
        /// The same as one identifier, where it is one: then the message may refer to it.
        identifier: Option<Ident>,
    },
    /// One that an expression gives.
    Computed(Expr),
}

impl Name {
    /// The name that comes next, where one does. What it is followed by says whether it was one.
    pub(super) fn parse(input: ParseStream<'_>) -> syn::Result<Option<Self>> {
        if input.peek(token::Brace) {
            let content;
            braced!(content in input);
            return content
                .parse()
                .map(|expression| Some(Self::Computed(expression)));
        }
        if input.peek(LitStr) {
            let literal: LitStr = input.parse()?;
            return Ok(Some(Self::quoted(&literal)));
        }
        if !input.peek(Ident::peek_any) {
            return Ok(None);
        }
        let first = input.call(Ident::parse_any)?;
        let mut name = Self::of_identifier(first);
        while input.peek(Token![.]) && input.peek2(Ident::peek_any) {
            input.parse::<Token![.]>()?;
            let segment = input.call(Ident::parse_any)?;
            name.extend(&segment.unraw().to_string());
        }
        Ok(Some(name))
    }

    /// The name that a place gives to a field: `user.id` for `user.id`, `self.state` for `self.state`.
    pub(crate) fn of_place(place: &Expr) -> Option<Self> {
        match place {
            Expr::Path(path) if path.qself.is_none() => {
                path.path.get_ident().cloned().map(Self::of_identifier)
            }
            Expr::Field(field) => {
                let mut name = Self::of_place(&field.base)?;
                match &field.member {
                    Member::Named(member) => name.extend(&member.unraw().to_string()),
                    Member::Unnamed(index) => name.extend(&index.index.to_string()),
                }
                Some(name)
            }
            Expr::Group(group) => Self::of_place(&group.expr),
            _ => None,
        }
    }

    /// The variable of this name, where it is one identifier.
    pub(super) fn to_place(&self) -> Option<Expr> {
        match self {
            Self::Fixed {
                identifier: Some(identifier),
                ..
            } => {
                let path = identifier.clone().into();
                Some(Expr::Path(ExprPath {
                    attrs: Vec::new(),
                    qself: None,
                    path,
                }))
            }
            _ => None,
        }
    }

    fn quoted(literal: &LitStr) -> Self {
        Self::Fixed {
            text: literal.value(),
            span: literal.span(),
            identifier: None,
        }
    }

    fn of_identifier(identifier: Ident) -> Self {
        Self::Fixed {
            text: identifier.unraw().to_string(),
            span: identifier.span(),
            identifier: Some(identifier),
        }
    }

    fn extend(&mut self, segment: &str) {
        if let Self::Fixed {
            text, identifier, ..
        } = self
        {
            text.push('.');
            text.push_str(segment);
            *identifier = None;
        }
    }

    /// The name as it is to be written in front of a `=`.
    pub(crate) fn spelling(&self) -> String {
        match self {
            Self::Fixed { text, .. } if text.split('.').all(is_identifier) => text.clone(),
            Self::Fixed { text, .. } => format!("{text:?}"),
            Self::Computed(_) => "{ … }".to_owned(),
        }
    }
}

fn is_identifier(text: &str) -> bool {
    syn::parse_str::<proc_macro2::TokenStream>(text).is_ok_and(|tokens| {
        let mut trees = tokens.into_iter();
        matches!(trees.next(), Some(proc_macro2::TokenTree::Ident(_))) && trees.next().is_none()
    })
}
