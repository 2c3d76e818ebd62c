//! The same of lints.

#![deny(unused)]

use ttlog::instrument;

#[must_use]
#[instrument]
fn important() -> u8 {
    5
}

#[instrument(skip_all)]
fn unused_things(parameter: u8) {
    let variable = 5;
    let mut text = String::new();
    important();
    return;
    drop(text);
}

#[instrument(skip_all)]
async fn unused_later(parameter: u8, mut other: u8) -> Result<u8, u8> {
    let variable = 5;
    Ok(other)
}

#[instrument(skip_all)]
fn unused_where_it_may_fail(parameter: u8, mut other: u8) -> Result<u8, u8> {
    let variable = 5;
    Ok(other)
}

#[instrument(skip_all)]
fn unused_in_pattern((used, mut part): (u8, u8), Point { x, y }: Point) -> Result<u8, u8> {
    Ok(used)
}

fn plain_unused_in_pattern((used, mut part): (u8, u8), Point { x, y }: Point) -> Result<u8, u8> {
    Ok(used)
}

struct Point {
    x: u8,
    y: u8,
}

fn main() {
    let point = || Point { x: 1, y: 2 };
    let _ = (unused_in_pattern((1, 2), point()), plain_unused_in_pattern((1, 2), point()));
    important();
    unused_things(1);
}
