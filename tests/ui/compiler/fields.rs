//! Values and parts that have no fields, or can't be recorded.

use std::path::PathBuf;

use ttlog::{Fields, info};

struct Plain;

#[derive(Fields)]
struct Parts {
    plain: Plain,
    #[field(display)]
    path: PathBuf,
    #[field(flatten)]
    number: u8,
    #[field(prefix = "list.")]
    list: Vec<u8>,
}

#[derive(Fields)]
struct Part;

fn main() {
    let (plain, part) = (Plain, Part);
    info!("text", plain);
    info!("text", ..plain);
    info!("text", name = part);
}
