//! How a function comes to its result, as far as the tokens of its body tell.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::Signature;

/// How a function comes to its result.
pub(super) enum Kind {
    /// By running.
    Plain,
    /// It is an `async fn`.
    Async,
    /// It gives a future, as `#[async_trait]` has it: what stands before the `async` block, the block, and whether it stands in the
    /// brackets of `Box::pin(…)`.
    GivesFuture {
        before: TokenStream,
        future: TokenStream,
        brackets: Option<Group>,
    },
}

impl Kind {
    pub(super) fn of(signature: &Signature, body: &Group) -> Self {
        if signature.asyncness.is_some() {
            return Self::Async;
        }
        let trees: Vec<_> = body.stream().into_iter().collect();
        Self::gives_future(&trees).unwrap_or(Self::Plain)
    }

    fn gives_future(trees: &[TokenTree]) -> Option<Self> {
        if let Some(start) = async_block_at_end(trees) {
            let (before, future) = trees.split_at(start);
            return ends_statement(before).then(|| Self::GivesFuture {
                before: before.iter().cloned().collect(),
                future: future.iter().cloned().collect(),
                brackets: None,
            });
        }
        let (last, before) = trees.split_last()?;
        let TokenTree::Group(brackets) = last else {
            return None;
        };
        if brackets.delimiter() == Delimiter::None && ends_statement(before) {
            // A macro has the expression from its caller.
            let bare: Vec<_> = before.iter().cloned().chain(brackets.stream()).collect();
            return Self::gives_future(&bare);
        }
        let mut content: Vec<_> = brackets.stream().into_iter().collect();
        content.pop_if(|last| matches!(last, TokenTree::Punct(comma) if comma.as_char() == ','));
        let is_pinned = brackets.delimiter() == Delimiter::Parenthesis
            && async_block_at_end(&content) == Some(0)
            && ends_in_path_to_pin(before);
        is_pinned.then(|| Self::GivesFuture {
            before: before.iter().cloned().collect(),
            future: content.into_iter().collect(),
            brackets: Some(brackets.clone()),
        })
    }
}

/// Where the `async { … }` or `async move { … }` begins with which the tokens end.
fn async_block_at_end(trees: &[TokenTree]) -> Option<usize> {
    let is_word =
        |tree: &TokenTree, text: &str| matches!(tree, TokenTree::Ident(word) if word == text);
    let [rest @ .., TokenTree::Group(block)] = trees else {
        return None;
    };
    if block.delimiter() != Delimiter::Brace {
        return None;
    }
    match rest {
        [.., first, second] if is_word(first, "async") && is_word(second, "move") => {
            Some(rest.len() - 2)
        }
        [.., word] if is_word(word, "async") => Some(rest.len() - 1),
        _ => None,
    }
}

/// Whether an expression that comes behind these tokens and begins with a word is one of its own. Behind a block it is: no word goes on with one but
/// `else` and `as`.
fn ends_statement(trees: &[TokenTree]) -> bool {
    match trees.last() {
        None => true,
        Some(TokenTree::Punct(punct)) => punct.as_char() == ';',
        Some(TokenTree::Group(group)) => group.delimiter() == Delimiter::Brace,
        Some(_) => false,
    }
}

/// Whether the tokens end in `Box::pin`, by whatever path, and that is all of an expression.
fn ends_in_path_to_pin(trees: &[TokenTree]) -> bool {
    if !matches!(trees.last(), Some(TokenTree::Ident(word)) if word == "pin") {
        return false;
    }
    let is_of_path = |tree: &TokenTree| match tree {
        TokenTree::Ident(_) => true,
        TokenTree::Punct(punct) => punct.as_char() == ':',
        _ => false,
    };
    let path = trees.iter().rev().take_while(|tree| is_of_path(tree));
    let path: Vec<_> = path.map(ToString::to_string).collect();
    path.iter().any(|word| word == "Box") && ends_statement(&trees[..trees.len() - path.len()])
}
