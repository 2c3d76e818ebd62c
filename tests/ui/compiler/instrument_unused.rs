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

fn main() {
    important();
    unused_things(1);
}
