//! What the compiler says of an instrumented function is what it says of the same function without the attribute, which stands below it.

#![deny(unused_must_use, unused_variables)]

use ttlog::instrument;

#[must_use]
#[instrument]
fn important() -> u8 {
    5
}

#[instrument]
fn moved(text: String) -> usize {
    let taken = text;
    text.len() + taken.len()
}

fn plain_moved(text: String) -> usize {
    let taken = text;
    text.len() + taken.len()
}

#[instrument]
fn moved_where_it_may_fail(text: String) -> Result<usize, ()> {
    let taken = text;
    Ok(text.len() + taken.len())
}

#[instrument]
async fn moved_later(text: String) -> usize {
    let taken = text;
    text.len() + taken.len()
}

async fn plain_moved_later(text: String) -> usize {
    let taken = text;
    text.len() + taken.len()
}

#[instrument]
fn borrowed_twice(list: &mut Vec<u8>) -> &u8 {
    let first = &list[0];
    list.push(1);
    first
}

fn plain_borrowed_twice(list: &mut Vec<u8>) -> &u8 {
    let first = &list[0];
    list.push(1);
    first
}

#[instrument]
fn dangling<'a>() -> &'a str {
    let text = String::new();
    &text
}

fn plain_dangling<'a>() -> &'a str {
    let text = String::new();
    &text
}

fn main() {}
