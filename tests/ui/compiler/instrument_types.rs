//! The same of types, which are looked at before.

use ttlog::instrument;

#[instrument]
fn no_tail(a: u8) -> u8 {
    a + 1;
}

fn plain_no_tail(a: u8) -> u8 {
    a + 1;
}

#[instrument]
fn mismatched(a: u8) -> String {
    a
}

fn plain_mismatched(a: u8) -> String {
    a
}

#[instrument]
fn mismatched_result(a: u8) -> Result<String, ()> {
    a
}

#[instrument]
async fn mismatched_later(a: u8) -> String {
    a
}

async fn plain_mismatched_later(a: u8) -> String {
    a
}

#[instrument]
fn wrong_question(text: &str) -> Result<u8, std::fmt::Error> {
    Ok(text.parse::<u8>()?)
}

fn plain_wrong_question(text: &str) -> Result<u8, std::fmt::Error> {
    Ok(text.parse::<u8>()?)
}

#[instrument(err)]
fn no_result() -> u8 {
    5
}

#[instrument(fields(unknown))]
fn unknown_field() {}

#[instrument(crate = nowhere)]
fn unknown_crate() {}

fn main() {}
