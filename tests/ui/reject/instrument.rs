//! What `#[instrument]` does not take.

#![allow(unused_variables)]

use ttlog::instrument;

#[instrument]
struct Structure;

#[instrument]
impl Structure {}

#[instrument]
const fn constant() {}

trait Trait {
    #[instrument]
    fn method(&self);
}

#[instrument("name")]
fn text() {}

#[instrument(colour = "red")]
fn unknown() {}

#[instrument(user_id = 5)]
fn field() {}

#[instrument(name)]
fn no_value() {}

#[instrument(name = "a", name = "b")]
fn twice() {}

#[instrument(skip)]
fn no_brackets(a: u8) {}

#[instrument(skip(b))]
fn no_parameter(a: u8) {}

#[instrument(skip(a), only(a))]
fn chosen_twice(a: u8) {}

#[instrument(level = "loud")]
fn no_level() {}

#[instrument(err(Loud))]
fn no_report() -> Result<(), ()> {
    Ok(())
}

#[instrument(err)]
fn no_result() {}

#[instrument(fields("text {}", a))]
fn message(a: u8) {}

#[instrument(fields(a + 1))]
fn no_name(a: u8) {}

fn main() {
    // The functions are there all the same.
    unknown();
    no_parameter(1);
    message(1);
}
