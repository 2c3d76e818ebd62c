//! The variables of a pattern.

use syn::{FieldPat, Pat, PatIdent};

use super::function::is_condition;

/// Where a variable stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In a `struct`, whose field it is the name of as well.
    Shorthand,
    Elsewhere,
}

/// Visits the variables that a pattern makes, in its order; not those behind `#[cfg]`, which may not be there.
pub(super) fn for_each_variable(pattern: &mut Pat, visit: &mut dyn FnMut(&mut PatIdent, Place)) {
    for_each_in(pattern, Place::Elsewhere, visit);
}

fn for_each_in(pattern: &mut Pat, place: Place, visit: &mut dyn FnMut(&mut PatIdent, Place)) {
    match pattern {
        Pat::Ident(variable) => {
            visit(variable, place);
            if let Some((_, inner)) = &mut variable.subpat {
                for_each_variable(inner, visit);
            }
        }
        Pat::Paren(pattern) => for_each_variable(&mut pattern.pat, visit),
        Pat::Reference(pattern) => for_each_variable(&mut pattern.pat, visit),
        Pat::Slice(pattern) => for_each_of(&mut pattern.elems, visit),
        Pat::Struct(pattern) => {
            let is_there = |part: &&mut FieldPat| !part.attrs.iter().any(is_condition);
            for part in pattern.fields.iter_mut().filter(is_there) {
                let place = match part.colon_token {
                    None => Place::Shorthand,
                    Some(_) => Place::Elsewhere,
                };
                for_each_in(&mut part.pat, place, visit);
            }
        }
        Pat::Tuple(pattern) => for_each_of(&mut pattern.elems, visit),
        Pat::TupleStruct(pattern) => for_each_of(&mut pattern.elems, visit),
        _ => {}
    }
}

fn for_each_of<'a>(
    patterns: impl IntoIterator<Item = &'a mut Pat>,
    visit: &mut dyn FnMut(&mut PatIdent, Place),
) {
    let patterns = patterns.into_iter();
    patterns.for_each(|pattern| for_each_variable(pattern, visit));
}
