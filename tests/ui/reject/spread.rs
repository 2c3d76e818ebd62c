//! What is spread, and the attributes of `#[derive(Fields)]`.

use ttlog::{Fields, info, log};

fn main() {
    info!("text", ..);
    info!(.., "text");
    info!("text", ..=5);
    log!(..5);
}

#[derive(Fields)]
struct Attributes {
    #[field(hide)]
    a: u8,
    #[field(rename)]
    b: u8,
    #[field(prefix = 5)]
    c: u8,
    #[field(display, debug)]
    d: u8,
    #[field(skip, rename = "other")]
    e: u8,
    #[field(skip, skip)]
    f: u8,
    #[field(a::b)]
    g: u8,
}

#[derive(Fields)]
#[ttlog(kind = "state")]
struct Kind;

#[derive(Fields)]
#[ttlog(name = "other")]
struct Name;

#[derive(Fields)]
#[field(skip)]
struct OnType;

#[derive(Fields)]
enum Variants {
    #[field(skip)]
    A,
}

#[derive(Fields)]
union Union {
    a: u8,
    b: i8,
}
